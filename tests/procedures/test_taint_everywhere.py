"""The whole corpus of evasions through the real engine: 0 leaks in any byte any server received.

Mail goes to a real SMTP server, texts to a practice GOV.UK Notify, chats to a practice chat, words
to the practice platform; logs and the record are searched as well. The search is the test's own.
"""

import base64
import json
import logging
import quopri
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from department import ANA, BO, CY, PEOPLE, Department, open_department
from evasions import ELSEWHERE, EVASIONS, POST
from practice_chat import PracticeChat
from practice_notify import TEXT_TEMPLATE, PracticeNotify
from sqlmodel import select

from amends.sandbox.api import Request
from amends.sandbox.handler import Handler
from flows.deciding.writing import write_words
from flows.ledger import plan_effect, wake_incident
from flows.refusals import BadRequestError
from models.audit import Entry
from models.columns import new_id
from models.notices import Notice
from models.words import EffectKind, EffectState, Kind, Medium, NoticeState, Role, StatementState

SUE = "sue@dept.example"
SECURITY = f'\n[[people]]\nemail = "{SUE}"\nname = "Sue Sandberg"\nroles = ["security", "dpo"]\n'
STAFF = PEOPLE.replace(f'email = "{BO}"\n', f'email = "{BO}"\nphone = "+447700900001"\n', 1)
CLEAN = "A post on one of our accounts should not have been published. We are very sorry for that."
NOTE = f"{ELSEWHERE}; embassy_lisbon; a terrace with a blue gate; it shows Marchetti's clinic"
CANARIES = (
    "Heron", "Ivanov", "osprey", "Alder", "Tooting", "x9k2q", "Siobhan", "Achebe", "Marchetti",
    "Щукин", "Shchukin", "07946 123456", "embassy_lisbon", "convoy", "maps.example",
)  # fmt: skip
SAYS_ENOUGH = 6
"""Letters and digits that a dress must have to be searched for: "17" stands in many a time."""


@dataclass
class Outside:
    """All that was received, and all that was written down."""

    department: Department
    notify: PracticeNotify
    chat: PracticeChat
    platform: list[bytes] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each place, and what was there, in every way in which it can be read."""
        for message in self.department.mail.messages:
            raw = bytes(message)
            yield "mail", raw.decode("utf-8", "replace")
            yield "mail, unquoted", quopri.decodestring(raw).decode("utf-8", "replace")
        for one in self.notify.messages:
            yield "Notify", f"{one.to} {one.reference} {one.subject} {one.text}"
        for place, bodies in (("chat", self.chat.taken), ("platform", self.platform)):
            for body in bodies:
                yield place, body.decode("utf-8", "replace")
                yield place, json.dumps(_read(body), ensure_ascii=False)
        yield "logs", "\n".join(self.logs)
        yield "answers", "\n".join(self.answers)
        with self.department.office.store.read() as tx:
            rows = tx.exec(select(Entry)).all()
            yield "record", json.dumps([[r.actor, r.what, r.facts] for r in rows])

    def leaks(self) -> list[tuple[str, str]]:
        """Every place where something of the corpus stands."""
        found = []
        dresses = [one for one in EVASIONS.values() if len(squeezed(one)) >= SAYS_ENOUGH]
        for place, text in self.texts():
            packed = squeezed(unescape(text))
            for word in (*CANARIES, *dresses):
                coded = base64.b64encode(word.encode())[:8].decode()
                if squeezed(word) in packed or (len(word) > SAYS_ENOUGH and coded in text):
                    found.append((place, word))
        return found


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return ""


def squeezed(text: str) -> str:
    """The letters and digits alone, small, without accents or what cannot be seen."""
    opened = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in opened if one.isalnum())


class _Logged(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(f"{record.name} {self.format(record)}")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """A department with every carrier there is, and its engine at work."""
    import_module("prefect.main")  # when first imported it takes the root's handlers away
    notify, chat = PracticeNotify().start(), PracticeChat().start()
    carriers = (
        f'[notify]\nkey = "env:NOTIFY_KEY"\nbase_url = "{notify.url}"\n'
        f'text_template = "{TEXT_TEMPLATE}"\n'
        '[[chats]]\nname = "dtu-team"\nrole = "dtu"\nurl = "env:DTU_CHAT"\n'
    )
    secrets = {"NOTIFY_KEY": notify.key, "DTU_CHAT": chat.url}
    department = open_department(
        tmp_path, people=STAFF + SECURITY, more_accounts=carriers, more_secrets=secrets
    )
    made = Outside(department, notify, chat)
    call = Handler._call

    def listening(self: Handler, request: Request) -> None:
        made.platform.append(request.body)
        call(self, request)

    monkeypatch.setattr(Handler, "_call", listening)
    logged, root = _Logged(made.logs), logging.getLogger()
    before = root.level
    root.addHandler(logged)
    root.setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the mail server's, not ours
    department.start_engine()
    yield made
    root.removeHandler(logged)
    root.setLevel(before)
    department.close()
    notify.stop()
    chat.stop()


def reported(outside: Outside) -> str:
    """A danger to a person: what was posted and what was typed must not be repeated."""
    department = outside.department
    facts = {"wrong": "the convoy leaves at noon", "right": "it does not leave"}
    reference = department.report(department.post(POST), Kind.SAFETY, by=ANA, note=NOTE, **facts)
    department.until(
        reference,
        lambda s: (
            len(s.notices) > 4
            and {n.by for n in s.notices} == set(Medium)
            and all(n.state == NoticeState.SENT for n in s.notices)
        ),
        30,
    )
    return reference


def test_no_dress_of_the_corpus_reaches_any_server_log_or_record(outside: Outside) -> None:
    department, reference = outside.department, reported(outside)
    cy = department.person(CY)
    for evasion in EVASIONS.values():
        words = f"{CLEAN} {evasion}"
        with pytest.raises(BadRequestError) as refused:
            write_words(department.office, cy, reference, text=words, account="dept")
        outside.answers.append(str(refused.value))
    write_words(department.office, cy, reference, text=CLEAN, account="dept")
    department.clear(reference, by=SUE, claims=())
    department.until(reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED, 30)
    assert [one.text for one in department.sandbox.live_posts("dept")] == [CLEAN]
    places = {place for place, _ in outside.texts()}
    assert places >= {"mail", "Notify", "chat", "platform", "logs", "record", "answers"}
    assert outside.leaks() == []


Frozen = Callable[[str], dict[str, object]]

FROZEN: dict[Medium, Frozen] = {
    Medium.MAIL: lambda evasion: {
        "message_id": "m@dept.example", "sender": "amends@dept.example", "to": SUE,
        "subject": "Amends: please read", "text": f"This is closed. {evasion}", "html": "",
        "date": None,
    },
    Medium.TEXT: lambda evasion: {
        "medium": "text", "reference": new_id(), "to": "+447700900001", "text": evasion,
    },
    Medium.CHAT: lambda evasion: {
        "medium": "chat", "reference": new_id(), "to": "dtu-team", "text": evasion,
    },
}  # fmt: skip


@pytest.mark.matrix
@pytest.mark.parametrize("medium", list(Medium))
def test_the_ledger_lets_no_dress_of_the_corpus_past_whatever_put_it_there(
    outside: Outside, medium: Medium
) -> None:
    department, reference = outside.department, reported(outside)
    before = len(outside.department.mail.messages), len(outside.notify.messages)
    chatted, ids = len(outside.chat.taken), []
    for evasion in EVASIONS.values():
        with department.office.store.write("smuggle") as tx:
            incident = department.seen(reference).incident
            notice = Notice(
                id=new_id(), incident_id=incident.id, to_role=Role.DTU, to_address=new_id(),
                template="dtu", by=medium, message_id=new_id(), queued_at=tx.now(),
            )  # fmt: skip
            tx.add(notice)
            tx.flush()
            effect = plan_effect(
                tx, department.office, incident_id=incident.id, kind=EffectKind.NOTICE,
                target=notice.id, payload=json.dumps(FROZEN[medium](evasion)).encode(),
            )  # fmt: skip
            assert effect is not None
            ids.append(effect)
            wake_incident(tx, incident.id)
    settled = {EffectState.REJECTED}
    department.until(
        reference, lambda s: {e.state for e in s.effects if e.id in ids} == settled, 120
    )
    codes = {e.code for e in department.seen(reference).effects if e.id in ids}
    assert all(str(code).startswith("tainted-") for code in codes)
    after = len(outside.department.mail.messages), len(outside.notify.messages)
    if medium != Medium.MAIL:  # whoever must tell people otherwise is mailed that they must
        assert after[1:] == before[1:]
    assert len(outside.chat.taken) == chatted
    assert outside.leaks() == []


def test_the_search_finds_what_leaks_in_each_place(outside: Outside) -> None:
    """As if it had come through: the same search must see it."""
    outside.platform.append(json.dumps({"text": "h e r o n"}).encode())
    outside.chat.taken.append(b'{"message": "Siobhan"}')
    outside.logs.append("07946-123-456")
    outside.answers.append("Щукин")
    assert {place for place, _ in outside.leaks()} == {"platform", "chat", "logs", "answers"}
