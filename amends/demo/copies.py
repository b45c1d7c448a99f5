"""The story of one wrong date on three platforms: three copies kept, gone, and put right."""

from amends.demo.ending import show_ending
from amends.demo.following import Follower
from amends.demo.people import ANA, BO, DEE
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.wrapping_up import wrap_up
from amends.demo.wrong_fact import POST, RIGHT, SOURCE, WRONG
from flows.shapes import IncidentShape, StatementShape
from models.words import StatementState, Wait

ADVICE = "One draft feeds all our accounts: it is checked before it is copied, not after."


def play(stage: Stage, screen: Screen) -> None:
    """From the posts to the last screen."""
    ana, bo, dee = stage.player(ANA), stage.player(BO), stage.player(DEE)

    screen.scene(1, "Ana posts the same news on three platforms. The date is wrong on each.")
    links = [place.post(POST) for place in stage.places]
    before = [place.seen_by_a_stranger() for place in stage.places]
    screen.rows((place.title, link) for place, link in zip(stage.places, links, strict=True))
    screen.posts("What a stranger sees, on each", before[0])
    screen.pause()

    screen.scene(2, "Ana reports them together: one mistake, three copies.")
    screen.aside("A platform that is slow holds up its own copy alone.")
    reference = ana.report(
        {
            "post_urls": links,
            "kinds": ["factual"],
            "wrong": WRONG,
            "right": RIGHT,
            "source_url": SOURCE,
        }
    )
    follower = Follower(dee, reference, screen)
    seen = follower.until(lambda one: len(_waiting(one)) == len(links))

    screen.scene(3, "Dee reads the words once, and clears them for each account.")
    waiting = _waiting(seen)
    screen.posts("The words that wait", list(dict.fromkeys(one.text or "" for one in waiting)))
    screen.pause()
    for statement in waiting:
        dee.clear(reference, statement)
    follower.until(lambda one: one.waiting_for == Wait.ADVICE)

    screen.scene(4, "Bo, Ana’s line manager, acknowledges the notice: one, for the three.")
    bo.acknowledge(reference)
    follower.until(lambda one: any(n.acknowledged_at for n in one.notices))

    wrap_up(stage, screen, follower, reference, number=5, advice=ADVICE)
    show_ending(stage, screen, reference, before)


def _waiting(seen: IncidentShape) -> list[StatementShape]:
    """The words that somebody must clear."""
    return [one for one in seen.statements if one.state == StatementState.WAITING]
