"""One whole story in real processes, and then the search: no word of it is where it must not be.

Every free text that people give has a canary of its own. Afterwards Prefect's database, the logs
with everything switched on, all files of the installation, the mails, the archives and what wrong
people were answered are searched for all of them. Where one is meant to be stands in the lists
below, and each of those is found, so that the search is known to bite.
"""

import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from canaries import cells_of, files_below, forms_of, found_in
from case_story import AMY, DAN, IVY, Story
from department import ANA, BO, DEE, HAL, PEOPLE, SAM, Department, open_department
from paper import ADA, IDA, ROY
from running import Up

from flows.cases import CaseShape
from flows.reviewing.moving import Asked
from flows.tokens import digest_of
from models.columns import new_id
from models.people import Person, Token
from models.review import CaseMove, CaseState
from models.words import PostState, StatementState, Wait

pytestmark = [pytest.mark.prefect, pytest.mark.real, pytest.mark.timeout(900)]

LEX = "lex@dept.example"
NAMES = {
    IDA: ("Ida Zuqida", "hr"), ADA: ("Ada Zuqada", "admin"), ROY: ("Roy Zuqroy", "auditor"),
    LEX: ("Lex Zuqlex", "legal"), IVY: ("Ivy Zuqivy", ""), DAN: ("Dan Zuqdan", ""),
    AMY: ("Amy Zuqamy", ""),
}  # fmt: skip
MORE = "".join(
    f'\n[[people]]\nemail = "{email}"\nname = "{name}"\nroles = {[role] if role else []}\n'
    for email, (name, role) in NAMES.items()
)

WRITTEN = {
    one: f"zuq{one}word"
    for one in (
        *("post", "note", "wrong", "secondpost", "secondnote", "secretpost", "secretnote"),
        *("advice", "review", "foi", "hold", "legalhold", "reject", "invalid", "unsaid"),
    )
}
"""What people wrote outside a case, by where."""

CASE = (
    "canary-reason", "canary-rule", "canary-evidence", "canary-answer", "canary-health",
    "canary-report", "canary-meeting", "canary-finding", "canary-appeal", "canary-heard",
)  # fmt: skip
"""What people wrote in it: the words of ``case_story``."""

PEOPLE_ = tuple(name.split()[1] for name, _ in NAMES.values())
WHO_WORK_CASES = tuple(NAMES[one][0].split()[1] for one in (IDA, IVY, DAN, AMY))
EVERY = (*WRITTEN.values(), *CASE, *PEOPLE_)

IN_THE_CLEAR = {
    "account.held_because": {WRITTEN["hold"]},
    "person.name": set(PEOPLE_),
}
"""Columns of our own database that are not sealed, as the threat model says."""

CARRIED = {
    "foi": {WRITTEN["post"], WRITTEN["wrong"]},  # which the published correction quotes
    "committee": {WRITTEN[one] for one in ("post", "note", "wrong", "advice", "review")},
    "tribunal": {WRITTEN[one] for one in ("post", "note", "wrong", "advice", "review", "foi")},
}
"""The most that an archive of the first incident may have, at each level."""

LOUD = """
import logging
logging.basicConfig(level=logging.DEBUG)
ours = logging.getLogger("amends")
ours.setLevel(logging.DEBUG)
ours.setLevel = lambda level: None
"""
"""What makes every process of the installation say all that it ever would."""


@dataclass
class Run:
    """The installation, and everything that anybody was answered."""

    up: Up
    place: Department
    answers: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def office(self) -> Any:
        return self.place.office

    def person(self, email: str) -> Person:
        return self.place.person(email)

    def token(self, email: str) -> str:
        """A token of this person's, made behind the service's back."""
        if email not in self.tokens:
            self.tokens[email] = new_id()
            with self.place.office.store.write("token") as tx:
                now = tx.now()
                row = Token(
                    person_id=self.person(email).id,
                    digest=digest_of(self.tokens[email]),
                    made_at=now,
                    expires_at=now + timedelta(days=9),
                )
                tx.add(row)
        return self.tokens[email]

    def ask(self, method: str, path: str, by: str | None, body: object = None) -> httpx.Response:
        """One request to the real service."""
        address = f"http://127.0.0.1:{self.up.port}"
        path = path if path.startswith("!") else f"/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token(by)}"} if by else {}
        answer = httpx.request(
            method, address + path.lstrip("!"), headers=headers, json=body, timeout=60
        )
        self.answers.setdefault(str(by), []).append(f"{answer.headers} {answer.text}")
        return answer

    def must(self, method: str, path: str, by: str, body: object = None) -> Any:
        """The same, which must be done."""
        answer = self.ask(method, path, by, body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    def report(self, text: str, by: str = ANA, **more: object) -> str:
        """A post, reported; the reference."""
        body = {"post_url": self.place.post(text), **more}
        return str(self.must("POST", "/incidents", by, body)["reference"])


class OverHttp(Story):
    """The case, worked through the service's own doors."""

    def read(self, who: str) -> CaseShape:
        return CaseShape.model_validate(self.run.must("GET", f"/cases/{self.reference}", who))

    @property
    def run(self) -> Run:
        assert isinstance(self.paper, Run)
        return self.paper

    def move(self, who: str, asked: Asked) -> None:
        if asked.move is CaseMove.REFER:
            body = {"choice": "refer", "rule": asked.rule, "reason": asked.text}
            self.run.must("POST", f"/cases/{self.reference}/decisions", who, body)
            return
        given = {
            "text": asked.text, "health": asked.health, "person": asked.person,
            "hand": asked.hand, "outcome": asked.outcome, "appeal_outcome": asked.appeal_outcome,
            "at": asked.at.isoformat() if asked.at else None,
        }  # fmt: skip
        body = {"move": asked.move, **{name: one for name, one in given.items() if one}}
        self.run.must("POST", f"/cases/{self.reference}/moves", who, body)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The whole story, told once."""
    place = open_department(tmp_path_factory.mktemp("canaries"), people=PEOPLE + MORE)
    loud = tmp_path_factory.mktemp("loud")
    (loud / "sitecustomize.py").write_text(LOUD)
    here = str(Path(__file__).parents[2])
    up = Up(place, environ={"PYTHONPATH": f"{loud}:{here}"})
    try:
        told = Run(up, place)
        _tell(told)
        yield told
    finally:
        if up.process.poll() is None:
            up.interrupt()
        place.close()


def _tell(run: Run) -> None:
    first = _an_incident_to_its_end(run)
    second = run.report(
        f"Vote for {WRITTEN['secondpost']}", kinds=["partial"], note=WRITTEN["secondnote"]
    )
    secret = run.report(
        f"Her number is {WRITTEN['secretpost']}",
        kinds=["personal-data"],
        note=WRITTEN["secretnote"],
    )
    run.place.until(secret, lambda seen: seen.posts[0].state == PostState.GONE, 120)
    run.place.until_waiting(second, Wait.ADVICE, 120)
    case = OverHttp(run, second, "")
    case.until(CaseState.CLOSED)
    for reference in (first, second, secret):
        _look_with_wrong_eyes(run, reference)
    _ask_what_cannot_be(run)
    for level in ("foi", "committee", "tribunal"):
        _archive(run, first, level)
        _archive(run, second, level)
    _break_what_is_kept(run, second)
    time.sleep(2.5)  # Prefect writes its events late


def _an_incident_to_its_end(run: Run) -> str:
    reference = run.report(
        f"The fund opens on 3 May. {WRITTEN['post']}",
        kinds=["factual"],
        note=WRITTEN["note"],
        wrong=f"The fund opens on 3 May {WRITTEN['wrong']}",
        right="The fund opens on 5 June",
        source_url="https://dept.example/fund",
    )
    run.place.until_waiting(reference, Wait.CLEARANCE, 120)
    path = f"/incidents/{reference}"
    run.must("POST", f"{path}/decisions", DEE,
             {"type": "foi", "received_on": "2026-11-02", "reason": WRITTEN["foi"]})  # fmt: skip
    run.must("POST", f"{path}/hold", LEX, {"reason": WRITTEN["legalhold"]})
    body = {"digest": "x", "decision": "reject", "reason": WRITTEN["reject"]}
    run.ask("POST", f"{path}/clearances", SAM, body)
    run.place.clear(reference)
    run.place.until(
        reference, lambda seen: seen.statements[0].state == StatementState.PUBLISHED, 120
    )
    run.must("POST", f"{path}/decisions", DEE, {"type": "advise", "text": WRITTEN["advice"]})
    run.place.until_waiting(reference, Wait.CLOSING, 120)
    hold = {"type": "hold", "target": "x/embassy", "reason": WRITTEN["hold"]}
    run.ask("POST", f"{path}/decisions", DEE, hold)
    close = {"type": "close", "reason": WRITTEN["review"]}
    run.must("POST", f"{path}/decisions", DEE, close)
    return reference


WRONG = (None, BO, SAM, ADA, ROY, LEX)


def _look_with_wrong_eyes(run: Run, reference: str) -> None:
    for who in WRONG:
        if who in (ADA, None):
            for path in (f"/incidents/{reference}", f"/incidents/{reference}/timeline"):
                run.ask("GET", path, who)
            run.ask("POST", f"/incidents/{reference}/exports", who, {"level": "tribunal"})
            run.ask("POST", "/subject-access", who, {"subject": ANA})
        run.ask("GET", f"/cases/{reference}", who)
        run.ask("POST", f"/cases/{reference}/moves", who, {"move": "take"})
        run.ask("GET", "/cases", who)
    for path in ("healthz", "readyz", "metrics", f"i/{reference}", "cases", "incidents"):
        run.ask("GET", f"!/{path}", None)


def _ask_what_cannot_be(run: Run) -> None:
    """Whatever is refused is not told back, and not logged."""
    word = WRITTEN["invalid"]
    for path, body in (
        ("/incidents", {"post_url": word, "kinds": ["factual"]}),
        ("/incidents", {"post_url": word, "kinds": [word], word: word}),
        ("/incidents/AM-XXXXX/decisions", {"type": word, "reason": word}),
        ("/subject-access", {"subject": word}),
        ("/tokens/claim", {"code": word}),
        ("/cases/AM-XXXXX/glass", {"reason": word, "agree_with": word}),
    ):
        assert run.ask("POST", path, SAM, body).is_error or "glass" in path
    for path in (f"!/{word}", f"!/ack/{word}", f"!/sign-in/{word}", f"!/cases/{word}"):
        run.ask("GET", path, None)
    run.ask("DELETE", f"!/i/{word}?{word}={word}", None)


def _archive(run: Run, reference: str, level: str) -> None:
    """An archive, opened; kept among the answers under its level."""
    answer = httpx.post(
        f"http://127.0.0.1:{run.up.port}/api/v1/incidents/{reference}/exports",
        headers={"Authorization": f"Bearer {run.token(DEE)}"},
        json={"level": level},
        timeout=120,
    )
    assert answer.is_success, answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as opened:
        told = [opened.read(one).decode("latin-1") for one in opened.namelist()]
    run.answers.setdefault(f"archive {level} {reference}", []).extend(told)


def _break_what_is_kept(run: Run, reference: str) -> None:
    """Sealed bytes that do not open any more: whoever reads them gets an error with a traceback."""
    with run.place.office.store.write("break") as tx:
        tx.connection().exec_driver_sql("UPDATE decision SET text_sealed = zeroblob(40)")
        tx.connection().exec_driver_sql("UPDATE sealed_case SET content_sealed = zeroblob(40)")
    for path in (f"/incidents/{reference}", f"/cases/{reference}"):
        run.ask("GET", path, DEE)
    assert run.ask("GET", f"/cases/{reference}", HAL).is_error


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    for canary in EVERY:
        for place, form in enumerate(forms_of(canary)):
            assert found_in(b"before" + form + b"after", EVERY) >= {canary}, place
    planted = tmp_path / "planted.db"
    with sqlite3.connect(planted) as opened:
        opened.execute("CREATE TABLE run (name TEXT, data BLOB)")
        opened.execute("INSERT INTO run VALUES (?, ?)", ("x", WRITTEN["note"].encode()))
    assert found_in(cells_of(planted)["run.data"], EVERY) == {WRITTEN["note"]}
    assert any(found_in(content, EVERY) for _, content in files_below(tmp_path))
    assert found_in(b"nothing of it", EVERY) == set()


def test_prefect_has_none_of_it(run: Run) -> None:
    home = run.place.home / "prefect"
    cells = cells_of(home / "prefect.db")
    assert any(b"AM-" in cell for cell in cells.values()), "it saw the runs"
    for place, content in (*cells.items(), *files_below(home)):
        assert found_in(content, EVERY) == set(), place
        assert b"@dept.example" not in content, place


def test_the_logs_have_none_of_it_with_everything_switched_on(run: Run) -> None:
    logs = dict(files_below(run.place.home / "logs"))
    logs["up.log"] = run.up.output.read_bytes()
    assert any(b"DEBUG" in text for text in logs.values()), "everything is switched on"
    assert any(b"Traceback" in text or b"SealBroken" in text for text in logs.values())
    for name, text in logs.items():
        assert found_in(text, EVERY) == set(), name
        for secret in (*run.tokens.values(), *run.place.secrets.values()):
            assert secret.encode() not in text, name
        assert not re.search(rb"[a-z]+@dept\.example", text), name


def test_our_own_files_have_only_what_is_said_to_be_in_the_clear(run: Run) -> None:
    cells = cells_of(run.place.home / "amends.db")
    for place, content in cells.items():
        assert found_in(content, EVERY) <= IN_THE_CLEAR.get(place, set()), place
    assert found_in(cells["person.name"], EVERY) == set(PEOPLE_), "the search bites"
    allowed = set().union(*IN_THE_CLEAR.values())
    for name, content in files_below(run.place.home):
        if name == "amends.toml" or name.startswith("up"):
            continue
        there = allowed if name.startswith("amends.db") else set()
        assert found_in(content, EVERY) <= there, name


def test_no_mail_has_a_word_that_somebody_wrote(run: Run) -> None:
    mails = run.place.mail.messages
    assert len(mails) > 10
    for one in mails:
        whole = one.as_bytes() + b"".join(
            part.get_payload(decode=True) or b"" for part in one.walk() if not part.is_multipart()
        )
        assert found_in(whole, (*WRITTEN.values(), *CASE)) == set(), one["Subject"]


def test_archives_have_what_their_level_has_and_nothing_of_a_case(run: Run) -> None:
    archives = {who: said for who, said in run.answers.items() if who.startswith("archive")}
    assert len(archives) == 6
    first = min(archives, key=lambda who: "tribunal" not in who).split()[2]
    for who, said in archives.items():
        _, level, reference = who.split()
        found = found_in("\n".join(said).encode("latin-1"), EVERY)
        assert found.isdisjoint(CASE), who
        nobody = PEOPLE_ if level == "foi" else WHO_WORK_CASES
        assert found.isdisjoint(nobody), who
        if reference == first:
            assert found & set(WRITTEN.values()) <= CARRIED[level], who
    tribunal = next(said for who, said in archives.items() if "tribunal" in who)
    assert WRITTEN["post"] in "\n".join(tribunal), "the search bites"


def test_nobody_is_answered_what_is_not_theirs(run: Run) -> None:
    for who in (None, ADA):
        assert found_in("\n".join(run.answers[str(who)]).encode(), EVERY) == set(), who
    for who in (BO, SAM, ROY, LEX, DEE, ANA):
        of_cases = found_in("\n".join(run.answers.get(who, [])).encode(), CASE)
        told = set(CASE) - {"canary-reason"}  # who referred them, and why, is not the person’s
        assert of_cases <= (told if who == ANA else set()), who
    assert WRITTEN["invalid"] not in "\n".join(run.answers[SAM])
    workers = "\n".join(run.answers[IDA])
    assert found_in(workers.encode(), CASE) >= {"canary-answer", "canary-heard"}, "it bites"
