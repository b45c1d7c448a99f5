"""The same words, said of two mistakes at the same moment: each knows its own."""

from department import Department

from models.words import StatementState, Wait


def test_words_that_x_refuses_as_said_already_do_not_take_the_others_post(
    quiet: Department,
) -> None:
    one = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    two = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May!"))
    quiet.start_engine()
    for reference in (one, two):
        quiet.until_waiting(reference, Wait.CLEARANCE)
    quiet.sandbox.fail("create", "reset-after", times=1)
    quiet.sandbox.fail("timeline", "500-before", times=1)
    quiet.clear(one)
    quiet.until(one, lambda s: s.statements[0].state == StatementState.UNKNOWN)
    quiet.clear(two)
    quiet.until(one, lambda s: s.statements[0].state == StatementState.PUBLISHED, 30)
    (post,) = quiet.sandbox.live_posts("dept")
    assert quiet.seen(one).statements[0].url == post.url
    assert quiet.seen(two).statements[0].url is None
