"""A statement from its draft to its publication, as a machine that can be searched whole.

Three people (the poster, who publishes too; the owner, who has the press desk; a duty officer) and
two texts. Every decision is the code's own: policy.clearing, policy.access, models.publishing,
models.moves, flows.reading_back. The rows are real ones, without a database.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from exhaustive import Move

from flows.acts.base import Again, Finding
from flows.reading_back import _after_look, after_a_word
from models.incident import Incident, Post
from models.moves import AFTER_OUTCOME, SETTLED, move
from models.people import Account, Person
from models.publishing import (
    AFTER_PUBLISHING,
    TAKEN_BACK,
    is_left_behind,
    why_it_stays,
    why_not_sent,
)
from models.snapshot import Snapshot
from models.standing import standing
from models.statements import Clearance, Statement, Wording, wording_digest
from models.words import (
    Choice,
    Circumstance,
    EffectState,
    Kind,
    Outcome,
    StatementKind,
    StatementState,
    Tier,
)
from policy import clearing
from policy.access import Act, may, relations
from policy.decide import decide
from policy.people import Register
from policy.stored import as_stored

S, E = StatementState, EffectState
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
POSTER, OWNER, OFFICER = "poster", "owner", "officer"
ACTORS = (POSTER, OWNER, OFFICER)
TEXTS = ("first", "second")
ROLES = {OWNER: ["press-duty"], OFFICER: ["dtu", "dtu-duty"]}
SETTLE, BY_HAND = "settle", "by-hand"
AGES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=11))


class Version(NamedTuple):
    """One wording. ``yes`` is who said yes to it while it stood, as the search itself saw it."""

    text: str
    author: str | None
    yes: frozenset[str] = frozenset()
    effect: E | None = None


class Call(NamedTuple):
    """What a worker holds: the version that it sends, and how its call ended."""

    version: int
    ours: bool = True
    outcome: Outcome | None = None


class World(NamedTuple):
    """Everything about one statement. ``asked`` is what people are asked."""

    state: S = S.WAITING
    versions: tuple[Version, ...] = (Version("first", None),)
    said: frozenset[tuple[str, str, bool]] = frozenset()
    call: Call | None = None
    posts: int = 0
    asked: str = ""
    incident: int = 1
    planned: bool = True
    held: bool = False


class WordsMachine:
    """The moves of one statement, under a rule of clearance."""

    def __init__(self, *circumstances: Circumstance, most: int = 3) -> None:
        self.plan = decide([Kind.FACTUAL], list(circumstances))
        self.groups = len(self.plan.clearance.groups)
        self.most = most
        self.judged: dict[object, Any] = {}
        self.exercised: set[object] = set()
        self.account = Account(
            id="account", platform="x", handle="dept", owner=OWNER, tier=Tier.OFFICIAL,
            publishers=[POSTER, OWNER], languages=["en"],
        )  # fmt: skip
        people = tuple(
            Person(id=f"id-{one}", email=one, name=one, roles=ROLES.get(one, []), registered=True)
            for one in ACTORS
        )
        self.people = dict(zip(ACTORS, people, strict=True))
        self.register = Register(people, (self.account,), "dtu@x.example", "hr@x.example")

    def digest(self, text: str) -> str:
        return wording_digest(text, platform="x", handle="dept")

    def rows(self, w: World) -> tuple[Snapshot, Statement]:
        """The world as the database would hold it."""
        plan: Any = as_stored(self.plan) if w.planned else None
        incident = Incident(
            id="incident", reference="AM-00000", kinds=["factual"], poster_email=POSTER,
            plan=plan, generation=w.incident, opened_at=NOW,
        )  # fmt: skip
        wordings = {
            str(number): Wording(
                id=str(number), statement_id="statement", version=number, text_sealed=b"",
                digest=self.digest(one.text), author=one.author, written_at=NOW,
            )
            for number, one in enumerate(w.versions, 1)
        }  # fmt: skip
        statement = Statement(
            id="statement", incident_id="incident", account_id="account", state=w.state,
            kind=StatementKind.CORRECTION, wording_id=str(len(w.versions)), drafted_at=NOW,
        )  # fmt: skip
        clearances = tuple(
            Clearance(
                id=f"{text}-{who}", statement_id="statement", digest=self.digest(text),
                person_id=f"id-{who}", role="dtu", approved=yes, given_at=NOW,
            )
            for text, who, yes in sorted(w.said)
        )  # fmt: skip
        post = Post(
            id="post", incident_id="incident", account_id="account", platform="x",
            remote_id="1", url="https://x.example/1", reported_at=NOW,
        )  # fmt: skip
        seen = Snapshot(
            incident, (), (post,), {}, {"account": self.account}, (statement,), wordings,
            clearances, (), {}, (), (),
        )  # fmt: skip
        return seen, statement

    def __call__(self, w: World) -> Iterator[Move[World]]:
        """All that may happen next."""
        self.exercised.add(w.state)
        self.exercised |= {one.effect for one in w.versions if one.effect}
        for actor in ACTORS:
            yield from self._writes(w, actor)
            yield from self._answers(w, actor)
        yield from self._officer(w)
        yield from self._engine(w)
        yield from self._worker(w)
        yield from self._people(w)

    def waits(self, w: World) -> bool:
        """Whether the code itself says what this state waits for."""
        seen, _ = self.rows(w)
        return bool(standing(seen).waits)

    def _stays(self, w: World) -> bool:
        effects = [one.effect for one in w.versions if one.effect]
        return why_it_stays(w.state, effects, said_to_be_out=False) is not None

    def _writes(self, w: World, actor: str) -> Iterator[Move[World]]:
        for text in TEXTS:
            if self._stays(w) or any(one.text == text for one in w.versions):
                continue
            if len(w.versions) < self.most:
                taken = _taken_back(w)
                versions = (*taken.versions, Version(text, actor))
                yield Move(f"{actor} writes {text}", taken._replace(
                    state=S.WAITING, versions=versions, asked=""))  # fmt: skip

    def _answers(self, w: World, actor: str) -> Iterator[Move[World]]:
        for text in TEXTS:
            for approve in (True, False):
                taken = self._judge(w, actor, text, approve)
                if isinstance(taken, clearing.NotTaken):
                    self.exercised.add(taken)
                    continue
                word = "clears" if approve else "rejects"
                yield from self._said(w, actor, text, approve, taken.state, word)

    def _said(
        self, w: World, actor: str, text: str, approve: bool, state: S, word: str
    ) -> Iterator[Move[World]]:
        if not approve and self._stays(w):
            return
        last = w.versions[-1]
        # What the search believes: a yes is to the text that was shown, by who did not write it.
        honest = approve and text == last.text
        versions = (*w.versions[:-1], last._replace(yes=last.yes | ({actor} if honest else set())))
        to = w._replace(versions=versions, said=w.said | {(text, actor, approve)}, state=state)
        yield Move(f"{actor} {word} {text}", to if approve else _taken_back(to))

    def _judge(self, w: World, actor: str, text: str, approve: bool) -> Any:
        key = (w.state, tuple((v.text, v.author) for v in w.versions), w.said, w.planned,
               actor, text, approve)  # fmt: skip
        if key not in self.judged:
            seen, about = self.rows(w)
            person = self.people[actor]
            allowed = may(Act.CLEAR, relations(person, seen, self.register, NOW))
            answer = clearing.Answer(person, self.digest(text), approve, allowed)
            self.judged[key] = clearing.judge(seen, about, answer, self.register, NOW)
        return self.judged[key]

    def _officer(self, w: World) -> Iterator[Move[World]]:
        yield Move("the account is held or let go", w._replace(held=not w.held))
        if w.incident == 1:
            yield Move("reclassified", w._replace(incident=2, planned=False))

    def _engine(self, w: World) -> Iterator[Move[World]]:
        if not w.planned:
            taken = _taken_back(w, also_state=True)
            left = is_left_behind(taken.state, in_peoples_hands=w.asked == BY_HAND)
            state = S.WITHDRAWN if left else taken.state
            asked = "" if w.asked == BY_HAND else w.asked
            yield Move("planned anew", taken._replace(planned=True, state=state, asked=asked))
            return
        live = any(one.effect and one.effect not in SETTLED for one in w.versions)
        if w.state == S.CLEARED and not live and w.versions[-1].effect is None:
            to = move(E.PLANNED, E.AUTHORISED)
            yield Move("authorised", _effect(w, len(w.versions), to))
        for number, one in enumerate(w.versions, 1):
            if one.effect in (E.AUTHORISED, E.RETRY):
                yield from self._claims(w, number, one)
            if one.effect == E.UNKNOWN:
                yield from self._looks(w, number)

    def _claims(self, w: World, number: int, one: Version) -> Iterator[Move[World]]:
        why, generation = self._why_not(w, number)
        if why == "held":
            return
        if why:
            back = _effect(w, number, E.WITHDRAWN)
            state = S.WITHDRAWN if w.state == S.CLEARED else w.state
            yield Move(f"withdrawn: {why}", back._replace(state=state))
        elif w.call is None:
            to = _effect(w, number, move(E.AUTHORISED, E.INFLIGHT))
            wrong = "" if generation == w.incident else "words of another kind leave"
            yield Move("claimed", to._replace(call=Call(number)), wrong)

    def _why_not(self, w: World, number: int) -> tuple[str | None, int]:
        key = (w.state, len(w.versions), w.incident, w.held, number)
        if key not in self.judged:
            seen, statement = self.rows(w)
            why = why_not_sent(
                statement,
                seen.wordings[str(statement.wording_id)],
                of_incident=w.incident,
                of_effect=number,
                held_until=NOW + timedelta(hours=1) if w.held else None,
                now=NOW,
            )
            self.judged[key] = why, statement.generation
        return self.judged[key]

    def _worker(self, w: World) -> Iterator[Move[World]]:
        if w.call is None:
            return
        number, ours, outcome = w.call
        if outcome is None:
            yield from self._calls(w, number, ours)
        else:
            yield self._concludes(w, number, ours, outcome)
        gone = _effect(w, number, move(E.INFLIGHT, E.UNKNOWN)) if ours else w
        lost = gone._replace(state=S.UNKNOWN if ours else w.state)
        yield Move("the worker dies", lost._replace(call=None))
        if ours and outcome is not None:
            yield Move("another worker takes over", lost._replace(call=w.call._replace(ours=False)))

    def _calls(self, w: World, number: int, ours: bool) -> Iterator[Move[World]]:
        for outcome in Outcome:
            self.exercised.add(outcome)
            ended = w._replace(call=Call(number, ours, outcome))
            if outcome in (Outcome.DONE, Outcome.UNKNOWN):
                there = ended._replace(posts=w.posts + 1)
                yield Move(f"call: {outcome}, done", there, self._wrong(w, number))
            if outcome != Outcome.DONE:
                yield Move(f"call: {outcome}", ended)

    def _wrong(self, w: World, number: int) -> str:
        """The promises, in the search's own words."""
        sent = w.versions[number - 1]
        if w.posts:
            return "published twice"
        if sent.author in sent.yes:
            return "the author cleared their own words"
        if POSTER in sent.yes:
            return "the poster cleared the words"
        # Whoever is left for several groups answers for each: an author leaves theirs to others.
        if len(sent.yes) < (1 if self.groups == 1 else len({OWNER, OFFICER} - {sent.author})):
            return "words were published that nobody cleared as they are"
        return ""

    def _concludes(self, w: World, number: int, ours: bool, outcome: Outcome) -> Move[World]:
        if not ours:
            return Move("an overtaken worker writes nothing", w._replace(call=None))
        to = _effect(w, number, move(E.INFLIGHT, AFTER_OUTCOME[outcome]))
        asked = BY_HAND if outcome == Outcome.NOT_AUTHORISED else w.asked
        return Move(f"concluded {outcome}", to._replace(
            state=AFTER_PUBLISHING[outcome], call=None, asked=asked))  # fmt: skip

    def _looks(self, w: World, number: int) -> Iterator[Move[World]]:
        for finding in self._findings(w):
            self.exercised.add(finding)
            for age in AGES:
                to = _after_look(finding, Again.NEVER, age, 1)
                if to == E.UNKNOWN:
                    continue
                seen = _effect(w, number, move(E.UNKNOWN, to))
                state = S.PUBLISHED if to == E.CONFIRMED else S.NEEDS_HUMAN
                asked = SETTLE if to == E.NEEDS_HUMAN else ""
                yield Move(f"a look says {finding}", seen._replace(state=state, asked=asked))

    def _findings(self, w: World) -> Iterator[Finding]:
        yield Finding.UNREADABLE
        yield Finding.NEVER_READABLE
        yield Finding.THERE if w.posts else Finding.ABSENT
        if w.posts:
            yield Finding.SEVERAL  # somebody else posted the same

    def _people(self, w: World) -> Iterator[Move[World]]:
        for choice in (Choice.THERE, Choice.NOT_THERE):
            for number, one in enumerate(w.versions, 1):
                if one.effect == E.NEEDS_HUMAN:
                    yield from self._settles(w, number, choice)
            if w.state == S.NEEDS_HUMAN and w.asked == BY_HAND:
                yield from self._by_hand(w, choice)

    def _settles(self, w: World, number: int, choice: Choice) -> Iterator[Move[World]]:
        self.exercised.add(choice)
        for finding in self._findings(w):
            to = after_a_word(choice, finding)
            if to is not None:
                state = S.PUBLISHED if to == E.CONFIRMED else S.CLEARED
                settled = _effect(w, number, move(E.NEEDS_HUMAN, to))
                yield Move(f"a person says {choice}, we see {finding}", settled._replace(
                    state=state, asked=""))  # fmt: skip

    def _by_hand(self, w: World, choice: Choice) -> Iterator[Move[World]]:
        if choice == Choice.THERE:
            yield Move("published by hand", w._replace(state=S.PUBLISHED, asked="", posts=1))
        elif len(w.versions) < self.most:
            again = w.versions[-1]._replace(effect=None)
            yield Move("the same words again", w._replace(
                state=S.CLEARED, versions=(*w.versions, again), asked=""))  # fmt: skip


def _effect(w: World, number: int, to: E) -> World:
    changed = w.versions[number - 1]._replace(effect=to)
    return w._replace(versions=(*w.versions[: number - 1], changed, *w.versions[number:]))


def _taken_back(w: World, *, also_state: bool = False) -> World:
    """What has not been sent of it is withdrawn."""
    back = [one for one in w.versions if one.effect in TAKEN_BACK]
    versions = tuple(one._replace(effect=E.WITHDRAWN) if one in back else one for one in w.versions)
    withdrawn = also_state and back and w.state == S.CLEARED
    return w._replace(versions=versions, state=S.WITHDRAWN if withdrawn else w.state)


def is_end(w: World) -> bool:
    """Out, or taken back: new words are asked of people."""
    return w.state in (S.PUBLISHED, S.WITHDRAWN)
