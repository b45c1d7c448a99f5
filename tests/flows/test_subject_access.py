"""What is held about one person: all of it, and nobody else's; recorded before it is given."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from broken_database import breaking
from bundles import Bundle, checked, forged, found_in
from case_story import Story, begin
from paper import ADA, ANA, BO, CY, DEE, EVE, HAL, IDA, PAT, ROY, SAM, SUE, Paper
from sqlmodel import col, select
from years import Years

from flows.refusals import BadRequestError, NotAllowedError
from flows.retention import purge
from flows.reviewing.cabinet import NotRecordedError
from flows.subject_access.making import CHAIN, export_about
from models.audit import Entry
from models.people import Person
from models.review import CaseState
from models.verifying import verify_record
from models.words import Kind, Role

DOT = "dot@dept.example"
MINE = "canary-of-anas-own-note"
ABOUT = "canary-of-what-was-said-of-her"
NAMES = {
    ANA: "Ana Quillfeather", BO: "Bo Marchbanks", CY: "Cy Tolliver", DEE: "Dee Ravensworth",
    SAM: "Sam Oakenshaw", ROY: "Roy Lindqvist", PAT: "Pat Vanterpool",
}  # fmt: skip
OTHERS = {
    SAM: "canary-of-sams-note",
    DEE: "canary-of-dees-advice",
    "lex": "canary-of-a-lawyer",
    "secret": "canary-of-a-secret-post",
}


@pytest.fixture
def told(paper: Paper) -> str:
    """An incident of Ana's that many people have written of; its reference."""
    with paper.office.store.write("appoint") as tx:
        tx.add(Person(email=DOT, name="Dot Featherstone", roles=["dpo"]))
        for person in tx.exec(select(Person)):
            person.name = NAMES.get(person.email, person.name)
            tx.add(person)
    years = Years(paper)
    reference = years.over(1, Kind.FACTUAL, note=f"{MINE}. I told Sam Oakenshaw at once.")
    paper.report(
        paper.link(2),
        by=SAM,
        kinds=(Kind.FACTUAL,),
        poster=CY,
        note=f"{OTHERS[SAM]}. {ABOUT}: Ana Quillfeather and Bo Marchbanks knew of it.",
    )
    paper.report(paper.link(3), by=SAM, kinds=(Kind.FACTUAL,), note=OTHERS[DEE])
    paper.tell(reference, ANA, Role.PUBLISHER)
    return reference


def about(paper: Paper, address: str, by: str = DOT) -> Bundle:
    """The archive about this person, in memory."""
    found = export_about(paper.office, paper.person(by), address)
    return Bundle(found.name, b"".join(found.pieces), found.key, found.number)


def test_it_holds_what_is_hers_and_nobody_elses(paper: Paper, told: str) -> None:
    bundle = about(paper, ANA)
    for canary in (MINE, ABOUT, told, NAMES[ANA]):
        assert canary in bundle.text
    for canary in (*OTHERS.values(), *(name.split()[1] for e, name in NAMES.items() if e != ANA)):
        assert canary not in bundle.text
    for address in (BO, CY, DEE, EVE, HAL, IDA, PAT, ROY, SAM, SUE, ADA, DOT):
        assert address not in bundle.text


def test_the_search_for_others_bites(paper: Paper, told: str) -> None:
    """What is taken out of her archive is in that of whoever it belongs to."""
    bundle = about(paper, SAM)
    assert OTHERS[SAM] in bundle.text
    assert MINE not in bundle.text
    assert NAMES[ANA] not in bundle.text
    facts = json.loads(bundle.files["person.json"])
    (named,) = (one for one in facts["incidents"] if one["reference"] == told)
    assert [one["text"] for one in named["mentions"]] == ["I told Sam Oakenshaw at once."]


def test_of_a_secret_mistake_no_word_is_given(paper: Paper, told: str) -> None:
    note = f"{OTHERS['secret']} Ana Quillfeather"
    reference = Years(paper).over(9, Kind.PERSONAL_DATA, note=note)
    bundle = about(paper, ANA)
    assert reference in bundle.text
    assert OTHERS["secret"] not in bundle.text
    (one,) = (
        one
        for one in json.loads(bundle.files["person.json"])["incidents"]
        if one["reference"] == reference
    )
    assert [post["url"] for post in one["posts"]] == [None]


def test_it_can_be_checked_without_us_and_fails_where_a_byte_is_changed(
    paper: Paper, told: str, tmp_path: Path
) -> None:
    bundle = about(paper, ANA)
    assert bundle.files["report.pdf"].startswith(b"%PDF")
    said = checked(tmp_path / "whole", bundle.content, "--key", bundle.key)
    assert said.returncode == 0, said.stdout
    assert "about one person" in said.stdout
    middle = bundle.content.index(MINE.encode())
    changed = bundle.content[:middle] + b"K" + bundle.content[middle + 1 :]
    refused = checked(tmp_path / "changed", changed)
    assert refused.returncode == 1
    (tmp_path / "packed").mkdir()
    again = forged(bundle, person_json=b"{}")
    assert found_in(tmp_path / "packed", again, bundle.key).failed


def test_who_made_which_archive_is_recorded_before_it_is_given(paper: Paper, told: str) -> None:
    aside = ThreadPoolExecutor(1)  # what the test itself does is not broken
    with (
        breaking(paper.office.store, 1, "INSERT INTO entry"),
        pytest.raises(NotRecordedError),
    ):
        aside.submit(about, paper, ANA).result()
    bundle = about(paper, ANA)
    with paper.office.store.read() as tx:
        (entry,) = tx.exec(select(Entry).where(col(Entry.chain) == CHAIN)).all()
    assert (entry.actor, entry.what) == (DOT, "subject-access-made")
    assert entry.facts["archive"] == bundle.number
    assert entry.facts["subject"] == paper.person(ANA).id
    assert ANA not in str(entry.facts)
    assert verify_record(paper.office.store).breaks == ()


def test_data_protection_and_hr_make_it_and_nobody_of_themselves(paper: Paper, told: str) -> None:
    for who in (ANA, BO, DEE, ROY, ADA, SAM):
        with pytest.raises(NotAllowedError):
            about(paper, ANA, by=who)
    with pytest.raises(NotAllowedError):
        about(paper, DOT, by=DOT)
    with pytest.raises(BadRequestError):
        about(paper, "nobody")
    assert about(paper, ANA.upper(), by=HAL).number


def test_whoever_is_not_in_the_register_may_still_be_held(paper: Paper, told: str) -> None:
    facts = json.loads(about(paper, "gone@elsewhere.example").files["person.json"])
    assert (facts["register_entry"], facts["incidents"], facts["access"]) == (None, [], [])


def test_what_was_erased_is_not_in_it(paper: Paper, told: str) -> None:
    years = Years(paper)
    assert told in about(paper, ANA).text
    years.pass_to(2556)
    purge(paper.office)
    assert told not in about(paper, ANA).text


def test_a_case_is_given_by_whoever_keeps_it_and_shows_to_nobody_else(paper: Paper) -> None:
    story: Story = begin(paper)
    with paper.office.store.write("appoint") as tx:
        tx.add(Person(email=DOT, name="Dot Featherstone", roles=["dpo"]))
    before = _but_for_times(about(paper, ANA))
    story.until(CaseState.ASSIGNED)
    assert json.loads(about(paper, ANA, by=IDA).files["person.json"])["cases"] == []
    story.until(CaseState.CLOSED)
    assert _but_for_times(about(paper, ANA)) == before
    assert json.loads(about(paper, ANA, by=HAL).files["person.json"])["cases"] == []

    (given,) = json.loads(about(paper, ANA, by=IDA).files["person.json"])["cases"]
    mine = story.read(ANA)
    assert [paper["text"] for paper in given["papers"]] == [one.text for one in mine.papers]
    assert given["reason"] is None
    assert given["record"] == []
    assert "case-given" in [one.what for one in story.read(IDA).record]
    assert json.loads(about(paper, CY, by=IDA).files["person.json"])["cases"] == []


def _but_for_times(bundle: Bundle) -> dict[str, object]:
    facts = json.loads(bundle.files["person.json"])
    return {name: value for name, value in facts.items() if name != "made_at"}
