"""The story of a wrong date: kept, deleted, proved gone, corrected once somebody else said yes."""

from amends.demo.ending import show_ending
from amends.demo.following import Follower
from amends.demo.installation import HANDLE
from amends.demo.people import ANA, BO, DEE
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.wrapping_up import wrap_up
from models.words import StatementState, Wait

POST = "Our small grants fund opens on 3 May. Apply online from that day."
WRONG = "The fund opens on 3 May."
RIGHT = "The fund opens on 5 June."
SOURCE = "https://dept.example/small-grants"
ADVICE = "Dates are read aloud to a second person before they are posted."


def play(stage: Stage, screen: Screen) -> None:
    """From the post to the last screen."""
    ana, bo, dee = stage.player(ANA), stage.player(BO), stage.player(DEE)
    (place,) = stage.places

    screen.scene(1, f"Ana posts on @{HANDLE}. The date is wrong.")
    link = place.post(POST)
    before = place.seen_by_a_stranger()
    screen.posts("What a stranger sees", before)
    screen.pause()

    screen.scene(2, "Ana sees it, and reports her own post.")
    screen.aside("She publishes for this account: nobody else need agree to the deletion.")
    reference = ana.report(
        {
            "post_url": link,
            "kinds": ["factual"],
            "wrong": WRONG,
            "right": RIGHT,
            "source_url": SOURCE,
        }
    )
    follower = Follower(dee, reference, screen)
    seen = follower.until(lambda one: one.waiting_for == Wait.CLEARANCE)

    screen.scene(3, "Dee, the duty officer, reads the words and clears them.")
    screen.aside("Ana may not: the post was hers. Dee’s yes is for exactly these bytes.")
    (statement,) = (one for one in seen.statements if one.state == StatementState.WAITING)
    screen.posts("The words that wait", [statement.text or ""])
    screen.pause()
    dee.clear(reference, statement)
    follower.until(lambda one: one.waiting_for == Wait.ADVICE)

    screen.scene(4, "Bo, Ana’s line manager, acknowledges the notice.")
    bo.acknowledge(reference)
    follower.until(lambda one: any(n.acknowledged_at for n in one.notices))

    wrap_up(stage, screen, follower, reference, number=5, advice=ADVICE)
    show_ending(stage, screen, reference, [before])
