"""The seal of a case: its own key, bound to its own row; and that every look is recorded first."""

import sqlite3
from pathlib import Path

import pytest
from case_story import Story, begin
from paper import ANA, DEE, HAL, IDA, Paper
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from flows.cases import case, cases
from flows.deciding.referring import Verdict, refer
from flows.refusals import AlreadyDecidedError, NotFoundError, Refusal
from flows.reviewing.cabinet import NotRecordedError, content_place, find, put_back, read_case
from flows.reviewing.keys import destroy, rotate, unreadable
from flows.reviewing.moving import Asked
from models.case_keys import NoMasterError
from models.case_rows import SealedCase
from models.referral import Referral
from models.review import CaseMove, CaseState
from models.sealed import SealBrokenError, place
from models.store import Transaction
from models.verifying import verify_record
from models.words import ReferralState

CANARIES = (
    b"canary", b"AM-", b"ana@", b"told", b"referred", b"investigator", b"warning", b"appeal",
)  # fmt: skip


@pytest.fixture
def story(paper: Paper) -> Story:
    return begin(paper)


def test_the_database_holds_no_word_of_a_case(story: Story) -> None:
    story.until(CaseState.CLOSED)
    paper = story.paper
    paper.close()
    whole = b"".join(path.read_bytes() for path in paper.home.glob("amends.db*"))
    assert b"canary" not in whole
    database = sqlite3.connect(paper.home / "amends.db")
    rows = [
        *database.execute("select * from sealed_case"),
        *database.execute("select * from case_letter"),
        *database.execute(
            "select chain, actor, what, facts from entry "
            "where chain in (select 'case:' || id from sealed_case)"
        ),
    ]
    assert len(rows) > 20
    told = repr(rows).encode().lower()
    assert [word for word in CANARIES if word.lower() in told] == []


def test_the_row_of_a_case_cannot_be_told_from_another(story: Story) -> None:
    """Neither its id, nor its mark, is one of the incident's or the referral's."""
    story.until(CaseState.TOLD)
    incident = story.paper.incident(story.reference)
    with story.paper.office.store.read() as tx:
        referral = tx.exec(select(Referral)).one()
        row = tx.exec(select(SealedCase)).one()
        known = {incident.id, incident.reference, referral.id}
        assert known.isdisjoint(str(value) for value in row.model_dump().values())
        assert referral.state is ReferralState.CONSIDERING
        assert referral.decided_by is None


def test_swapped_ciphertexts_are_refused(paper: Paper) -> None:
    first, second = begin(paper), paper.planned(paper.link(2))
    paper.consider(second)
    first.until(CaseState.TOLD)
    case(paper.office, paper.person(HAL), second)
    one, other = (_row(paper, reference) for reference in (first.reference, second))
    for column in ("content_sealed", "key_wrapped"):
        _set(paper, other.id, column, getattr(one, column))
        with pytest.raises(SealBrokenError):
            case(paper.office, paper.person(HAL), second)
        _set(paper, other.id, column, getattr(other, column))
    assert case(paper.office, paper.person(HAL), second)
    other.key_wrapped = one.key_wrapped
    with pytest.raises(SealBrokenError):
        paper.office.case_keys.seal_of(other)


@pytest.mark.parametrize("column", ["master", "content_sealed"])
def test_a_case_that_cannot_be_opened_is_told_to_hr_alone(story: Story, column: str) -> None:
    story.until(CaseState.TOLD)
    story.appoint("lex@dept.example", "legal")
    row = _row(story.paper, story.reference)
    _set(story.paper, row.id, column, "gone" if column == "master" else b"x" * 40)
    with pytest.raises((NoMasterError, SealBrokenError)):
        story.read(HAL)
    for who in (DEE, ANA, "lex@dept.example"):
        with pytest.raises(NotFoundError):
            story.read(who)
        assert story.glass(who, None) is None
        assert cases(story.paper.office, story.paper.person(who)).cases == []


def test_the_glass_is_tried_again_where_somebody_was_quicker(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.read(HAL)
    story.appoint("lex@dept.example", "legal")
    tried = []

    def quicker(*given: object, **more: object) -> None:
        tried.append(given)
        if len(tried) == 1:
            raise AlreadyDecidedError("quicker")
        put_back(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("flows.reviewing.moving.put_back", quicker)
    story.glass("lex@dept.example", None)
    assert [one.what for one in story.read(HAL).record].count("case-ask-glass") == 1


def test_an_older_state_that_is_put_back_is_found(story: Story) -> None:
    """Its bytes alone do not open; and with its version the record tells of a newer one."""
    story.until(CaseState.TOLD)
    older = _row(story.paper, story.reference)
    story.until(CaseState.ANSWERED)
    newer = _row(story.paper, story.reference)
    _set(story.paper, newer.id, "content_sealed", older.content_sealed)
    with pytest.raises(SealBrokenError):
        story.read(IDA)
    _set(story.paper, newer.id, "version", older.version)
    for who in (IDA, HAL, ANA):
        with pytest.raises(SealBrokenError):
            story.read(who)
    with pytest.raises(NotFoundError):
        story.read(DEE)
    _set(story.paper, newer.id, "content_sealed", newer.content_sealed)
    _set(story.paper, newer.id, "version", newer.version)
    assert story.read(IDA).state is CaseState.ANSWERED


def test_a_state_from_before_states_had_versions_is_read(story: Story) -> None:
    story.read(HAL)
    row, keys = _row(story.paper, story.reference), story.paper.office.case_keys
    seal = keys.seal_of(row)
    held = seal.open(row.content_sealed or b"", content_place(row.id, row.version))
    old = seal.close(held, place("sealed_case", row.id, "content"))
    assert read_case(story.paper.office, SealedCase(**row.model_dump() | {"content_sealed": old}))


def test_each_case_has_a_key_of_its_own(paper: Paper) -> None:
    first, second = begin(paper), paper.planned(paper.link(2))
    paper.consider(second)
    for reference in (first.reference, second):
        case(paper.office, paper.person(HAL), reference)
    one, other = (_row(paper, reference) for reference in (first.reference, second))
    with pytest.raises(SealBrokenError):
        paper.office.case_keys.seal_of(one).open(
            other.content_sealed or b"", content_place(other.id, other.version)
        )


def test_a_new_master_key_wraps_every_case_and_old_backups_stay_readable(story: Story) -> None:
    story.until(CaseState.TOLD)
    office = story.paper.office
    before = _row(story.paper, story.reference)
    assert rotate(office) == 1
    after = _row(story.paper, story.reference)
    assert after.master != before.master
    assert after.content_sealed == before.content_sealed
    assert story.read(IDA).state is CaseState.TOLD
    _set(story.paper, after.id, "key_wrapped", before.key_wrapped)
    _set(story.paper, after.id, "master", before.master)
    assert story.read(IDA).state is CaseState.TOLD


@pytest.mark.parametrize("at", ["before-commit", "before-promotion", "half-promoted"])
def test_a_rotation_that_died_is_carried_to_its_end(
    story: Story, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.until(CaseState.TOLD)
    office = story.paper.office
    keys = type(office.case_keys)

    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    with monkeypatch.context() as patched:
        if at == "before-commit":
            patched.setattr(keys, "rewrap", die)
        elif at == "before-promotion":
            patched.setattr(keys, "promote", die)
        else:
            patched.setattr("models.case_keys.os.replace", die)
        with pytest.raises(DiedError):
            rotate(office)
    assert story.read(IDA).state is CaseState.TOLD
    rotate(office)
    assert story.read(IDA).state is CaseState.TOLD
    with office.store.read() as tx:
        assert unreadable(tx, office) == 0
    assert not (story.paper.home / "keys" / "cases-next.key").exists()


def test_a_destroyed_key_leaves_nothing_to_read_and_a_chain_that_verifies(story: Story) -> None:
    story.until(CaseState.CLOSED)
    office = story.paper.office
    row = _row(story.paper, story.reference)
    with office.store.write("destroy") as tx:
        destroy(tx, row, "retention")
    for who in (HAL, IDA, ANA):
        with pytest.raises(NotFoundError):
            story.read(who)
    found = verify_record(office.store)
    assert found.breaks == ()


def test_what_an_older_version_decided_is_in_the_case_and_no_more_in_the_open(
    paper: Paper,
) -> None:
    reference = paper.planned()
    referral = paper.consider(reference)
    seal = paper.office.cases
    with paper.office.store.write("old") as tx:
        old = tx.get_one(Referral, referral.id)
        old.state, old.decided_by, old.decided_at = ReferralState.REFERRED, HAL, tx.now()
        old.rule_sealed = seal.close("54", place("referral", old.id, "rule"))
        old.reason_sealed = seal.close("because", place("referral", old.id, "reason"))
        tx.add(old)
    rotate(paper.office)
    seen = case(paper.office, paper.person(IDA), reference)
    assert (seen.state, seen.rule, seen.reason, seen.decided_by) == (
        CaseState.REFERRED, "54", "because", HAL,
    )  # fmt: skip
    with paper.office.store.read() as tx:
        assert tx.get_one(Referral, referral.id).decided_by is None


def test_a_look_that_cannot_be_recorded_shows_nothing(story: Story) -> None:
    story.until(CaseState.ANSWERED)
    office = story.paper.office
    with office.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full_disk before insert on entry "
            "begin select raise(abort, 'disk full'); end"
        )
    for who in (HAL, IDA, ANA):
        person = story.paper.person(who)
        with pytest.raises(NotRecordedError):
            case(office, person, story.reference)
        with pytest.raises(NotRecordedError):
            cases(office, person)
    with pytest.raises(NotFoundError):  # to a stranger it is still not there
        case(office, story.paper.person(DEE), story.reference)


def test_a_look_is_committed_before_anything_is_given(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that fails is a look that was not recorded."""
    story.until(CaseState.TOLD)

    def lost(_: Transaction) -> None:
        raise DBAPIError("COMMIT", None, Exception("lost"))

    monkeypatch.setattr("models.store._commit", lost)
    with pytest.raises(NotRecordedError):
        story.read(HAL)


def test_each_look_is_in_the_record_with_who_looked(story: Story) -> None:
    story.until(CaseState.REFERRED)
    cases(story.paper.office, story.paper.person(IDA))
    record = [(one.actor, one.what) for one in story.read(HAL).record]
    assert (IDA, "case-listed") in record
    assert record[-1] == (HAL, "case-read")


def test_a_refused_move_is_in_the_record_before_it_is_answered(story: Story) -> None:
    story.until(CaseState.TOLD)
    for move in (CaseMove.DECIDE, CaseMove.REPORT):
        with pytest.raises(Refusal):
            story.move(HAL, Asked(move, text="x"))
    tried = [one.actor for one in story.read(HAL).record if one.what == "case-refused"]
    assert tried == [HAL, HAL]


def test_a_refusal_that_cannot_be_recorded_says_nothing_of_the_case(story: Story) -> None:
    story.until(CaseState.TOLD)
    with story.paper.office.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger full_disk before insert on entry "
            "begin select raise(abort, 'disk full'); end"
        )
    with pytest.raises(NotRecordedError):
        story.move(HAL, Asked(CaseMove.DECIDE, text="x"))
    with pytest.raises(NotFoundError):
        story.move(DEE, Asked(CaseMove.DECIDE, text="x"))


def test_a_decision_wakes_nobody_and_changes_no_row_of_the_incident(paper: Paper) -> None:
    reference = paper.planned()
    paper.consider(reference)
    before = paper.incident(reference).model_dump()
    refer(
        paper.office, paper.person(HAL), reference, verdict=Verdict.REFER, rule="54", reason="x"
    )  # fmt: skip
    assert paper.incident(reference).model_dump() == before


def _row(paper: Paper, reference: str) -> SealedCase:
    with paper.office.store.read() as tx:
        row = find(tx, paper.office, paper.incident(reference).id)
        assert row is not None
        return row


def _set(paper: Paper, row_id: str, column: str, value: object) -> None:
    with paper.office.store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"update sealed_case set {column} = ? where id = ?", (value, row_id)
        )


def test_whoever_reads_the_master_key_reads_the_next_one(story: Story) -> None:
    """As deployed, root makes the keys and a group reads them."""
    story.until(CaseState.REFERRED)
    key = story.paper.home / "keys" / "cases.key"
    key.chmod(0o640)
    rotate(story.paper.office)
    assert key.stat().st_mode & 0o777 == 0o640


def test_the_keys_lie_outside_the_database_and_are_the_services_own(story: Story) -> None:
    story.until(CaseState.REFERRED)
    folder: Path = story.paper.office.settings.keys
    for name in ("cases.key", "case-marks.key"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
