"""A case on paper, brought to a point by the people who work it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from paper import ANA, HAL, IDA, Paper
from sqlmodel import select, update

from flows.cases import CaseShape, case
from flows.reviewing.cabinet import CASE, find, note, put_back, read_case
from flows.reviewing.letters import addressed
from flows.reviewing.moving import Asked, break_glass, make_move
from models.case_rows import CaseLetter
from models.office import Office
from models.people import Person
from models.review import AppealOutcome, CaseMove, CaseOutcome, CaseState, Hand
from models.snapshot import incident_by
from models.words import Employer, Kind

IVY = "ivy@dept.example"  # investigates
DAN = "dan@dept.example"  # decides
AMY = "amy@dept.example"  # hears the appeal

M, S = CaseMove, CaseState


class Installed(Protocol):
    """An installation, on paper or with an engine at work."""

    @property
    def office(self) -> Office: ...

    def person(self, email: str) -> Person: ...


@dataclass
class Story:
    """One case. ``ahead`` is how far its clock was moved back, so that time has passed."""

    paper: Installed
    reference: str
    link: str

    def read(self, who: str) -> CaseShape:
        """The case as this person reads it."""
        return case(self.paper.office, self.paper.person(who), self.reference)

    def move(self, who: str, asked: Asked) -> None:
        """This person's move."""
        make_move(self.paper.office, self.paper.person(who), self.reference, asked)

    def refer(self, move: CaseMove = M.REFER, who: str = HAL) -> None:
        """HR decides."""
        self.move(who, Asked(move, text="canary-reason", rule="54: canary-rule"))

    def glass(self, who: str, other: str | None) -> None:
        """Ask to break the glass, or agree that ``other`` does."""
        person = self.paper.person(who)
        break_glass(self.paper.office, person, self.reference, reason="fire", with_=other)

    def now(self) -> datetime:
        """The database's time."""
        with self.paper.office.store.read() as tx:
            return tx.now()

    def appoint(self, email: str, *roles: str) -> None:
        """Somebody who has nothing to do with the incident."""
        appoint(self.paper, email, *roles)

    def wait(self, **how: float) -> None:
        """So much time passes: every moment of the case lies so much further back."""
        by = timedelta(**how)
        with self.paper.office.store.write("wait") as tx:
            row = find(tx, self.paper.office, incident_by(tx, self.reference).id)
            assert row is not None
            seal = self.paper.office.case_keys.seal_of(row)
            held = CASE.dump_python(read_case(self.paper.office, row))
            earlier = CASE.validate_python(_earlier(held, by))
            due = row.due_at - by if row.due_at else None
            put_back(tx, row, seal, earlier, look_at=due)
            note(tx, row, seal, "time", "case-waited")

    def letters(self, to: str) -> int:
        """How many letters of this case were written to this address."""
        keys = self.paper.office.case_keys
        with self.paper.office.store.read() as tx:
            row = find(tx, self.paper.office, incident_by(tx, self.reference).id)
            assert row is not None
            seal = keys.seal_of(row)
            letters = tx.exec(select(CaseLetter).where(CaseLetter.case_id == row.id)).all()
        return sum(addressed(one, seal).to == to for one in letters)

    def until(self, state: CaseState) -> None:
        """Bring it there, from wherever it is."""
        while self.read(HAL).state is not state:
            WAY[self.read(HAL).state](self)


def _earlier(value: object, by: timedelta) -> object:
    if isinstance(value, datetime):
        return value - by
    if isinstance(value, dict):
        return {key: _earlier(one, by) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_earlier(one, by) for one in value]
    return value


def _assign(story: Story) -> None:
    story.move(IDA, Asked(M.TAKE))
    for hand, person in (
        (Hand.DECIDER, DAN), (Hand.APPEAL_HEARER, AMY), (Hand.INVESTIGATOR, IVY),
    ):  # fmt: skip
        story.move(IDA, Asked(M.ASSIGN, text="free", hand=hand, person=person))


def _tell(story: Story) -> None:
    story.move(IVY, Asked(M.ADD_EVIDENCE, text="canary-evidence\nin two lines"))
    story.move(IVY, Asked(M.TELL))


def _call(story: Story) -> None:
    at = datetime.now(UTC) + timedelta(days=7)
    story.move(DAN, Asked(M.CALL, text="Room 4", at=at))


def _meet(story: Story) -> None:
    story.wait(days=8)
    story.move(DAN, Asked(M.MEET, text="canary-meeting"))


def _close(story: Story) -> None:
    story.move(IDA, Asked(M.CLOSE))


WAY = {
    S.CONSIDERING: Story.refer,
    S.REFERRED: _assign,
    S.ASSIGNED: _tell,
    S.TOLD: lambda story: story.move(
        ANA, Asked(M.ANSWER, text="canary-answer", health="canary-health")
    ),
    S.ANSWERED: lambda story: story.move(IVY, Asked(M.REPORT, text="canary-report")),
    S.REPORTED: _call,
    S.CALLED: _meet,
    S.MET: lambda story: story.move(
        DAN, Asked(M.DECIDE, text="canary-finding", outcome=CaseOutcome.FIRST_WARNING)
    ),
    S.DECIDED: lambda story: story.move(IDA, Asked(M.TELL_OUTCOME)),
    S.OUTCOME_TOLD: lambda story: story.move(ANA, Asked(M.APPEAL, text="canary-appeal")),
    S.APPEALED: lambda story: story.move(
        AMY, Asked(M.HEAR, text="canary-heard", appeal_outcome=AppealOutcome.LESSENED)
    ),
    S.HEARD: _close,
}


def appoint(paper: Installed, email: str, *roles: str) -> None:
    """A person of the register, with no line and no account."""
    with paper.office.store.write("appoint") as tx:
        tx.add(Person(email=email, name=email.partition("@")[0].title(), roles=list(roles)))


def employ(paper: Paper, email: str, employer: Employer) -> None:
    """Another employer has this person."""
    with paper.office.store.write("employ") as tx:
        tx.exec(update(Person).where(Person.email == email).values(employer=employer))


def begin(paper: Paper, **more: str) -> Story:
    """A case that HR considers, and people who have nothing to do with the incident."""
    for email in (IVY, DAN, AMY):
        appoint(paper, email)
    link = paper.link()
    reference = paper.planned(link, kinds=(Kind.PARTIAL,), **more)
    paper.consider(reference)
    return Story(paper, reference, link)
