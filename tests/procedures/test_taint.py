"""What is secret, personal or dangerous: nothing of it reaches anything outside, whoever tries.

Every byte that the mail server and the platform received, every log line, every entry of the record
and every text that Prefect would show is searched, by a search of the test's own.
"""

import base64
import json
import logging
import quopri
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest
from department import ANA, CY, DEE, EVE, PEOPLE, SAM, Department, open_department
from practice_notify import MAIL_TEMPLATE, TEXT_TEMPLATE, PracticeNotify
from served import Served, serve
from sqlmodel import select

from amends.sandbox.handler import Handler
from flows import tainting
from flows.deciding import clearing, writing
from flows.deciding.confirming import confirm
from flows.deciding.reclassifying import reclassify
from flows.deciding.writing import write_words
from flows.ledger import plan_effect, wake_incident
from flows.refusals import BadRequestError, NotNowError, Refusal
from flows.step import label
from flows.steps import publication
from models.audit import Entry
from models.decisions import Decision
from models.notices import Notice
from models.snapshot import Snapshot
from models.words import (
    DecisionType,
    EffectKind,
    EffectState,
    Kind,
    NoticeState,
    PostState,
    StatementState,
    Step,
    Wait,
)

DPO = "dot@dept.example"
SUE = "sue@dept.example"
SPECIALISTS = f"""
[[people]]
email = "{DPO}"
name = "Dot Doyle"
roles = ["dpo"]

[[people]]
email = "{SUE}"
name = "Sue Sandberg"
roles = ["security"]
"""

CANARIES = {
    Kind.PERSONAL_DATA: (
        "Case file of Siobhan Marchetti, 17 Alderbrook Lane, 07946 558 231, "
        "siobhan@marchetti.example",
        ("siobhan", "marchetti", "alderbrook", "07946558231"),
        ("Siobhan", "s i o b h a n", "Marchetti’s", "M4rch3tti", "Мarchetti", "Alder brook",
         "seven nine four six five five eight two three one", "٠٧٩٤٦", "ittehcram",
         "Ｓｉｏｂｈａｎ", "sio\u200bbhan", "Маркетти"),
    ),
    Kind.SAFETY: (
        "Our driver Иван Щукин waits by the Tooting gate at 06:45, see "
        "https://maps.example/gate/x9k2q",
        ("tooting", "x9k2q", "щукин", "shchukin"),
        ("Shchukin", "Schtschukin", "Щукин", "too ting", "T.o.o.t.i.n.g", "https://maps.example",
         "X9K2Q", "six forty-five 0645", "gnitoot", "ᴛooting"),
    ),
    Kind.CLASSIFIED: (
        "Code word: HERONWOOD for grid 55731",
        ("kestrelfield", "99417"),
        ("Kestrelfield", "kestrel field", "K-e-s-t-r-e-l-f-i-e-l-d", "99417", "nine nine four 17",
         "kestre1fie1d", "Кestrelfield"),
    ),
}  # fmt: skip
NOTE = {
    Kind.PERSONAL_DATA: "Marchetti lives there",
    Kind.SAFETY: "The Tooting gate is named",
    Kind.CLASSIFIED: "It belongs to KESTRELFIELD, file 99417",
}
CLEARER = {Kind.PERSONAL_DATA: DPO, Kind.SAFETY: SUE, Kind.CLASSIFIED: SUE}
MORE = {Kind.PERSONAL_DATA: "", Kind.SAFETY: " Thank you.", Kind.CLASSIFIED: " We apologise."}
"""So that no platform takes one for a repetition of another."""

CLEAN = "A post on one of our accounts should not have been published. We are very sorry for that."


@dataclass
class Ears:
    """All that leaves, as it was received."""

    platform: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)


class _Logged(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(f"{record.name} {self.format(record)}")


@contextmanager
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Hear every request that reaches the platform, and every line that is logged."""
    heard = Ears()
    call = Handler._call

    def listening(self: Handler, request: object) -> None:
        heard.platform.append(request.body)  # type: ignore[attr-defined]
        call(self, request)  # type: ignore[arg-type]

    monkeypatch.setattr(Handler, "_call", listening)
    # Prefect, when it is first imported, takes the root's handlers away: it must not do so later.
    import_module("prefect.main")
    logged, root = _Logged(heard.logs), logging.getLogger()
    before = root.level
    root.addHandler(logged)
    root.setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the mail server's, not ours
    try:
        yield heard
    finally:
        root.removeHandler(logged)
        root.setLevel(before)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    with ears(monkeypatch) as listening:
        yield listening


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Department]:
    """A department with a data protection officer and security, and its engine at work."""
    department = open_department(tmp_path, people=PEOPLE + SPECIALISTS)
    department.start_engine()
    yield department
    department.close()


@pytest.fixture
def web(guarded: Department) -> Iterator[Served]:
    served = serve(guarded)
    yield served
    served.close()


def squeezed(text: str) -> str:
    """The letters and digits alone, small, without accents or what cannot be seen."""
    opened = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in opened if one.isalnum())


def everything_outside(department: Department, heard: Ears, reference: str) -> dict[str, str]:
    """What was received, logged, recorded or shown, in each way in which it can be read."""
    mails = [bytes(message) for message in department.mail.messages]
    decoded = [
        part.get_payload(decode=True)
        for message in department.mail.messages
        for part in message.walk()
        if not part.is_multipart()
    ]
    with department.office.store.read() as tx:
        entries = tx.exec(select(Entry)).all()
        record = json.dumps([[e.actor, e.what, e.facts] for e in entries], ensure_ascii=False)
    live = [p.text for p in department.sandbox.live_posts("dept")]
    shown = [label(reference, step) for step in Step]
    return {
        "mail": "\n".join(one.decode("utf-8", "replace") for one in mails),
        "mail, decoded": "\n".join(one.decode("utf-8", "replace") for one in decoded),
        "mail, unquoted": "\n".join(
            quopri.decodestring(m).decode("utf-8", "replace") for m in mails
        ),
        "platform": "\n".join(one.decode("utf-8", "replace") for one in heard.platform),
        "platform, read": "\n".join(_unescaped(one) for one in heard.platform),
        "account": "\n".join(live),
        "logs": "\n".join(heard.logs),
        "record": record,
        "record, in words": "\n".join(department.said(reference)),
        "prefect": "\n".join([*shown, reference]),
        "answers": "\n".join(heard.answers),
    }


def _unescaped(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False) if body else ""
    except ValueError:
        return ""


def leaks(department: Department, heard: Ears, reference: str, canaries: tuple[str, ...]) -> list:
    found = []
    for where, text in everything_outside(department, heard, reference).items():
        packed = squeezed(text)
        for canary in canaries:
            coded = base64.b64encode(canary.encode())[:8].decode()
            if squeezed(canary) in packed or squeezed(canary)[::-1] in packed or coded in text:
                found.append((where, canary))
    return found


def test_nothing_of_it_leaves_whoever_tries(guarded: Department, heard: Ears, web: Served) -> None:
    """Personal data, a danger to a person and a secret, in one department."""
    references = {kind: _handled(guarded, heard, web, kind) for kind in CANARIES}
    up = [post.text for post in guarded.sandbox.live_posts("dept")]
    assert sorted(up) == sorted(CLEAN + more for more in MORE.values())
    assert guarded.mail.messages
    for kind, reference in references.items():
        assert leaks(guarded, heard, reference, CANARIES[kind][1]) == []
    # No text check can be trusted for a picture: so none goes out with words.
    sent = [json.loads(body) for body in heard.platform if body]
    assert [sorted(body) for body in sent if "text" in body] == [["text"]] * len(CANARIES)


def _handled(department: Department, heard: Ears, web: Served, kind: Kind) -> str:
    text, _, evasions = CANARIES[kind]
    facts = {"wrong": evasions[0], "right": f"not {evasions[0]}"} if kind != Kind.CLASSIFIED else {}
    reference = department.report(department.post(text), kind, by=ANA, note=NOTE[kind], **facts)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    if kind == Kind.PERSONAL_DATA:
        department.until_waiting(reference, Wait.CLEARANCE)
    _try_evasions(department, heard, web, reference, evasions)

    cy = department.person(CY)
    write_words(department.office, cy, reference, text=CLEAN + MORE[kind], account="dept")
    department.until(reference, lambda s: s.statements[-1].state == StatementState.WAITING)
    shown = web.get(f"/incidents/{reference}", CLEARER[kind]).json()["statements"][-1]
    check = shown["taint_check"]
    assert check["gaps"] == (["not-kept", "pictures"] if kind == Kind.CLASSIFIED else [])
    assert "note" in check["against"]
    assert check["sentence"].startswith("The words were held against: ")
    department.clear(reference, by=CLEARER[kind], claims=())
    department.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED)
    return reference


def _try_evasions(
    department: Department, heard: Ears, web: Served, reference: str, evasions: tuple[str, ...]
) -> None:
    """A person writes what must not be said, by the service itself and by the API."""
    cy = department.person(CY)
    for evasion in evasions:
        words = f"{CLEAN} {evasion}"
        with pytest.raises(BadRequestError) as refused:
            write_words(department.office, cy, reference, text=words, account="dept")
        heard.answers.append(str(refused.value))
    body = {"type": "words", "text": f"{CLEAN} {evasions[0]}", "account": "x/dept"}
    answer = web.post(f"/incidents/{reference}/decisions", body, CY)
    assert answer.status_code == 422
    assert "(word 19)" in answer.text
    heard.answers.append(answer.text)


def test_the_search_of_these_tests_finds_a_leak(guarded: Department, heard: Ears) -> None:
    reference = guarded.report_wrong_fact(guarded.post("The fund opens on 3 May."))
    guarded.until_waiting(reference, Wait.CLEARANCE)
    guarded.clear(reference)
    guarded.until_waiting(reference, Wait.ADVICE)
    found = leaks(guarded, heard, reference, ("the fund opens", "digital transformation"))
    places = {where for where, canary in found if canary == "the fund opens"}
    assert places >= {"account", "platform", "platform, read"}
    logging.getLogger("amends").info("the fund opens")
    assert ("logs", "the fund opens") in leaks(guarded, heard, reference, ("the fund opens",))
    notice = guarded.mail.messages[0].as_string()
    assert "duty officer" in notice
    mailed = leaks(guarded, heard, reference, ("duty officer",))
    assert {"mail", "mail, decoded"} <= {where for where, _ in mailed}


def test_words_that_got_past_every_other_gate_are_stopped_by_the_ledger(
    guarded: Department, heard: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "taint_of_wording", lambda *_: ())
    seen = _smuggled(guarded, monkeypatch)
    (effect,) = [e for e in seen.effects if e.kind == EffectKind.PUBLISH]
    assert (effect.state, effect.code) == (EffectState.REJECTED, "tainted-name")
    reference = seen.incident.reference
    assert leaks(guarded, heard, reference, CANARIES[Kind.PERSONAL_DATA][1]) == []


def test_a_check_that_cannot_be_made_ends_in_front_of_a_person(
    guarded: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("Siobhan")

    monkeypatch.setattr(tainting, "taint_of_payload", fails)
    reference = guarded.report(guarded.post(CANARIES[Kind.PERSONAL_DATA][0]), Kind.PERSONAL_DATA)
    seen = guarded.until(
        reference,
        lambda s: bool(s.notices) and all(one.state == NoticeState.FAILED for one in s.notices),
    )
    notices = [one for one in seen.effects if one.kind == EffectKind.NOTICE]
    assert {(one.state, one.code) for one in notices} == {(EffectState.REJECTED, "taint-unread")}
    asked = {one.target for one in seen.open_decisions() if one.type == DecisionType.SETTLE}
    assert asked == {one.id for one in seen.notices}


def test_words_that_somebody_cleared_all_the_same_are_not_even_made_ready(
    guarded: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _smuggled(guarded, monkeypatch)
    assert [e for e in seen.effects if e.kind == EffectKind.PUBLISH] == []
    assert "words-tainted" in guarded.said(seen.incident.reference)


def _smuggled(department: Department, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """Words that writer and clearer were allowed though they repeat a name: where they end."""
    monkeypatch.setattr(writing, "taint_of", lambda *_: ())
    monkeypatch.setattr(clearing, "taint_of_wording", lambda *_: ())
    text, _, _ = CANARIES[Kind.PERSONAL_DATA]
    reference = department.report(department.post(text), Kind.PERSONAL_DATA)
    department.until_waiting(reference, Wait.CLEARANCE)
    words = f"{CLEAN} It named Siobhan."
    write_words(department.office, department.person(CY), reference, text=words)
    department.clear(reference, by=DPO, claims=())  # a name makes a short sentence unreadable
    seen = department.until_waiting(reference, Wait.WORDS)
    assert seen.statements[0].state == StatementState.WITHDRAWN
    assert department.sandbox.calls("create") == []
    (question,) = [d for d in seen.open_decisions() if d.type == DecisionType.WORDS]
    assert question.target == seen.statements[0].id
    return seen


def test_a_template_that_repeats_something_is_not_drafted(
    guarded: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one would that stated a fact of the report: here nothing counts as the template's own."""
    monkeypatch.setattr(tainting, "own_text_for", lambda *_: ())
    link = guarded.post("These details of our accounts were held by Siobhan Marchetti.")
    reference = guarded.report(link, Kind.PERSONAL_DATA)
    seen = guarded.until_waiting(reference, Wait.WORDS)
    assert (seen.statements[0].state, seen.wordings) == (StatementState.WITHDRAWN, {})
    assert "words-tainted" in guarded.said(reference)


def test_texts_about_it_leave_though_the_post_has_their_words(tmp_path: Path) -> None:
    notify = PracticeNotify().start()
    phone = f'email = "{DPO}"\nphone = "+447700900009"\n'
    department = open_department(
        tmp_path,
        people=PEOPLE + SPECIALISTS.replace(f'email = "{DPO}"\n', phone),
        more_accounts=(
            f'[notify]\nkey = "env:NOTIFY_KEY"\nbase_url = "{notify.url}"\n'
            f'mail_template = "{MAIL_TEMPLATE}"\ntext_template = "{TEXT_TEMPLATE}"\n'
        ),
        more_secrets={"NOTIFY_KEY": notify.key},
        smtp=False,
    )
    try:
        department.start_engine()
        text = "If you cannot, ring Siobhan Marchetti; text or tap 07946558231, a notice to read"
        reference = department.report(department.post(text), Kind.PERSONAL_DATA)
        department.until_waiting(reference, Wait.CLEARANCE)
        sent = NoticeState.SENT
        department.until(reference, lambda s: all(one.state == sent for one in s.notices))
        department.until(reference, lambda _: bool(notify.to("+447700900009")))
        said = squeezed(" ".join(one.text for one in notify.messages))
        assert not any(one in said for one in ("siobhan", "marchetti", "07946558231"))
    finally:
        department.close()
        notify.stop()


TAINTED_MAILS = {
    "subject": "Amends: please read about S1obhan",
    "text": "Please see https://elsewhere.example/page",
    "html": "<p>Please read <b>what</b> Маrchetti <a href='http://x.example/i'>said</a></p>",
    "sms": "alderbrook",
}


def test_a_notice_that_repeats_something_or_leads_elsewhere_is_not_sent(
    guarded: Department, heard: Ears
) -> None:
    text, canaries, _ = CANARIES[Kind.PERSONAL_DATA]
    reference = guarded.report(guarded.post(text), Kind.PERSONAL_DATA)
    guarded.until_waiting(reference, Wait.CLEARANCE)
    seen = guarded.until(
        reference,
        lambda s: len(s.notices) > 2 and all(n.state == NoticeState.SENT for n in s.notices),
    )
    notice = next(n for n in seen.notices if n.to_address == DPO)
    for generation, (part, said) in enumerate(TAINTED_MAILS.items(), 7):
        mail = {
            "message_id": "m@dept.example", "sender": "amends@dept.example", "to": DPO,
            "subject": "Amends: please read", "text": "This is closed.", "html": "", "date": None,
        }  # fmt: skip
        _queue_again(guarded, seen, notice.id, mail | {part: said}, generation)
        seen = guarded.until(
            reference, lambda s, g=generation: _state_of(s, g) == EffectState.REJECTED
        )
        assert _of(seen, notice.id).state == NoticeState.FAILED
    codes = {e.code for e in seen.effects if e.generation >= 7 and e.kind == EffectKind.NOTICE}
    assert codes == {"tainted-name", "tainted-other-link"}
    (question,) = [d for d in seen.open_decisions() if d.type == DecisionType.SETTLE]
    assert question.target == notice.id
    assert all("m@dept.example" not in str(m["Message-ID"]) for m in guarded.mail.messages)
    assert leaks(guarded, heard, reference, canaries) == []


def _queue_again(
    department: Department, seen: Snapshot, notice_id: str, mail: dict, generation: int
) -> None:
    with department.office.store.write("a-tainted-notice") as tx:
        fresh = tx.get_one(Notice, notice_id)
        fresh.state = NoticeState.QUEUED
        tx.add(fresh)
        plan_effect(
            tx, department.office, incident_id=seen.incident.id, kind=EffectKind.NOTICE,
            target=notice_id, payload=json.dumps(mail).encode(), generation=generation,
        )  # fmt: skip
        wake_incident(tx, seen.incident.id)


def _state_of(seen: Snapshot, generation: int) -> EffectState | None:
    mine = (e for e in seen.effects if e.generation == generation)
    return next((e.state for e in mine if e.kind == EffectKind.NOTICE), None)


def _of(seen: Snapshot, notice_id: str) -> Notice:
    return next(one for one in seen.notices if one.id == notice_id)


def test_words_are_held_against_what_was_reported_since_they_were_written(
    guarded: Department,
) -> None:
    link = guarded.post("Case file of Siobhan Marchetti")
    reference = guarded.report(link, Kind.PERSONAL_DATA)
    guarded.until_waiting(reference, Wait.CLEARANCE)
    words = f"{CLEAN} The terrace is empty."
    write_words(guarded.office, guarded.person(CY), reference, text=words)
    guarded.report(link, Kind.PERSONAL_DATA, by=SAM, note="the terrace can be seen")
    with pytest.raises(NotNowError) as refused:
        guarded.clear(reference, by=DPO)
    assert "of the note in the report (word 19)" in str(refused.value)
    assert "terrace" not in str(refused.value)
    assert guarded.clear(reference, by=DPO, approve=False) == StatementState.WITHDRAWN


def test_what_stands_is_held_against_the_new_kind(guarded: Department, heard: Ears) -> None:
    """A factual mistake turns out to be personal data: what was not sent is not, and nobody can
    bring it back; what is out is put before people."""
    reference = guarded.report_wrong_fact(
        guarded.post("Siobhan Marchetti has moved to 17 Alderbrook Lane."),
        wrong="Siobhan Marchetti has moved", right="Siobhan Marchetti has not moved",
    )  # fmt: skip
    guarded.until_waiting(reference, Wait.CLEARANCE)
    words = guarded.text_of(guarded.seen(reference).statements[0])
    assert "Marchetti" in words
    reclassify(guarded.office, guarded.person(DEE), reference, kinds=(Kind.PERSONAL_DATA,))
    seen = guarded.until(reference, lambda s: len(s.statements) == 2)
    old, new = seen.statements
    assert old.state == StatementState.WITHDRAWN
    assert "archetti" not in guarded.text_of(new)
    for statement in (old.id, new.id):
        with pytest.raises(Refusal):
            write_words(
                guarded.office, guarded.person(CY), reference, text=words, statement=statement
            )
    guarded.clear(reference, by=DPO)
    guarded.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED)
    assert leaks(guarded, heard, reference, ("marchetti", "alderbrook")) == []


def test_words_that_went_out_before_it_was_known_are_put_before_people(
    guarded: Department,
) -> None:
    reference = guarded.report_wrong_fact(
        guarded.post("Siobhan Marchetti has moved."),
        wrong="Siobhan Marchetti has moved", right="Siobhan Marchetti has not moved",
    )  # fmt: skip
    guarded.until_waiting(reference, Wait.CLEARANCE)
    guarded.clear(reference)
    guarded.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    reclassify(guarded.office, guarded.person(DEE), reference, kinds=(Kind.PERSONAL_DATA,))

    seen = guarded.until(reference, lambda s: _asked_of(s) is not None)
    assert "published-tainted" in guarded.said(reference)
    published = seen.statements[0].id
    assert _asked_of(seen).target == published
    guarded.until(reference, lambda s: any(n.template == "published_words" for n in s.notices))
    confirm(guarded.office, guarded.person(EVE), reference, yes=True, target=published)
    guarded.clear(reference, by=DPO)
    guarded.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED)
    assert guarded.said(reference).count("published-tainted") == 1
    guarded.until_waiting(reference, Wait.ADVICE)


def _asked_of(seen: Snapshot) -> Decision | None:
    words = {statement.id for statement in seen.statements}
    asked = (d for d in seen.open_decisions() if d.type == DecisionType.CONFIRM)
    return next((d for d in asked if d.target in words), None)
