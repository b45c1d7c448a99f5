"""Plays a scenario: each scene's acts over the API, by the person who does them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from amends.demo.ending import show_ending
from amends.demo.failing import DemoError
from amends.demo.following import Follower
from amends.demo.mailbox import wait_for
from amends.demo.people import BY_FIRST_NAME, DEE
from amends.demo.places.base import Place
from amends.demo.player import Player
from amends.demo.scenarios.shapes import Act, Does, Scenario, Scene, has_come
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.wrapping_up import wrap_up
from flows.cases import CaseShape
from flows.shapes import StatementShape
from models.words import StatementState, Wait

TRIES = 20


def play(scenario: Scenario, stage: Stage, screen: Screen) -> list[str]:
    """From the posts to the last screen; returns the references, in the order of the reports."""
    playing = _Playing(scenario, stage, screen)
    playing.post()
    for number, scene in enumerate(scenario.scenes, start=2):
        playing.play(number, scene)
    playing.wrap_up(len(scenario.scenes) + 2)
    return playing.references


@dataclass
class _Playing:
    """How far it has come."""

    scenario: Scenario
    stage: Stage
    screen: Screen
    links: list[str] = field(default_factory=list)
    before: list[list[str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    followers: dict[str, Follower] = field(default_factory=dict)
    case: CaseShape | None = None
    shown: list[str] = field(default_factory=list)

    def post(self) -> None:
        """The mistake is made."""
        self.screen.scene(1, self.scenario.happens)
        self.screen.aside(self.scenario.shows)
        for post in self.scenario.posts:
            self.links.append(self._place(post.account).post(post.text))
        self.before = [place.seen_by_a_stranger() for place in self.stage.places]
        for place, seen in zip(self.stage.places, self.before, strict=True):
            if seen:
                self.screen.posts(f"What a stranger sees: {place.title}", seen)
        self.screen.pause()

    def play(self, number: int, scene: Scene) -> None:
        """Do what is done, and show what comes of it."""
        self.screen.scene(number, scene.title)
        if scene.aside:
            self.screen.aside(scene.aside)
        for act in scene.acts:
            _DOING[act.does](self, act, self._player(act))
        if scene.until:
            end = scene.until
            self._follower(self._on(scene.acts[-1])).until(lambda seen: has_come(end, seen))
            self.screen.pause()

    def wrap_up(self, number: int) -> None:
        """Every incident is closed, the first one last; then the last screen."""
        screen, first = self.screen, self.references[0]
        for reference in reversed(self.references[1:]):
            screen.scene(number, f"Dee advises on {reference} and closes it first.")
            number += 1
            self._advise_and_close(reference)
        follower = self._follower(first)
        follower.until(lambda seen: seen.waiting_for == Wait.ADVICE)
        advice = self.scenario.advice
        wrap_up(self.stage, screen, follower, first, number=number, advice=advice)
        show_ending(self.stage, screen, first, self.before, self.case, self.references[1:])

    def _advise_and_close(self, reference: str) -> None:
        dee, follower = self.stage.player(DEE), self._follower(reference)
        follower.until(lambda seen: seen.waiting_for == Wait.ADVICE)
        dee.decide(reference, {"type": "advise", "text": self.scenario.advice})
        for _ in range(TRIES):
            follower.until(lambda seen: seen.waiting_for == Wait.CLOSING)
            with suppress(DemoError):  # a notice was queued meanwhile: it leaves first
                return dee.decide(reference, {"type": "close", "reason": "Put right."})
        raise DemoError(f"{reference} could not be closed.")

    def report(self, act: Act, by: Player) -> None:
        """The posts are reported together."""
        self._report(act, by, self.links)

    def report_words(self, act: Act, by: Player) -> None:
        """What we published is itself reported."""
        said = by.incident(self._on(act)).statements
        self._report(act, by, [one.url for one in said if one.url])

    def clear(self, act: Act, by: Player) -> None:
        """Say yes to all that this person may clear, having read it."""
        waiting = self._waiting(act, by)
        if not waiting:
            raise DemoError(f"No words wait for {act.by}.")
        texts = list(dict.fromkeys(one.text or "" for one in waiting))
        if texts == self.shown:
            self.screen.say(f"{act.by.capitalize()} reads the same, and clears it.")
        else:
            self.screen.posts(f"What {act.by.capitalize()} reads, and clears", texts)
        self.shown = texts
        for one in waiting:
            by.clear(self._on(act), one)

    def acknowledge(self, act: Act, by: Player) -> None:
        """Say that the notice has reached one."""
        by.acknowledge(self._on(act))

    def decide(self, act: Act, by: Player) -> None:
        """Any other decision."""
        by.decide(self._on(act), act.says)

    def attempt(self, act: Act, by: Player) -> None:
        """A decision that must be refused: the answer is shown."""
        answer = by.refused(self._on(act), act.says)
        if act.answered not in answer:
            raise DemoError(f"It was refused for another reason: {answer}")
        self.screen.rows([(f"{act.by.capitalize()} is answered", answer)])

    def decide_case(self, act: Act, by: Player) -> None:
        """HR reads the sealed case, and decides."""
        by.case(self._on(act))
        self.case = by.decide_case(self._on(act), act.says)
        decided = self.case
        self.screen.rows([(decided.state.value, f"{decided.rule}. {decided.reason}")])

    def take_down(self, act: Act, by: Player) -> None:
        """Once asked by mail, in their own app, where the posts are; then they say so."""
        letter = wait_for(self.stage.installation.outbox, BY_FIRST_NAME[act.by].email)
        self.screen.rows([(f"{act.by.capitalize()} has a mail", letter.subject)])
        reference = self._on(act)
        for post in by.incident(reference).posts:
            place = self._place(f"{post.platform}/{post.account}")
            if place.by_hand or not place.ours:
                place.take_down(post.url)
        by.decide(reference, {"type": "attest", "choice": "gone"})

    def publish_by_hand(self, act: Act, by: Player) -> None:
        """Exactly the cleared words, in the app; then the link is pasted."""
        reference = self._on(act)
        for one in by.incident(reference).statements:
            place = self._place(f"{one.platform}/{one.account}")
            if place.by_hand and one.state == StatementState.NEEDS_HUMAN:
                link = place.post(one.text or "")
                body = {"type": "settle", "choice": "there", "target": one.id, "link": link}
                by.decide(reference, dict(body))

    def _report(self, act: Act, by: Player, links: list[str]) -> None:
        if act.reports is None:
            raise DemoError("A report says nothing.")
        self.references.append(by.report(act.reports.body(links)))

    def _waiting(self, act: Act, by: Player) -> list[StatementShape]:
        said = by.incident(self._on(act)).statements
        return [one for one in said if one.state == StatementState.WAITING and one.you_may_clear]

    def _on(self, act: Act) -> str:
        return self.references[act.on - 1]

    def _player(self, act: Act) -> Player:
        if act.by == "hal" and act.does is Does.DECIDE_CASE:
            return self.stage.let_hr_in()
        return self.stage.player(BY_FIRST_NAME[act.by])

    def _follower(self, reference: str) -> Follower:
        """As Dee, who sees it all."""
        if reference not in self.followers:
            dee = self.stage.player(DEE)
            self.followers[reference] = Follower(dee, reference, self.screen)
        return self.followers[reference]

    def _place(self, name: str) -> Place:
        names = [f"{one.platform}/{one.handle}" for one in self.stage.places]
        return self.stage.places[names.index(name)]


_DOING: dict[Does, Callable[[_Playing, Act, Player], None]] = {
    Does.REPORT: _Playing.report,
    Does.REPORT_WORDS: _Playing.report_words,
    Does.CLEAR: _Playing.clear,
    Does.ACKNOWLEDGE: _Playing.acknowledge,
    Does.DECIDE: _Playing.decide,
    Does.TRY: _Playing.attempt,
    Does.DECIDE_CASE: _Playing.decide_case,
    Does.TAKE_DOWN: _Playing.take_down,
    Does.PUBLISH_BY_HAND: _Playing.publish_by_hand,
}
