"""A wrong fact on an official account: kept, deleted, proved gone, corrected, the chain told."""

import json

from department import ANA, BO, CY, DEE, PAT, SAM, Department

from flows.deciding.writing import write_words
from flows.ledger import wake_incident
from models.sealed import place
from models.words import Kind, NoticeState, PostState, StatementState, Wait


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
    assert len(department.sandbox.calls("delete")) == 1


def test_the_evidence_holds_the_words_that_were_posted(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    seen = department.until_waiting(reference, Wait.CLEARANCE)
    capture = seen.captures[seen.posts[0].id]
    opened = department.office.content.open_text(
        capture.manifest_sealed, place("capture", capture.id, "manifest")
    )
    assert json.loads(opened)["text"] == "The fund opens on 3 May."
    assert b"3 May" not in capture.manifest_sealed


def test_the_line_manager_and_the_dtu_have_mail_at_once(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    assert len(department.mail.to("dtu@dept.example")) == 1
    assert len(department.mail.to(BO)) == 1
    asked = [m["Subject"] for m in department.mail.to(DEE)]
    assert f"Amends {reference}: words wait for you" in asked
    for message in department.mail.messages:
        assert "3 May" not in message.as_string()
        assert ANA not in message.as_string()


def test_the_correction_names_old_and_new_and_goes_up_once(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)

    department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE)

    (statement,) = seen.statements
    assert statement.state == StatementState.PUBLISHED
    (up,) = department.sandbox.live_posts("dept")
    assert up.text == department.text_of(statement)
    assert "3 May" in up.text
    assert "5 June" in up.text
    assert len(department.sandbox.calls("create")) == 1
    assert statement.url == up.url


def test_the_incident_is_closed_by_a_person(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until_waiting(reference, Wait.ADVICE)
    seen = department.finish(reference)
    assert not any(post.open for post in seen.posts)
    assert department.said(reference)[-1] == "closed"


def test_words_refused_are_asked_for_again(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference, approve=False)
    department.until_waiting(reference, Wait.WORDS)
    assert department.sandbox.calls("create") == []


def test_a_correction_without_its_facts_asks_for_them(department: Department) -> None:
    reference = department.report(department.post("The fund opens on 3 May."), Kind.FACTUAL)
    department.until_waiting(reference, Wait.FACTS)
    department.report_wrong_fact(department.seen(reference).posts[0].url)
    department.until_waiting(reference, Wait.CLEARANCE)


def test_a_report_by_anyone_else_deletes_nothing_until_a_tap(department: Department) -> None:
    from flows.deciding.confirming import confirm

    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."), by=SAM)
    department.until_waiting(reference, Wait.CONFIRMATION)
    assert department.sandbox.calls("delete") == []
    assert department.mail.to(BO) == []  # nobody knows yet who posted
    assert any("please confirm" in m["Subject"] for m in department.mail.to(DEE))

    confirm(department.office, department.person(DEE), reference, yes=True)

    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert len(department.sandbox.calls("delete")) == 1
    assert all(n.state == NoticeState.SENT for n in seen.notices)


def test_words_that_are_overdue_fall_to_the_press_duty(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    seen = department.until_waiting(reference, Wait.CLEARANCE)
    with department.office.store.write("age") as tx:
        statement = tx.get_one(type(seen.statements[0]), seen.statements[0].id)
        statement.words_due_at = statement.drafted_at
        tx.add(statement)
        wake_incident(tx, seen.incident.id)
    department.until(reference, lambda _: bool(department.mail.to(PAT)))
    assert department.clear(reference, by=PAT) == StatementState.CLEARED


def test_new_words_are_a_new_thing_to_clear(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference, approve=False)
    department.until_waiting(reference, Wait.WORDS)
    before = len(department.mail.to(DEE))
    write_words(
        department.office, department.person(CY), reference, text="We were wrong. It is 5 June."
    )
    department.until_waiting(reference, Wait.CLEARANCE)
    department.until(reference, lambda _: len(department.mail.to(DEE)) == before + 1)
    department.clear(reference, claims=())
    department.until_waiting(reference, Wait.ADVICE)
    (up,) = department.sandbox.live_posts("dept")
    assert up.text == "We were wrong. It is 5 June."
