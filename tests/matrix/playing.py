"""Playing one cell: engines die and come back, people do their part, and the posts are counted."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cells import Cell, Prefect
from department import DEE, EVE
from lives import EngineProcess, Life, Quick
from places import Line, Stand, mails
from prefect_server import PrefectServer
from verdicts import Verdict

from amends.web.again import again
from flows.deciding.advising import advise
from flows.deciding.closing import close
from flows.deciding.settling import settle
from flows.refusals import Refusal
from models.decisions import Decision
from models.effects import Effect
from models.office import Office
from models.people import Person
from models.snapshot import Snapshot
from models.words import (
    DecisionType,
    EffectKind,
    EffectState,
    NoticeState,
    PostState,
    StatementState,
    Wait,
)

SPEED = 5.0
PATIENCE_SECONDS = 0.7
LONGEST_SECONDS = 75.0
WRONG = "The fund opens on 3 May."
OPEN = (EffectState.INFLIGHT, EffectState.UNKNOWN)
NOT_OURS = (Wait.WORDS, Wait.BY_HAND, Wait.FACTS, Wait.DECISION, Wait.CONFIRMATION)
"""What a person who works by hand has to end: a queue, which is where a refusal may end."""


@dataclass
class Play:
    """One cell under way."""

    cell: Cell
    stand: Stand
    quick: Quick
    log: Path
    prefect: PrefectServer | None = None
    marker: str = ""
    reference: str = ""
    lives: int = 0
    born: float = 0.0
    unsettled: bool = False
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        self.verdict = Verdict(self.cell)
        self.marker = f"the fund opens on day {self.log.name}"

    def begin(self) -> EngineProcess:
        """An engine, which dies where the cell says."""
        faults = (self.cell.first, self.cell.second)
        fault = faults[self.lives] if self.lives < len(faults) else ""
        self.lives += 1
        self.born = time.monotonic()
        self.unsettled = True
        department = self.stand.department
        return EngineProcess(
            Life(
                department.home,
                department.secrets,
                fault,
                self.log,
                self.quick,
                PATIENCE_SECONDS,
                self.cell.naive,
                self.prefect.url if self.prefect else None,
            )
        )

    def run(self) -> Verdict:
        """From the report to the close, whoever dies on the way."""
        began = time.monotonic()
        for trouble in self.cell.troubles:
            self.stand.fail(trouble)
        department = self.stand.department
        self.reference = department.report_wrong_fact(
            self.stand.post(f"{WRONG} ({self.log.name})"), right=self.marker
        )
        engine = self.begin()
        try:
            while not self._is_over():
                if time.monotonic() - began > LONGEST_SECONDS:
                    self.verdict.ended = False
                    break
                if engine.is_dead():
                    engine.end()
                    self.stand.crash(self.cell)
                    self._crash_prefect()
                    engine = self.begin()
                time.sleep(0.08)
        finally:
            engine.end()
        self.stand.settle()
        self._count()
        self.verdict.took = time.monotonic() - began
        return self.verdict

    def _crash_prefect(self) -> None:
        """What becomes of Prefect while the engine is dead."""
        if self.prefect is not None and self.cell.prefect == Prefect.WIPED:
            self.prefect.wipe()
        elif self.prefect is not None and self.cell.prefect == Prefect.KILLED:
            self.prefect.kill()

    def _is_over(self) -> bool:
        """Do what people do, once; whether there is nothing more to do."""
        seen = self.stand.department.seen(self.reference)
        self._watch(seen)
        if seen.incident.closed_at is not None:
            return True
        with contextlib.suppress(Refusal):
            return again(lambda: self._do_what_people_do(seen))  # as the API does for them
        return False

    def _do_what_people_do(self, seen: Snapshot) -> bool:
        waiting = seen.incident.waiting_for
        if answered := self._say_what_is_true(seen):
            self.verdict.asked.add(answered)
        elif any(one.state == StatementState.WAITING for one in seen.statements):
            self.stand.department.clear(self.reference)
        elif waiting == Wait.ADVICE:
            advise(self._office, self._person(DEE), self.reference, text="Thank you.")
        elif waiting == Wait.CLOSING:
            close(self._office, self._person(DEE), self.reference)
        elif waiting in NOT_OURS and not self.unsettled:
            self.verdict.asked.add(waiting.value)
            return True
        return False

    def _watch(self, seen: Snapshot) -> None:
        """Write down when nothing was unknown any more, in the engine's own seconds."""
        if self.unsettled and not any(one.state in OPEN for one in seen.effects):
            self.unsettled = False
            after = (time.monotonic() - self.born) * self.quick.speed
            if self.lives > 1:
                self.verdict.settled_after = max(self.verdict.settled_after, after)
        elif any(one.state == EffectState.UNKNOWN for one in seen.effects) and not self.unsettled:
            self.unsettled, self.born = True, time.monotonic()

    def _say_what_is_true(self, seen: Snapshot) -> str | None:
        """An officer looks at the platform, or asks whoever should have the mail, and answers."""
        asked = [one for one in seen.open_decisions() if one.type == DecisionType.SETTLE]
        if not asked:
            return None
        question = asked[0]
        effects = {one.id: one for one in seen.effects}
        effect = effects.get(question.target)
        self.stand.settle()
        there, kind = self._truth(seen, question, effect)
        settle(
            self._office,
            self._person(EVE),
            self.reference,
            there=there,
            target=question.target,
        )
        return kind

    def _truth(self, seen: Snapshot, question: Decision, effect: Effect | None) -> tuple[bool, str]:
        if effect is not None and effect.kind == EffectKind.PUBLISH:
            return self.stand.ever(self.marker) > 0, "publish"
        notice_id = effect.target if effect is not None else question.target
        for notice in seen.notices:
            if notice.id == notice_id:
                had = mails(self.stand.department.mail)
                return any(notice.message_id in message for message, _ in had), "notice"
        return any(self.log.name in text and WRONG in text for text in self.stand.live()), "delete"

    def _count(self) -> None:
        verdict, seen = self.verdict, self.stand.department.seen(self.reference)
        verdict.passed = self.log.read_text().split() if self.log.exists() else []
        wanted = [one for one in (self.cell.first, self.cell.second) if one]
        verdict.reached = self.lives > len(wanted) or (not wanted and self.lives == 1)
        posts = self.stand.ever(self.marker)
        if posts > 1:
            verdict.duplicates.append(f"{posts} corrections")
        for (message, to), times in mails(self.stand.department.mail).items():
            if times > 1:
                verdict.duplicates.append(f"mail {message} to {to}: {times}")
        verdict.lost += list(self._lost(seen, posts))

    def _lost(self, seen: Snapshot, posts: int) -> Iterator[str]:
        if not self.verdict.ended:
            stands = self.stand.department.stands(self.reference)
            yield f"not ended: {stands.state} {[w.wait.value for w in stands.waits]}"
            yield from (f"{e.kind} is {e.state} {e.code or ''}" for e in seen.effects)
            yield f"the record: {' '.join(self.stand.department.said(self.reference))}"
        mistake = any(self.log.name in text and WRONG in text for text in self.stand.live())
        if mistake and seen.posts[0].state in (PostState.GONE, PostState.DELETING):
            yield f"the mistake is there, and said to be {seen.posts[0].state}"
        for statement in seen.statements:
            if statement.state == StatementState.PUBLISHED and posts == 0:
                yield "the correction is said to be published, and is not there"
            if statement.state != StatementState.PUBLISHED and posts > 0:
                yield f"the correction is there, and said to be {statement.state}"
        had = " ".join(message for message, _ in mails(self.stand.department.mail))
        for notice in seen.notices:
            carried = notice.carried_by is not None
            sent = notice.state in (NoticeState.SENT, NoticeState.ACKNOWLEDGED)
            if sent and not carried and notice.message_id not in had:
                yield f"a notice to {notice.to_role} is said to be sent, and did not come"

    @property
    def _office(self) -> Office:
        return self.stand.department.office

    def _person(self, email: str) -> Person:
        return self.stand.department.person(email)


def play(line: Line, cell: Cell, prefect: PrefectServer | None = None) -> Verdict:
    """Play the cell on this line."""
    quick = Quick(SPEED)
    with line.stand(cell, quick) as stand:
        home = stand.department.home
        return Play(cell, stand, quick, home / f"{home.parent.name}{home.name}", prefect).run()
