"""An incident leaves as an archive: what each level shows, and that no change goes unseen."""

import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypedDict

import pytest
from bundles import Bundle, checked, forged, found_in, made, packed, signed_anew
from department import ANA, BO, CY, DEE, HAL, PEOPLE, SAM, Department, open_department
from sqlmodel import col, select
from theatre import played

from amends.demo.people import DEE as OFFICER
from amends.demo.people import EVERYBODY
from amends.demo.people import HAL as HR_OFFICER
from amends.sandbox.timeline import Picture
from flows.bundle import verify
from flows.deciding.advising import advise
from flows.deciding.closing import close
from flows.deciding.noting_requests import note_request
from flows.refusals import NotAllowedError, NotFoundError
from models.anchoring import write_anchor
from models.audit import Entry
from models.words import Kind, Wait
from policy.disclosure import Level

ROY = "roy@dept.example"  # auditor
FOI, COMMITTEE, TRIBUNAL = Level
EVERY = frozenset(Level)
PHONE = "020 7946 0000"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
MORE = f"""
[[people]]
email = "{ROY}"
name = "Roy Rees"
roles = ["auditor"]
phone = "+44 7700 900456"
"""


@pytest.fixture(scope="module")
def department(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """One department for all archives, its engine at work."""
    department = open_department(tmp_path_factory.mktemp("bundle"), people=PEOPLE + MORE)
    department.start_engine()
    yield department
    department.close()


@pytest.fixture(scope="module")
def wrong_account(department: Department) -> str:
    """A joke on the wrong account: published, advised on and closed."""
    picture = Picture(PICTURE, alt_text="canary-picture")
    post = department.sandbox.add_post("dept", "canary-post Happy birthday!", pictures=[picture])
    note = f"canary-note Ana Ahmed did it; ring her on {PHONE}"
    reference = department.report(post.url, Kind.WRONG_ACCOUNT, note=note)
    department.until_waiting(reference, Wait.ADVICE)
    finish(department, reference)
    write_anchor(department.office.store, department.office.settings)
    return reference


def finish(department: Department, reference: str) -> None:
    """The DTU advises, and names somebody in it; then it is closed."""
    dee = department.person(DEE)
    text = (
        f"canary-advice Ahmed should ring {PHONE}, or 07700 900456, or write to {ANA}. "
        "Dee Diaz will help."
    )
    advise(department.office, dee, reference, text=text)
    department.until_waiting(reference, Wait.CLOSING)
    close(department.office, dee, reference)


@pytest.fixture(scope="module")
def archives(department: Department, wrong_account: str) -> dict[Level, Bundle]:
    """An archive of it at each level."""
    dee = department.person(DEE)
    return {level: made(department.office, dee, wrong_account, level) for level in Level}


SHOWN: dict[str, frozenset[Level]] = {
    "canary-post": EVERY,
    "A post that does not belong on this account": EVERY,
    "the Digital Transformation Unit": EVERY,
    "Dee Diaz, for the Digital Transformation Unit": frozenset({COMMITTEE, TRIBUNAL}),
    "canary-advice": frozenset({COMMITTEE, TRIBUNAL}),
    "Dee Diaz": frozenset({COMMITTEE, TRIBUNAL}),
    "A notice to": frozenset({COMMITTEE, TRIBUNAL}),
    "canary-note": frozenset({TRIBUNAL}),
    "Ahmed": frozenset({TRIBUNAL}),
    ANA: frozenset({TRIBUNAL}),
    DEE: frozenset({TRIBUNAL}),
    BO: frozenset({TRIBUNAL}),
    '"chain": "incident:': frozenset({TRIBUNAL}),
    '"heads":': frozenset({TRIBUNAL}),
    "7946 0000": frozenset(),
    "7700 900456": frozenset(),
    "referral": frozenset(),
    HAL: frozenset(),
    "hr@dept.example": frozenset(),
}
"""What is written in the archives of the wrong account's joke, and at which levels alone."""


@pytest.mark.parametrize("words", SHOWN)
def test_each_level_shows_what_it_may_and_nothing_else(
    archives: dict[Level, Bundle], words: str
) -> None:
    shown = {level for level, bundle in archives.items() if words in bundle.text}
    assert shown == SHOWN[words]


def test_pictures_are_given_by_their_digest_alone_and_never_for_publication(
    archives: dict[Level, Bundle],
) -> None:
    for level, bundle in archives.items():
        media = [name for name in bundle.files if "/media/" in name]
        assert bool(media) == (level is not FOI)
        assert not any("." in name.rpartition("/")[2] for name in media)
        assert [bundle.files[one] for one in media] == [PICTURE] * len(media)


def test_the_report_is_a_tagged_pdf(archives: dict[Level, Bundle]) -> None:
    for bundle in archives.values():
        pdf = bundle.files["report.pdf"]
        assert pdf.startswith(b"%PDF-")
        assert b"/StructTreeRoot" in pdf
        assert b"pdfuaid:part" in pdf or b"<pdfuaid:part>" in pdf


@pytest.mark.parametrize("level", Level)
def test_an_archive_holds_where_there_is_nothing_but_python(
    archives: dict[Level, Bundle], level: Level, tmp_path: Path
) -> None:
    bundle = archives[level]
    said = checked(tmp_path / "empty", bundle.content, "--key", bundle.key)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert "DOES NOT HOLD" not in said.stdout
    assert bundle.number[:16] in said.stdout
    assert "anchors" in said.stdout


def test_an_unpacked_archive_holds_too(archives: dict[Level, Bundle], tmp_path: Path) -> None:
    for name, body in archives[TRIBUNAL].files.items():
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    assert not verify.check(tmp_path / "unpacked").failed
    (tmp_path / "unpacked" / "more.txt").write_text("more")
    assert verify.check(tmp_path / "unpacked").failed


def test_a_change_of_any_byte_is_found(archives: dict[Level, Bundle], tmp_path: Path) -> None:
    content = archives[FOI].content
    places = random.Random(7).sample(range(len(content)), 40)
    for place in [0, len(content) - 1, *places]:
        changed = bytearray(content)
        changed[place] ^= 1
        assert found_in(tmp_path, bytes(changed)).failed, place
    assert found_in(tmp_path, content[:-1]).failed
    assert found_in(tmp_path, content + b"\0").failed
    assert not found_in(tmp_path, content).failed


def test_python_alone_finds_a_change_too(archives: dict[Level, Bundle], tmp_path: Path) -> None:
    content = bytearray(archives[TRIBUNAL].content)
    content[len(content) // 2] ^= 1
    said = checked(tmp_path / "empty", bytes(content))
    assert said.returncode == 1
    assert "DOES NOT HOLD" in said.stdout
    assert said.stderr == ""


class Said(TypedDict):
    """What an entry of the record says."""

    at: str
    actor: str
    what: str
    facts: dict[str, object]


class Told(TypedDict):
    """An entry of the record, as an archive holds it."""

    seq: int
    said: Said
    previous: str
    digest: str


Entries = list[Told]


class Record(TypedDict):
    """The record, as an archive holds it."""

    chain: str
    entries: Entries


def entries_of(bundle: Bundle) -> Record:
    found: Record = json.loads(bundle.files[verify.CHAIN])
    return found


def take_one_out(entries: Entries) -> Entries:
    return numbered(entries[:4] + entries[5:])


def swap_two(entries: Entries) -> Entries:
    return numbered([*entries[:4], entries[5], entries[4], *entries[6:]])


def cut_the_tail(entries: Entries) -> Entries:
    return entries[:-1]


def numbered(entries: Entries) -> Entries:
    """As somebody would who hopes that only numbers are looked at."""
    return [{**entry, "seq": seq} for seq, entry in enumerate(entries, start=1)]


@pytest.mark.parametrize("level", [FOI, TRIBUNAL])
@pytest.mark.parametrize("forge", [take_one_out, swap_two, cut_the_tail])
def test_a_record_that_was_cut_is_found_though_all_else_was_made_anew(
    archives: dict[Level, Bundle],
    level: Level,
    forge: Callable[[Entries], Entries],
    tmp_path: Path,
) -> None:
    told = entries_of(archives[level])
    told["entries"] = forge(told["entries"])
    content = forged(archives[level], record__chain_json=json.dumps(told).encode())
    said = found_in(tmp_path, content).said
    assert any("DOES NOT HOLD" in one and "record" in one for one in said), said


def test_an_entry_told_otherwise_is_found_though_all_else_was_made_anew(
    archives: dict[Level, Bundle], tmp_path: Path
) -> None:
    told = entries_of(archives[TRIBUNAL])
    told["entries"][2]["said"]["actor"] = BO
    content = forged(archives[TRIBUNAL], record__chain_json=json.dumps(told).encode())
    said = found_in(tmp_path, content).said
    assert any("Entry 3 of the record is not what was written" in one for one in said)


def test_a_record_written_anew_is_found_by_the_anchors(
    archives: dict[Level, Bundle], tmp_path: Path
) -> None:
    """Whoever recomputes every digest has the anchors against them."""
    told = entries_of(archives[TRIBUNAL])
    previous = verify.NOTHING_BEFORE
    for entry in told["entries"]:
        said = entry["said"]
        said["actor"] = BO if said["actor"] == ANA else said["actor"]
        told_now = [said["at"], said["actor"], said["what"], said["facts"]]
        body = [previous, told["chain"], entry["seq"], *told_now]
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        entry["previous"], previous = previous, verify.hashlib.sha256(text.encode()).hexdigest()
        entry["digest"] = previous
    content = forged(archives[TRIBUNAL], record__chain_json=json.dumps(told).encode())
    said_of_it = found_in(tmp_path, content).said
    assert not any("not what was written" in one for one in said_of_it)
    assert any("An anchor of" in one and "another entry" in one for one in said_of_it)


def test_whoever_makes_all_of_it_anew_has_another_key(
    archives: dict[Level, Bundle], tmp_path: Path
) -> None:
    bundle = archives[FOI]
    content = forged(bundle, report_html=b"<p>All was well.</p>")
    assert not found_in(tmp_path, content).failed  # which is why the key is compared
    said = found_in(tmp_path, content, bundle.key).said
    assert any("signed with the key" in one and "DOES NOT HOLD" in one for one in said)


def test_files_in_another_order_are_found(archives: dict[Level, Bundle], tmp_path: Path) -> None:
    files = archives[FOI].files
    turned = dict([*list(files.items())[:2], *reversed(list(files.items())[2:])])
    folder = archives[FOI].name.removesuffix(".zip")
    assert found_in(tmp_path, packed(turned, folder)).failed
    assert not found_in(tmp_path, packed(files, folder)).failed


@pytest.mark.parametrize("broken", [b"", b"PK", b"[]", b"{}", b"\xff\xfe", b"[" * 5000])
def test_nonsense_is_a_finding_and_no_error(
    archives: dict[Level, Bundle], broken: bytes, tmp_path: Path
) -> None:
    assert found_in(tmp_path, broken).failed
    files = {n: b for n, b in archives[TRIBUNAL].files.items() if n != verify.SIGNATURE}
    listed = json.loads(files.pop(verify.LIST))
    for name in (verify.CHAIN, verify.ANCHORS, verify.ANCHOR_KEY):
        assert found_in(tmp_path, signed_anew({**files, name: broken}, listed)).failed


def test_each_archive_is_in_the_record_before_it_is_given(
    department: Department, wrong_account: str, archives: dict[Level, Bundle]
) -> None:
    told = entries_of(archives[TRIBUNAL])["entries"][-1]["said"]
    assert told["what"] == "exported"
    assert told["actor"] == DEE
    assert told["facts"]["archive"] == archives[TRIBUNAL].listed["archive"]
    with department.office.store.read() as tx:
        rows = tx.exec(select(Entry).where(col(Entry.what) == "exported")).all()
    assert {row.facts["level"] for row in rows} >= set(Level)


@pytest.mark.parametrize(
    ("who", "level", "refused"),
    [
        (ROY, FOI, None),
        (ROY, COMMITTEE, None),
        (ROY, TRIBUNAL, NotAllowedError),
        (ANA, FOI, NotAllowedError),  # her own post
        (CY, TRIBUNAL, NotAllowedError),  # owns the account
        (SAM, FOI, NotFoundError),  # has nothing to do with it
        (HAL, TRIBUNAL, NotFoundError),
    ],
)
def test_who_may_make_one_is_decided_by_the_policy(
    department: Department,
    wrong_account: str,
    who: str,
    level: Level,
    refused: type[Exception] | None,
) -> None:
    before = department.said(wrong_account).count("exported")
    if refused is None:
        assert made(department.office, department.person(who), wrong_account, level).content
    else:
        with pytest.raises(refused):
            made(department.office, department.person(who), wrong_account, level)
    assert department.said(wrong_account).count("exported") == before + (refused is None)


SECRETS = "canary-secret Jo Bloggs of 4 Elm Row, 07700 900123"


@pytest.mark.parametrize(
    ("kind", "levels"),
    [(Kind.PERSONAL_DATA, {TRIBUNAL}), (Kind.SAFETY, {TRIBUNAL}), (Kind.CLASSIFIED, set())],
)
def test_no_word_of_what_is_secret_leaves_but_where_the_table_says(
    department: Department, kind: Kind, levels: set[Level]
) -> None:
    """Nor what repeats it: what was noted, advised, and asked for."""
    picture = Picture(SECRETS.encode(), alt_text=SECRETS)
    post = department.sandbox.add_post("embassy", f"{SECRETS} {kind}", pictures=[picture])
    reference = department.report(post.url, kind, by=CY, note=f"{SECRETS} was on it")
    department.until(reference, lambda seen: all(one.verified_at for one in seen.posts))
    note_request(
        department.office, department.person(DEE), reference, received=date.today(), text=SECRETS
    )
    advise(department.office, department.person(DEE), reference, text=f"Ring {SECRETS}")
    for level in Level:
        text = made(department.office, department.person(DEE), reference, level).text
        assert ("canary-secret" in text) == (level in levels), level
        assert ("Bloggs" in text) == (level in levels), level
        if level is not TRIBUNAL:
            assert post.url not in text
            assert "embassy" not in text
            assert str(post.id) not in text


def test_a_rogue_post_is_exported_for_whoever_asked_and_names_nobody(tmp_path: Path) -> None:
    """SC01, and the request for information that came a month later."""
    (tmp_path / "stage").mkdir()
    with played(tmp_path / "stage", "SC01") as theatre:
        reference = theatre.references[0]
        dee = theatre.player(OFFICER)
        body = {"type": "foi", "received_on": date.today().isoformat(), "reason": "FOI 2026/114"}
        dee.decide(reference, body)
        answer = dee._http.post(f"/incidents/{reference}/exports", json={"level": "foi"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/zip"
        assert int(answer.headers["content-length"]) == len(answer.content)
        key = answer.headers["amends-archive-key"]
        assert theatre.player(HR_OFFICER).case(reference).state == "referred"
        sentences = [one.sentence for one in dee.timeline(reference)]
    said = checked(tmp_path / "empty", answer.content, "--key", key)
    assert said.returncode == 0, said.stdout
    text = Bundle("", answer.content, key, "").text
    assert "Some of us are ashamed of the people at the top" in text
    assert "does not belong on @dept" in text
    assert "Requests for information" in text
    for one in EVERYBODY:
        assert one.email not in text
        for name in one.name.split():
            assert not re.search(rf"\b{name}\b", text), name
    for words in ("referral", "referred", "misconduct", "54: politically partial", "2026/114"):
        assert words not in text, words
    assert "Passwords are changed" not in text  # the advice
    assert "It was recorded that an investigation was opened." in text
    assert "not safe" not in text  # how the account is kept so is no business of the public
    assert "Waiting" not in text
    assert any("An archive of the incident was made" in one for one in sentences)
