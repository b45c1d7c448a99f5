"""Our own public words: reported, said by a sister account, and a post that is put back."""

import pytest
from department import ANA, BO, CY, DEE, EVE, PAT, Department
from sqlmodel import select

from flows.deciding.clearing import clear
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.speaking_elsewhere import speak_elsewhere
from flows.deciding.undoing import undo
from flows.deciding.waiving import waive
from flows.deciding.writing import write_words
from flows.refusals import BadRequestError, NotAllowedError, NotNowError
from models.decisions import Decision
from models.words import DecisionType, Kind, PostState, StatementKind, StatementState, Wait

POST = "The fund opens on 3 May."


def corrected(department: Department) -> tuple[str, str]:
    """A wrong fact, put right by words that Dee cleared; the reference, and the words' link."""
    reference = department.report_wrong_fact(department.post(POST))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE)
    return reference, str(seen.statements[0].url)


def test_our_own_words_are_not_deleted_without_a_persons_decision(department: Department) -> None:
    first, link = corrected(department)
    second = department.report_wrong_fact(link, by=CY)
    seen = department.until_waiting(second, Wait.DECISION)
    assert seen.incident.came_of == first
    assert len(department.sandbox.live_posts("dept")) == 1
    keep(department.office, department.person(DEE), second, stays=False)
    department.until(second, lambda s: s.posts[0].state == PostState.GONE)


def test_whoever_cleared_our_words_does_not_clear_what_is_said_of_them(
    department: Department,
) -> None:
    _, link = corrected(department)
    second = department.report_wrong_fact(link, by=CY)
    department.until(second, lambda s: bool(s.statements))
    for one in (ANA, CY, DEE):  # gave the facts, reports, cleared
        with pytest.raises(NotAllowedError):
            department.clear(second, by=one)
    assert department.clear(second, by=EVE) == StatementState.CLEARED


def test_words_that_give_something_secret_away_are_deleted_at_once(department: Department) -> None:
    _, link = corrected(department)
    second = department.report(link, Kind.PERSONAL_DATA)
    department.until(second, lambda s: s.posts[0].state == PostState.GONE)
    assert Wait.DECISION not in [wait.wait for wait in department.stands(second).waits]


def test_nothing_about_our_own_words_is_pre_cleared(department: Department) -> None:
    _, link = corrected(department)
    second = department.report(link, Kind.NOISE)
    seen = department.until(second, lambda s: bool(s.statements))
    assert seen.statements[0].state == StatementState.WAITING


def test_a_post_that_was_deleted_wrongly_is_put_back_and_says_so(department: Department) -> None:
    reference = department.report(department.post(POST), Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    dee = department.person(DEE)
    reclassify(department.office, dee, reference, kinds=(Kind.NOT_A_MISTAKE,))
    department.until(reference, lambda s: s.incident.plan is not None)

    undo(department.office, dee, reference, reason="It was right, and it was ours to say.")

    seen = department.until(reference, lambda s: any(one.restores for one in s.statements))
    again = next(one for one in seen.statements if one.restores)
    assert again.restores == seen.posts[0].id
    with pytest.raises(NotAllowedError):
        department.clear(reference, by=DEE)
    with pytest.raises(NotNowError, match="already"):
        undo(department.office, dee, reference, reason="Again.")
    department.clear(reference, by=BO)
    department.clear(reference, by=EVE)
    published = StatementState.PUBLISHED
    department.until(reference, lambda s: s.statements[-1].state == published)
    assert department.sandbox.live_posts("dept")[0].text == (
        f"{POST}\n\nWe deleted this post by mistake and publish it again."
    )
    with department.office.store.read() as tx:
        said = tx.exec(select(Decision).where(Decision.type == DecisionType.UNDO)).one()
    assert said.decided_by == DEE
    department.finish(reference)


LOOKS_LIKE_WORDS_OF_OURS = (
    "Ana Ahmed opens the new musuem today, see @hanningmuseum and bit.ly/opens. "
    "The scaffolding has been removed. If anyone was offended by the noise: sorry!"
)


def deleted_wrongly(department: Department, text: str) -> str:
    """A post that was thought to be on the wrong account, gone; the reference."""
    reference = department.report(department.post(text), Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    return reference


def test_a_post_that_is_put_back_is_no_apology_and_is_looked_at_as_none(
    department: Department,
) -> None:
    """Its words are its own: neither claims about the mistake nor ours to spell."""
    reference = deleted_wrongly(department, LOOKS_LIKE_WORDS_OF_OURS)
    dee = department.person(DEE)
    undo(department.office, dee, reference, reason="It was ours to say.")
    seen = department.seen(reference)
    about = next(one for one in seen.statements if one.restores)
    assert about.kind == StatementKind.NOTE
    clear(
        department.office, department.person(EVE), reference, statement=about.id,
        digest=seen.wordings[str(about.wording_id)].digest, approve=True,
    )  # fmt: skip
    up = StatementState.PUBLISHED
    department.until(reference, lambda s: any(o.restores and o.state == up for o in s.statements))


def test_what_a_person_adds_to_a_post_that_is_put_back_is_read(department: Department) -> None:
    reference = deleted_wrongly(department, LOOKS_LIKE_WORDS_OF_OURS)
    undo(department.office, department.person(DEE), reference, reason="It was ours to say.")
    seen = department.seen(reference)
    about = next(one for one in seen.statements if one.restores)
    text = department.text_of(about)
    for added, why in (
        ("Nobody hacked our account.", "not hacked"),
        ("We apologizes.", "misspelt"),
    ):
        with pytest.raises(NotNowError, match=why):
            write_words(
                department.office, department.person(CY), reference, text=f"{text} {added}",
                statement=about.id,
            )  # fmt: skip


@pytest.mark.parametrize("how", ["refused", "waived"])
def test_what_was_refused_or_waived_may_be_put_back_after_all(
    department: Department, how: str
) -> None:
    """The same words again are for the same people to read again: nothing is left of their yes."""
    reference = deleted_wrongly(department, POST)
    dee, why = department.person(DEE), "It was ours to say."
    first = undo(department.office, dee, reference, reason=why)
    if how == "refused":
        department.clear(reference, by=EVE, approve=False)
    else:
        about = next(one for one in department.seen(reference).statements if one.restores)
        waive(department.office, dee, reference, reason="Not now.", statement=about.id)

    assert undo(department.office, dee, reference, reason=why) == first

    (about,) = [one for one in department.seen(reference).statements if one.restores]
    assert about.state == StatementState.WAITING
    department.clear(reference, by=EVE)
    up = StatementState.PUBLISHED
    department.until(reference, lambda s: any(o.restores and o.state == up for o in s.statements))


def test_only_the_dtu_puts_back_and_never_what_was_secret(department: Department) -> None:
    reference = department.report(department.post("Code word: HERON"), Kind.CLASSIFIED)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    with pytest.raises(NotNowError, match="Change the kind first"):
        undo(department.office, department.person(DEE), reference, reason="It was no secret.")
    with pytest.raises(NotAllowedError):
        undo(department.office, department.person(ANA), reference, reason="I liked it.")


def test_a_sister_account_speaks_for_one_that_is_not_safe(department: Department) -> None:
    reference = department.report(
        department.post("Vote for us"), Kind.INSIDER_UNKNOWN, poster="unknown"
    )
    department.until(reference, lambda s: bool(s.statements))
    dee, why = department.person(DEE), "Whoever wrote it may still be in."
    with pytest.raises(BadRequestError, match="carried the error"):
        speak_elsewhere(department.office, dee, reference, account="x/dept", reason=why)

    speak_elsewhere(department.office, dee, reference, account="x/embassy", reason=why)

    seen = department.until(reference, lambda s: s.statements[-1].state == StatementState.WAITING)
    old, new = seen.statements
    assert old.state == StatementState.WITHDRAWN
    assert seen.accounts[new.account_id].handle == "embassy"
    department.clear(reference, by=PAT)
    department.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED)
    assert department.sandbox.live_posts("dept") == []
    (said,) = department.sandbox.live_posts("embassy")
    assert "A post on @dept should not have been published." in said.text
    department.until(reference, lambda s: s.incident.waiting_for == Wait.CONFIRMATION)


def test_another_kind_brings_no_words_back_to_an_account_that_is_not_safe(
    department: Department,
) -> None:
    """The words of a wrong account are agreed beforehand: on the sister account they are not."""
    reference = department.report(
        department.post("Vote for us"), Kind.INSIDER_UNKNOWN, poster="unknown"
    )
    department.until(reference, lambda s: bool(s.statements))
    dee, why = department.person(DEE), "Somebody else may still be in."
    speak_elsewhere(department.office, dee, reference, account="x/embassy", reason=why)

    reclassify(department.office, dee, reference, kinds=(Kind.WRONG_ACCOUNT,))

    seen = department.until(
        reference,
        lambda s: any(
            one.generation == 2 and one.state == StatementState.WAITING for one in s.statements
        ),
    )
    (new,) = [one for one in seen.statements if one.generation == 2]
    assert seen.accounts[new.account_id].handle == "embassy"
    assert new.speaks_for == seen.posts[0].account_id
    assert department.sandbox.calls("create") == []
    department.clear(reference, by=DEE)
    department.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED)
    assert department.sandbox.live_posts("dept") == []
