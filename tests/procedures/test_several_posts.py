"""Several posts in one incident: copies on sister accounts, and a thread on one."""

from department import BO, DEE, Department

from flows.deciding.keeping import keep
from models.snapshot import Snapshot
from models.words import Kind, PostState, StatementState, Wait


def states(seen: Snapshot) -> dict[str | None, PostState]:
    """How the post on each account stands."""
    return {post.handle: post.state for post in seen.posts}


def copies(department: Department, text: str = "The fund opens on 3 May.") -> tuple[str, str]:
    """The same error on two accounts."""
    return department.post(text), department.post(text, handle="embassy")


def test_every_copy_is_kept_deleted_and_seen_gone_once(department: Department) -> None:
    reference = department.report_wrong_fact(copies(department))
    seen = department.until_waiting(reference, Wait.CLEARANCE)
    assert states(seen) == {"dept": PostState.GONE, "embassy": PostState.GONE}
    assert len(seen.captures) == 2
    assert len(department.sandbox.calls("delete")) == 2


def test_each_account_that_carried_the_error_carries_the_words(department: Department) -> None:
    reference = department.report_wrong_fact(copies(department))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert [one.state for one in seen.statements] == [StatementState.PUBLISHED] * 2
    for handle in ("dept", "embassy"):
        (up,) = department.sandbox.live_posts(handle)
        assert "3 May" in up.text
        assert "5 June" in up.text
    assert len(department.mail.to(BO)) == 1


def test_words_of_one_account_do_not_wait_for_those_of_another(department: Department) -> None:
    reference = department.report_wrong_fact(copies(department))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until(
        reference, lambda s: any(x.state == StatementState.PUBLISHED for x in s.statements)
    )
    assert {one.state for one in seen.statements} == {
        StatementState.PUBLISHED,
        StatementState.WAITING,
    }


def test_words_do_not_wait_for_another_accounts_platform_that_hangs(
    department: Department,
) -> None:
    reference = department.report_wrong_fact(copies(department))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.stop_engine()  # both are cleared before either is sent
    department.sandbox.fail("create", "hang")
    department.clear(reference)
    department.clear(reference)
    department.start_engine()
    seen = department.until(
        reference,
        lambda s: any(x.state == StatementState.PUBLISHED for x in s.statements),
        seconds=10.0,
    )
    assert {one.state for one in seen.statements} == {
        StatementState.PUBLISHED,
        StatementState.CLEARED,
    }


def test_a_platform_that_hangs_holds_up_its_own_account_alone(department: Department) -> None:
    department.sandbox.fail("get", "hang")
    reference = department.report_wrong_fact(copies(department))
    seen = department.until(reference, lambda s: PostState.GONE in states(s).values(), seconds=10.0)
    assert sorted(states(seen).values()) == [PostState.GONE, PostState.LIVE]


def test_a_copy_that_we_may_not_delete_is_a_persons_and_the_other_is_gone(
    department: Department,
) -> None:
    department.sandbox.fail("delete", "forbidden-403")
    reference = department.report_wrong_fact(copies(department))
    seen = department.until(
        reference,
        lambda s: sorted(states(s).values()) == [PostState.BY_HAND, PostState.GONE],
    )
    department.until(reference, lambda s: len(s.statements) == 2)
    for statement in department.seen(reference).statements:
        assert "removed" not in department.text_of(statement)
    assert any(question.target in {p.id for p in seen.posts} for question in seen.open_decisions())


def test_a_person_decides_for_each_copy(department: Department) -> None:
    reference = department.report(copies(department, "Look at these people"), Kind.OFFENSIVE)
    seen = department.until(reference, lambda s: list(states(s).values()) == [PostState.ASKED] * 2)
    first, second = seen.posts
    dee = department.person(DEE)
    keep(department.office, dee, reference, target=first.id, stays=True, reason="It was fair.")
    keep(department.office, dee, reference, target=second.id, stays=False)
    seen = department.until(
        reference, lambda s: {p.state for p in s.posts} == {PostState.KEPT, PostState.GONE}
    )
    assert {p.id: p.state for p in seen.posts}[first.id] == PostState.KEPT


def test_a_thread_is_taken_down_whole_and_answered_once(department: Department) -> None:
    thread = tuple(department.post(f"{n}/3 The fund opens on 3 May.") for n in (1, 2, 3))
    reference = department.report_wrong_fact(thread)
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert [post.state for post in seen.posts] == [PostState.GONE] * 3
    assert len(seen.captures) == 3
    (statement,) = seen.statements
    assert statement.state == StatementState.PUBLISHED
    assert len(department.sandbox.live_posts("dept")) == 1


def test_a_copy_found_later_joins_the_incident_and_is_answered_too(
    department: Department,
) -> None:
    first, second = copies(department)
    reference = department.report_wrong_fact(first)
    department.until_waiting(reference, Wait.CLEARANCE)
    assert department.report_wrong_fact((first, second)) == reference
    seen = department.until(reference, lambda s: len(s.statements) == 2)
    seen = department.until(reference, lambda s: list(states(s).values()) == [PostState.GONE] * 2)
    assert {one.account_id for one in seen.statements} == set(seen.accounts)
