"""Rehearses one mistake: each person types the commands of a live incident, until it is closed."""

import shlex
import time
from dataclasses import dataclass, field

from amends.demo.following import in_short
from amends.demo.player import Player
from amends.drill.failing import DrillError
from amends.drill.hall import Hall
from amends.drill.part import POST, Part, readers_first, usual_answer
from amends.drill.terminal import NOBODY, Terminal
from flows.shapes import IncidentShape, WaitShape
from models.notices import Notice
from models.people import Person
from models.words import IncidentState, Medium, NoticeState, Role, Wait
from templates.labels import label

LOOK_SECONDS = 0.2
SETTLED_SECONDS = 20.0
AT_WORK = (Wait.ENGINE, Wait.PLATFORM)
BY_ITSELF = (*AT_WORK, Wait.MAIL)
AT_THEIR_OWN_TIME = (Wait.ADVICE, Wait.CLOSING)
SHARED = (Role.DTU, Role.HR)
NOBODY_READS = (
    "Nobody of [[people]] is in the Digital Transformation Unit. Give somebody the role dtu."
)


@dataclass
class Went:
    """How it went, as far as the record does not tell. ``unreached`` are who was tried and what
    for; ``closed`` is whether it came to its end."""

    reference: str | None = None
    unreached: list[tuple[str, str]] = field(default_factory=list)
    closed: bool = False


class Rehearsal:
    """One rehearsal. With ``by_people`` nobody is asked here: each acts at their own terminal."""

    def __init__(self, hall: Hall, terminal: Terminal, part: Part, *, by_people: bool) -> None:
        self._hall = hall
        self._terminal = terminal
        self._part = part
        self._by_people = by_people
        self._rung: set[str] = set()
        self._told = 0
        self.went = Went()

    def play(self) -> None:
        """From the post to the closing. Raises DrillError and EndedEarly; ``went`` stands then."""
        self._require_readers()
        link = self._hall.post(self._part.stand, POST)
        self._introduce(link)
        self._report(link)
        while not self._is_closed():
            time.sleep(LOOK_SECONDS)
        self.went.closed = True

    def _introduce(self, link: str) -> None:
        say, part = self._terminal.say, self._part
        say()
        say(f"A post has gone out in error on {part.stand.name}.", loud=True)
        say(f"{part.poster.name} posted it: {POST}")
        self._terminal.place(f"On the practice platform: {link}")
        say()
        if self._by_people:
            people = readers_first(self._hall.register().people)
            self._terminal.place(f"A file for each person: {self._hall.hand_out(people)}")
            command = f"amends {shlex.join(part.report(link))}"
            self._terminal.place(f"{part.poster.name} begins: {command}")

    def _report(self, link: str) -> None:
        """Until it is reported, by whoever that is."""
        while self.went.reference is None:
            if self._by_people:
                time.sleep(LOOK_SECONDS)
            else:
                self._types(self._part.poster, self._part.report(link))
            self.went.reference = self._hall.newest()

    def _is_closed(self) -> bool:
        """One look: show what is new, and put the one question that presses most."""
        seen = self._look()
        if seen.state == IncidentState.CLOSED:
            return True
        if self._by_people or self._moves(seen):
            return False
        wait = next((one for one in seen.waits if one.waiting_for not in BY_ITSELF), None)
        presses = wait is not None and wait.waiting_for not in AT_THEIR_OWN_TIME
        if (presses or not self._rings_somebody()) and wait is not None:
            self._put(wait)
        return False

    @property
    def _reference(self) -> str:
        assert self.went.reference is not None, "it was reported"
        return self.went.reference

    def _moves(self, seen: IncidentShape) -> bool:
        """Whether it is about to move by itself: a person asked meanwhile would be asked again."""
        first = seen.waits[0].waiting_for if seen.waits else Wait.ENGINE
        young = seen.clock.seconds_since_report < SETTLED_SECONDS
        engine = any(one.waiting_for == Wait.ENGINE for one in seen.waits)
        return first in AT_WORK or (engine and young)

    def _put(self, wait: WaitShape) -> None:
        """Have whoever may answer do so, or say that nobody could be reached."""
        say, reference = self._terminal.say, self._reference
        able = self._able(wait)
        say()
        say(f"{reference}: {wait.label}.", loud=True)
        if wait.asked_of:
            say(f"Asked: {', '.join(label('role', role) for role in wait.asked_of)}.")
        if not able:
            self.went.unreached.append(("nobody of the register", wait.label))
            raise DrillError("Nobody of the register may answer this, so the drill ends here.")
        names = [f"{one.name}, {one.phone or one.email}" for one in able]
        chosen = self._terminal.one_of(
            f"Ring them. Who answers? A number, {NOBODY}, or end", names, also=(NOBODY,)
        )
        if chosen == NOBODY:
            self.went.unreached += [(one.name, wait.label) for one in able]
            return
        person = able[names.index(chosen)]
        self._types(person, usual_answer(wait.waiting_for, reference, wait.target))

    def _able(self, wait: WaitShape) -> list[Person]:
        """Who may answer it, by what each of them is told themselves."""
        return [
            person
            for person in readers_first(self._hall.register().people)
            if (seen := self._hall.sees(person, self._reference))
            and any(_is(one, wait) and one.you_may_answer for one in seen.waits)
        ]

    def _rings_somebody(self) -> bool:
        """Ask about one who has not acknowledged, each once; False where there is nobody."""
        for notice in self._hall.rows(self._reference).notices:
            if notice.to_address in self._rung or not _waits_for_a_person(notice):
                continue
            person = self._hall.register().person(notice.to_address)
            self._rung.add(notice.to_address)
            if person is None or person.has_role(Role.HR):
                continue
            self._ring(person, notice)
            return True
        return False

    def _ring(self, person: Person, notice: Notice) -> None:
        self._terminal.say()
        self._terminal.say(
            f"{person.name} was sent a mail as {label('role', notice.to_role)}. "
            f"Their phone: {person.phone or 'not in the register'}."
        )
        if self._terminal.yes(f"Ring them. Do they say that {person.name} has read it?"):
            self._types(person, ["ack", self._reference])
        else:
            self.went.unreached.append((person.name, "to acknowledge the notice"))

    def _types(self, person: Person, usual: list[str]) -> None:
        """One command of that person; a bare Enter is the usual one."""
        command = f"amends {shlex.join(usual)}"
        typed = self._terminal.ask(f"{person.name} types (Enter for):", command)
        try:
            words = shlex.split(typed)
        except ValueError:
            self._terminal.say("A quotation mark is missing. Nothing was run.")
            return
        self._hall.type(person, words[1:] if words[:1] == ["amends"] else words)

    def _require_readers(self) -> None:
        people = self._hall.register().people
        if not any(_is_dtu(one) for one in readers_first(people)):
            raise DrillError(NOBODY_READS)

    def _look(self) -> IncidentShape:
        """The incident as the Digital Transformation Unit sees it; what is new of it is shown."""
        for person in readers_first(self._hall.register().people):
            if _is_dtu(person) and (seen := self._hall.sees(person, self._reference)):
                self._show_news(self._hall.player(person), seen)
                return seen
        raise DrillError(NOBODY_READS)

    def _show_news(self, reader: Player, seen: IncidentShape) -> None:
        news = reader.timeline(self._reference, self._told)
        self._told = news[-1].id if news else self._told
        for one in in_short(news):
            seconds = (one.at - seen.opened_at).total_seconds()
            self._terminal.say(f"{seconds:8.1f} s  {one.sentence}")


def _is_dtu(person: Person) -> bool:
    return person.has_role(Role.DTU) or person.has_role(Role.DTU_DUTY)


def _is(one: WaitShape, other: WaitShape) -> bool:
    return (one.waiting_for, one.target) == (other.waiting_for, other.target)


def _waits_for_a_person(notice: Notice) -> bool:
    """Whether it is a mail to one person that is out, and not read yet."""
    mail = notice.by == Medium.MAIL and not notice.sealed and not notice.digest_line
    return mail and notice.to_role not in SHARED and notice.state == NoticeState.SENT
