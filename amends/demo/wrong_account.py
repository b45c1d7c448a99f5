"""The story of a political joke on the official account, which ends in a referral."""

from amends.demo.ending import show_ending
from amends.demo.failing import DemoError
from amends.demo.following import Follower
from amends.demo.installation import HANDLE
from amends.demo.mailbox import wait_for
from amends.demo.people import ANA, BO, DEE, FLO, HR
from amends.demo.player import Player
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.wrapping_up import wrap_up
from flows.cases import CaseShape
from models.words import Wait

POST = "Vote for us, folks. The other lot could not run a bath!"
RULE = "54: politically partial"
REASON = "Party content on an official account. It reached the public before it was taken down."
ABSENT = 404
ADVICE = "Private accounts are taken off the phones that post for the department."


def play(stage: Stage, screen: Screen) -> None:
    """From the post to the last screen."""
    ana, dee = stage.player(ANA), stage.player(DEE)
    (place,) = stage.places

    screen.scene(1, f"Ana jokes about politics. It goes out on @{HANDLE}, not on her own account.")
    link = place.post(POST)
    before = place.seen_by_a_stranger()
    screen.posts("What a stranger sees", before)
    screen.pause()

    screen.scene(2, "Ana reports it herself: the wrong account, and politically partial.")
    screen.aside("These words were cleared in advance, so they need no yes and go out at once.")
    reference = ana.report(
        {
            "post_url": link,
            "kinds": ["wrong-account", "partial"],
            "poster": "me",
            "cleared_by": "nobody",
        }
    )
    follower = Follower(dee, reference, screen)
    follower.until(lambda one: one.waiting_for == Wait.ADVICE)

    screen.scene(3, "HR has a mail: a link, and nothing of what it is about.")
    letter = wait_for(stage.installation.outbox, HR)
    text = letter.text.strip().splitlines()[0]
    screen.rows([("Subject", letter.subject), ("Text", text), ("Link", letter.links[0])])
    screen.pause()
    hal = _let_hr_in(stage, screen, number=4)
    case = _refer(hal, screen, reference, number=5)
    _show_that_it_is_sealed(stage, screen, reference, number=6)

    wrap_up(stage, screen, follower, reference, number=7, advice=ADVICE)
    show_ending(stage, screen, reference, [before], case)


def _let_hr_in(stage: Stage, screen: Screen, *, number: int) -> Player:
    screen.scene(number, "Hal, of HR, signs in for the first time.")
    screen.aside(
        "No administrator can make a token for HR. A code was mailed to HR’s own mailbox; "
        "Hal exchanges it, once."
    )
    return stage.let_hr_in()


def _refer(hal: Player, screen: Screen, reference: str, *, number: int) -> CaseShape:
    screen.scene(number, "Hal reads the sealed case, and decides. No machine does that.")
    hal.case(reference)
    decided = hal.decide_case(reference, {"choice": "refer", "rule": RULE, "reason": REASON})
    screen.rows(
        [
            ("Decision", decided.state.value),
            ("Rule", decided.rule or ""),
            ("Reason", decided.reason or ""),
        ]
    )
    screen.pause()
    return decided


def _show_that_it_is_sealed(stage: Stage, screen: Screen, reference: str, *, number: int) -> None:
    screen.scene(number, "Dee, Bo, Flo the administrator and Ana ask for the case.")
    asking = (DEE, BO, FLO, ANA)
    for person in asking:
        status = stage.player(person).status_of(f"/cases/{reference}")
        if status != ABSENT:
            raise DemoError(f"{person.first_name} was answered {status}, and must not be.")
    screen.rows((person.first_name, "404: there is no such case") for person in asking)
    said = [entry.what for entry in stage.player(DEE).timeline(reference)]
    if any("refer" in what or "case" in what for what in said):
        raise DemoError("The timeline of the incident tells of the case.")
    screen.aside("Nor does the timeline that they may read have a word of it.")
    screen.pause()
