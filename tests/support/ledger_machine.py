"""One effect of the ledger, two workers and a platform, as a machine that can be searched whole.

Every decision is the code's own (models.moves, flows.reading_back, flows.acts); what the database
and the platform do is modelled here. Times are classes of age. The platform takes a call at once,
late or not at all; a late effect is there before the settle time after the call is over: that is
what the settle time is for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from exhaustive import Move

from flows import reading_back
from flows.acts.base import Again, Finding
from flows.acts.publish_words import again_with_key
from models.moves import AFTER_OUTCOME, SETTLED, move
from models.words import Choice, EffectState, Outcome

S = EffectState

FRESH, QUIET, LONG = range(3)


@dataclass(frozen=True)
class Platform:
    """What one sort of other side does. ``holds`` is how long it honours a key; ``idempotent``:
    the act cannot be done twice (a deletion); ``readable``: a look can tell."""

    name: str
    holds: timedelta | None = None
    idempotent: bool = False
    readable: bool = True

    @property
    def for_ever(self) -> bool:
        """Whether the same key never makes a second."""
        return self.holds == timedelta.max

    @property
    def hours(self) -> bool:
        """Whether a key is honoured, and forgotten."""
        return self.holds is not None and not self.for_ever

    def again(self, *, key_lives: bool) -> Again:
        """What the act says of trying again; never asked where nothing can be read."""
        if self.idempotent:
            return Again.AT_ONCE
        return again_with_key(self.holds, timedelta(0) if key_lives else timedelta(days=1))


KEYLESS = Platform("keyless")
HOUR_KEY = Platform("hour-key", holds=timedelta(minutes=50))
FOR_EVER_KEY = Platform("for-ever-key", holds=timedelta.max)
DELETION = Platform("deletion", idempotent=True)
MAIL = Platform("mail", readable=False)
ALL = (KEYLESS, HOUR_KEY, FOR_EVER_KEY, DELETION, MAIL)


AGES = (timedelta(0), timedelta(seconds=31), timedelta(minutes=11))
"""Since the last attempt ended: within the settle time, past it, past the limit of reading back."""

CALLING, ENDED, LOOKING, LOOKED = "calling", "ended", "looking", "looked"


class Worker(NamedTuple):
    """One engine's thread with a claim. ``word`` is the outcome or finding that it holds;
    ``ours`` whether its fence is still the row's: each later claim makes it an older one. ``age``
    is how long ago the last attempt was when it began to look."""

    at: str
    ours: bool = True
    word: str = ""
    age: int = FRESH


class World(NamedTuple):
    """Everything. ``owed`` is how often it may be there: once, and once more for each time that
    a person was wrong. ``others`` is how often somebody else posted the same. ``known`` is whether
    something told that no call can have done it since."""

    state: EffectState = S.PLANNED
    attempts: int = 0
    leased: bool = False
    age: int = FRESH
    key_lives: bool = True
    workers: tuple[Worker | None, Worker | None] = (None, None)
    made: int = 0
    others: int = 0
    late: int = 0
    owed: int = 1
    known: bool = True


@dataclass(frozen=True)
class Rules:
    """How the code decides; a test puts a known bug in the place of one of these.

    ``after_outcome``: where an attempt leads. ``fenced``: an outcome is written only under its own
    fence. ``late_calls``: a call may begin although its time is up. ``age_from_claim``: quiet is
    counted from the claim, not from the end of the call; ``age_at_settling``: and to the moment of
    writing, not to that of the look.
    """

    after_outcome: Callable[[Outcome], EffectState] = AFTER_OUTCOME.__getitem__
    after_look: Callable[[Finding, Again, timedelta, int], EffectState] = reading_back._after_look
    fenced: bool = True
    late_calls: bool = False
    age_from_claim: bool = False
    age_at_settling: bool = False


class LedgerMachine:
    """The moves of one effect on one sort of platform."""

    def __init__(self, platform: Platform, rules: Rules | None = None, most: int = 2) -> None:
        self.platform = platform
        self.rules = rules or Rules()
        self.most = most
        self.exercised: set[object] = set()

    def starts(self) -> list[World]:
        """Nothing there yet; or, where nothing tells them from ours, what others posted."""
        others = self.platform.holds is None and self.platform.readable
        others = others and not self.platform.idempotent
        return [World(), *([World(others=1)] if others else [])]

    def __call__(self, world: World) -> Iterator[Move[World]]:
        """All that may happen next."""
        self.exercised.add(world.state)
        yield from self._people(world)
        yield from self._time(world)
        for which in (0, 1):
            for one in self._worker(world, which):
                yield self._judged(world, one)

    def _judged(self, before: World, one: Move[World]) -> Move[World]:
        if one.to.made > one.to.owed and not one.wrong:
            return Move(one.said, one.to, f"it is there {one.to.made} times")
        return one

    def _people(self, w: World) -> Iterator[Move[World]]:
        if w.state == S.PLANNED:
            yield Move("authorised", w._replace(state=move(w.state, S.AUTHORISED)))
        if w.state in (S.PLANNED, S.AUTHORISED, S.RETRY):
            yield Move("withdrawn", w._replace(state=move(w.state, S.WITHDRAWN)))
        if w.state == S.NEEDS_HUMAN:
            yield Move("a person deletes or publishes anew", w._replace(
                state=move(w.state, S.ABANDONED)))  # fmt: skip
            for choice in (Choice.THERE, Choice.NOT_THERE):
                for finding in self._findings(w, said=choice):
                    yield self._judged(w, self._answered(w, choice, finding))

    def _answered(self, w: World, choice: Choice, finding: Finding) -> Move[World]:
        self.exercised |= {choice, finding}
        said = f"a person says {choice}, a last look says {finding}"
        to = reading_back.after_a_word(choice, finding)
        if to is None:
            return Move(said, _overtaken(w))
        if to != S.RETRY:
            return Move(said, _overtaken(w)._replace(state=move(w.state, to)))
        mistaken = bool(w.made or w.late or self._may_still_call(w))
        return Move(said, _overtaken(w)._replace(
            state=move(w.state, to), owed=w.owed + mistaken, known=True,
        ))  # fmt: skip

    def _may_still_call(self, w: World) -> bool:
        return self.rules.late_calls and any(one and one.at == CALLING for one in w.workers)

    def _time(self, w: World) -> Iterator[Move[World]]:
        if w.late:
            made = w.made if self._takes_once(w) and w.made else w.made + 1
            landed = w._replace(made=made, late=w.late - 1)
            yield self._judged(w, Move("a late effect is there", landed))
        calling = any(one and one.at == CALLING for one in w.workers)
        counts = self.rules.age_from_claim or not (calling and w.leased)
        if w.age < LONG and not w.late and counts:
            yield Move("time passes", w._replace(age=w.age + 1))
        if w.leased:
            yield Move("the lease ends", w._replace(leased=False))
        if w.key_lives and not w.leased and w.age == LONG:
            yield Move("the key is forgotten", w._replace(key_lives=False))

    def _takes_once(self, w: World) -> bool:
        """Whether the platform takes this act once at most, where one has been made."""
        return self.platform.idempotent or self.platform.for_ever or (
            self.platform.holds is not None and w.key_lives
        )  # fmt: skip

    def _worker(self, w: World, which: int) -> Iterator[Move[World]]:
        mine = w.workers[which]
        name = "AB"[which]
        if mine is None:
            yield from self._claims(w, which, name)
            return
        yield Move(f"{name} dies", _with(w, which, None)._replace(leased=False))
        if mine.at == CALLING:
            yield from self._calls(w, which, name, mine)
        elif mine.at == ENDED:
            yield self._concludes(w, which, name, mine)
        elif mine.at == LOOKING:
            for finding in self._findings(w):
                self.exercised.add(finding)
                looked = mine._replace(at=LOOKED, word=finding)
                yield Move(f"{name} looks: {finding}", _with(w, which, looked))
        else:
            yield self._settles(w, which, name, mine)

    def _claims(self, w: World, which: int, name: str) -> Iterator[Move[World]]:
        if w.state in (S.AUTHORISED, S.RETRY) and w.attempts < self.most:
            if w.state == S.RETRY:
                move(S.RETRY, S.AUTHORISED)
            claimed = _overtaken(w)._replace(
                state=move(S.AUTHORISED, S.INFLIGHT), attempts=w.attempts + 1,
                leased=True, age=FRESH,
            )  # fmt: skip
            yield Move(f"{name} claims", _with(claimed, which, Worker(CALLING)))
        orphan = w.state == S.INFLIGHT and not w.leased
        if orphan or (w.state == S.UNKNOWN and not w.leased):
            if orphan:
                move(S.INFLIGHT, S.UNKNOWN)
            age = w.age if self.rules.age_from_claim or not orphan else FRESH
            read = _overtaken(w)._replace(state=S.UNKNOWN, leased=True, age=age)
            yield Move(f"{name} claims to look", _with(read, which, Worker(LOOKING, age=age)))

    def _calls(self, w: World, which: int, name: str, mine: Worker) -> Iterator[Move[World]]:
        ours = mine.ours and w.leased
        if not ours and not self.rules.late_calls:
            late = mine._replace(at=ENDED, word=Outcome.NOT_SENT)
            yield Move(f"{name} finds its time up", _with(w, which, late))
            return
        wrong = "" if w.known or self.platform.idempotent or self.platform.for_ever else (
            "a second live call without a look or a person between"
        )  # fmt: skip
        if w.attempts > 1 and self.platform.hours and not w.key_lives:
            yield from self._looks_before(w, which, name, mine)
            if w.made + w.others:
                return
            w = w._replace(known=True)
        age = w.age if self.rules.age_from_claim else FRESH
        for outcome in Outcome:
            self.exercised.add(outcome)
            ended = _with(w, which, mine._replace(at=ENDED, word=outcome))._replace(age=age)
            if outcome in (Outcome.DONE, Outcome.UNKNOWN):
                called = ended._replace(known=False)
                again = w.made and self._takes_once(w)
                done = called if again else called._replace(made=w.made + 1)
                yield Move(f"{name} calls: {outcome}, done", done, wrong)
            if outcome == Outcome.UNKNOWN:
                yield Move(f"{name} calls: {outcome}, not done", called, wrong)
                if w.late < 2 and not self.platform.idempotent:
                    yield Move(f"{name} calls: {outcome}, late", called._replace(late=w.late + 1),
                               wrong)  # fmt: skip
            elif outcome != Outcome.DONE:
                yield Move(f"{name} calls: {outcome}", ended)

    def _looks_before(self, w: World, which: int, name: str, mine: Worker) -> Iterator[Move[World]]:
        """Past its key an attempt that was put off looks before it calls."""
        endings = [Outcome.NOT_SENT]
        if shown := w.made + w.others:
            endings.append(Outcome.DONE if shown == 1 else Outcome.UNKNOWN)
        for outcome in endings:
            ended = mine._replace(at=ENDED, word=outcome)
            yield Move(f"{name} looks before it calls: {outcome}", _with(w, which, ended))

    def _concludes(self, w: World, which: int, name: str, mine: Worker) -> Move[World]:
        """The conditional update: state and fence must be those of the claim."""
        outcome = Outcome(mine.word)
        said = f"{name} concludes {outcome}"
        hit = w.state == S.INFLIGHT and (mine.ours or not self.rules.fenced)
        if not hit:
            return Move(f"{said}: no row", _with(w, which, None))
        to = self.rules.after_outcome(outcome)
        if self.rules.after_outcome is AFTER_OUTCOME.__getitem__:
            move(S.INFLIGHT, to)
        certain = outcome in (Outcome.NOT_SENT, Outcome.NOT_DONE)
        after = _with(w, which, None)._replace(state=to, leased=False, known=w.known or certain)
        unsure = to == S.CONFIRMED and outcome != Outcome.DONE
        return Move(said, after, "an unknown outcome was taken for done" if unsure else "")

    def _findings(self, w: World, said: Choice | None = None) -> Iterator[Finding]:
        """What a look may say: the truth, or that it cannot be read; while it is fresh, what is
        there may not be shown yet. Of a mail only the person can say."""
        if not self.platform.readable:
            if said is None:
                yield Finding.NEVER_READABLE
            else:
                yield Finding.THERE if said == Choice.THERE else Finding.ABSENT
            return
        yield Finding.UNREADABLE
        shown = w.made + w.others
        if shown > 1:
            yield Finding.SEVERAL
        elif shown:
            yield Finding.THERE
        if not shown or (w.age == FRESH and not self.platform.idempotent):
            yield Finding.ABSENT

    def _settles(self, w: World, which: int, name: str, mine: Worker) -> Move[World]:
        finding = Finding(mine.word)
        said = f"{name} settles by {finding}"
        if w.state != S.UNKNOWN or not mine.ours:
            return Move(f"{said}: no row", _with(w, which, None))
        age = w.age if self.rules.age_at_settling else mine.age
        again = self.platform.again(key_lives=w.key_lives)
        self.exercised.add(again)
        to = self.rules.after_look(finding, again, AGES[age], w.attempts)
        if to != S.UNKNOWN:
            move(S.UNKNOWN, to)
        absent = finding == Finding.ABSENT and mine.age > FRESH
        after = _with(w, which, None)._replace(state=to, leased=False, known=w.known or absent)
        unseen = to == S.CONFIRMED and finding != Finding.THERE
        return Move(said, after, "it became done without being seen" if unseen else "")


def _with(w: World, which: int, worker: Worker | None) -> World:
    workers = (worker, w.workers[1]) if which == 0 else (w.workers[0], worker)
    return w._replace(workers=workers)


def _overtaken(w: World) -> World:
    """A later claim: whoever held one before holds an older fence."""
    first, second = (one and one._replace(ours=False) for one in w.workers)
    return w._replace(workers=(first, second))


def is_end(world: World) -> bool:
    """Settled for good, or in front of a person."""
    return world.state in SETTLED or world.state == S.NEEDS_HUMAN
