"""A link is pasted in a real browser: the post appears while its reporter goes on."""

from browsing import Seen
from department import ANA
from hostile import CORPUS
from pasting import PICTURE
from rooms import PATIENCE, Rooms

MILLISECONDS = 1000 * PATIENCE
FACT = "The fund opens on 3 May. Apply on our website and tell everybody who may need it."
LINK = "Paste the link to the post"


def at_the_link(rooms: Rooms, *, scripts: bool = True) -> Seen:
    """Ana, who has said that it is nothing secret."""
    seen = rooms.enter(ANA, "/report", scripts=scripts)
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Continue")
    return seen


def shown(seen: Seen, words: str) -> None:
    """Wait until the page says this of the post."""
    seen.page.locator("#preview").get_by_text(words).first.wait_for(timeout=MILLISECONDS)


def test_it_appears_without_a_button_and_what_is_typed_stays(rooms: Rooms) -> None:
    post = rooms.department.sandbox.add_post(
        "dept", FACT, pictures=[PICTURE], metrics={"like_count": 1204, "retweet_count": 77}
    )
    seen = at_the_link(rooms)
    field = seen.page.get_by_label(LINK)
    field.fill(post.url)
    shown(seen, FACT)
    shown(seen, "Likes: 1,204")
    assert field.input_value() == post.url
    assert seen.page.locator("#links:focus").count() == 1, "the field keeps the keyboard"
    seen.look("preview-shown")
    seen.press("Continue")
    shown(seen, FACT)
    seen.look("preview-kind")
    seen.page.get_by_label("Something in it is wrong").check()
    seen.press("Continue")
    shown(seen, FACT)
    seen.look("preview-about")


def test_each_reason_for_not_showing_it_is_a_sentence(rooms: Rooms) -> None:
    department = rooms.department
    department.sandbox.add_account("ana_at_home", "Ana at home")
    elsewhere = department.post("My own words", "ana_at_home")
    gone = department.post("Soon gone")
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[0])
    seen = at_the_link(rooms)
    seen.page.get_by_label(LINK).fill(f"{elsewhere}\n{gone}")
    shown(seen, "There is no post at this link any more")
    shown(seen, "not one of the department’s registered accounts")
    seen.look("preview-not-shown")


def test_hostile_posts_do_nothing_when_they_are_put_into_the_page(rooms: Rooms) -> None:
    link = rooms.department.post("\n".join(CORPUS))
    seen = at_the_link(rooms)
    seen.page.get_by_label(LINK).fill(link)
    shown(seen, "window.pwned")
    seen.press("Continue")
    shown(seen, "window.pwned")
    assert seen.page.evaluate("window.pwned") is None
    assert seen.complaints == []


def test_without_scripts_the_next_page_shows_it(rooms: Rooms) -> None:
    link = rooms.department.post(FACT + " Again.")
    seen = at_the_link(rooms, scripts=False)
    seen.page.get_by_label(LINK).fill(link)
    seen.press("Continue")
    assert seen.heading() == "What happened?"
    seen.page.get_by_label("Something in it is wrong").check()
    seen.press("Continue")
    shown(seen, FACT + " Again.")


def test_an_engine_that_is_down_holds_nobody_up(rooms: Rooms) -> None:
    link = rooms.department.post(FACT + " Nobody reads it.")
    seen = at_the_link(rooms)
    rooms.department.stop_engine()
    try:
        seen.page.get_by_label(LINK).fill(link)
        shown(seen, "Amends is reading the post")
        seen.look("preview-waiting")
        shown(seen, "is not answering")
        seen.look("preview-late")
        seen.press("Continue")
        assert seen.heading() == "What happened?"
    finally:
        rooms.department.start_engine()
