"""A wrong fact on an official account: kept, deleted, proved gone, corrected, the chain told."""

from department import ANA, BO, DEE, Department

from models.words import PostState, Wait


def test_a_wrong_fact_is_captured_deleted_and_seen_gone(department: Department) -> None:
    link = department.post("The fund opens on 3 May.")
    reference = department.report_wrong_fact(link)

    seen = department.until_waiting(reference, Wait.CLEARANCE)

    (post,) = seen.posts
    assert post.state == PostState.GONE
    assert post.seen_gone_by == ["own", "public"]
    assert department.sandbox.live_posts("dept") == []
    said = department.said(reference)
    assert said.index("captured") < said.index("delete-sent") < said.index("seen-gone")
    assert [call.outcome for call in department.sandbox.calls("delete")] != []


def test_the_line_manager_and_the_dtu_have_mail_at_once(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    assert len(department.mail.to("dtu@dept.example")) == 1
    assert len(department.mail.to(BO)) == 1
    for message in department.mail.messages:
        assert "3 May" not in message.as_string()
        assert ANA not in message.as_string()
    assert len(department.mail.to(DEE)) == 1  # the words wait for her
