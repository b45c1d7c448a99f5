"""A duty officer holds a drill with the department's own register, as somebody at a terminal does;
and nothing live is reached, read or changed by it."""

import codecs
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from organisation import ORGANISATION, person

from amends.cli import screen
from amends.custody import last_answers
from amends.doctor.custody import Custody
from amends.doctor.findings import Verdict
from amends.doctor.staff import Staff
from amends.drill import holding
from amends.drill.copying import Copy, Stand, stands_for
from amends.drill.hall import Hall
from amends.drill.holding import Wanted, hold
from amends.drill.part import Part
from amends.drill.rehearsing import Rehearsal
from amends.drill.report import Held, write
from amends.drill.terminal import Terminal
from amends.sandbox.sandbox import Sandbox
from amends.settings import AccountPart, Settings, load
from flows.tokens import person_of
from models.office import Office
from models.register import sync
from models.words import Kind

DEE = "dee@dept.example"
SECRET = "the-live-secret-5f1c"
SECONDS = 300
BO = "bo@dept.example"
EVE = "eve@dept.example"
REGISTER = (
    person("ana@dept.example", "Ana Ahmed", line_manager=BO),
    person(BO, "Bo Berg", phone="+44 7700 900001", deputy=DEE),
    person(
        "cy@dept.example",
        "Cy Chen",
        line_manager=BO,
        timezone="Africa/Cairo",
        away=["2020-12-24"],
    ),
    person(DEE, "Dee Diaz", roles=["dtu", "dtu-duty"], phone="+44 7700 900002", deputy=EVE),
    person(EVE, "Eve Eze", roles=["dtu", "dtu-duty", "press-duty"]),
    person("hal@dept.example", "Hal Hale", roles=["hr"]),
)
PEOPLE = f"""
{"".join(REGISTER)}
[[rotas]]
role = "dtu-duty"
people = ["dee@dept.example", "eve@dept.example"]
starts = 2026-01-05T09:00:00
"""


class Trap:
    """A server in the place of everything live: it counts who calls, and answers nobody."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                called, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            called.close()

    def close(self) -> None:
        """Listen no more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(autouse=True)
def _is_no_drill_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(screen._Drill, "on", False)
    yield
    screen._out.cache_clear()
    screen._err.cache_clear()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture
def live(tmp_path: Path, trap: Trap) -> dict[str, str]:
    """The environment of a live installation, with its amends.toml and its secrets."""
    (tmp_path / "secret").write_text(SECRET)
    at = f"127.0.0.1:{trap.port}"
    (tmp_path / "amends.toml").write_text(
        f"""{ORGANISATION}url = "http://{at}"
{PEOPLE}
[[accounts]]
platform = "x"
handle = "dept"
owner = "cy@dept.example"
publishers = ["ana@dept.example", "zoe@dept.example"]
credentials = "env:X_LIVE"
base_url = "http://{at}"

[[accounts]]
platform = "mastodon"
handle = "dept@social.example"
owner = "cy@dept.example"
languages = ["cy", "en"]
tier = "personal-official"
credentials = "file:{tmp_path / "secret"}"
base_url = "http://{at}"

[mail]
smtp = "smtp://{at}"
sender = "amends@dept.example"

[notify]
key = "env:NOTIFY_LIVE"
text_template = "00000000-0000-0000-0000-000000000000"
base_url = "http://{at}"

[database]
url = "postgresql://live:{SECRET}@{at}/live"
"""
    )
    return {
        "AMENDS_HOME": str(tmp_path),
        "AMENDS_CONFIG": str(tmp_path / "amends.toml"),
        "X_LIVE": SECRET,
        "NOTIFY_LIVE": SECRET,
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }


class Holder:
    """Whoever holds the drill: reads each question, and answers it by the first rule that fits. A
    rule answers with each of its words in turn, the last for ever."""

    def __init__(self, environ: dict[str, str], *options: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AMENDS_")}
        self.shown = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "amends.cli", "drill", *options],
            env=kept | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def hold(self, rules: dict[str, list[str]], looks: dict[str, object]) -> int:
        """Until its end; ``looks`` has what is called at the first question that fits."""
        killer = threading.Timer(SECONDS, self._process.kill)
        killer.start()
        assert self._process.stdout is not None
        asked, decoder = "", codecs.getincrementaldecoder("utf-8")()
        while chunk := os.read(self._process.stdout.fileno(), 65536):
            text = decoder.decode(chunk)
            self.shown += text
            asked = (asked + text).rpartition("\n")[2]
            if asked.endswith(("] ", "no) ", "Enter: ")):
                self._answer(asked, rules, looks)
                asked = ""
        killer.cancel()
        return self._process.wait()

    def _answer(self, asked: str, rules: dict[str, list[str]], looks: dict[str, object]) -> None:
        for about in [one for one in looks if one in asked]:
            look = looks.pop(about)
            assert callable(look)
            look()
        answers = next(answers for about, answers in rules.items() if about in asked)
        said = answers.pop(0) if len(answers) > 1 else answers[0]
        assert self._process.stdin is not None
        self._process.stdin.write(f"{said}\n".encode())
        self._process.stdin.flush()


def environments_of(home: Path) -> list[bytes]:
    """The environment of every process that works below this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"AMENDS_HOME={home}/drills".encode() in environment:
            found.append(environment)
    return found


def test_a_drill_is_held_from_the_report_to_the_words_and_touches_nothing_live(
    live: dict[str, str], trap: Trap
) -> None:
    home = Path(live["AMENDS_HOME"])
    seen: list[bytes] = []
    holder = Holder(live, "--by", "dee@dept.example", "--poster", "ana@dept.example", "--port", "0")
    code = holder.hold(
        {
            "Who answers?": ["nobody", ""],
            "types (Enter": [""],
            "that Bo Berg has read": ["no"],
            "has read it?": ["yes", "no"],
            "x/dept: can Cy": ["yes"],
            "x/dept: can Ana": ["yes"],
            "mastodon/dept@social.example: can Cy": ["yes"],
            "Who else": ["mallory@dept.example", ""],
        },
        {"Who answers?": lambda: seen.extend(environments_of(home))},
    )
    shown = holder.shown
    assert code == 0, shown

    # Every line says what it is, those of the commands that people type among them.
    lines = [line for line in shown.splitlines() if line.strip()]
    assert all(line.startswith("DRILL: ") for line in lines), shown
    assert re.search(r"DRILL: DRILL-\w{5} is accepted", shown)
    assert "Traceback" not in shown

    # Nothing live was called, given to a process, or written down.
    assert trap.calls == 0
    assert len(seen) >= 2
    assert not any(SECRET.encode() in one or b"_LIVE=" in one for one in seen)
    assert environments_of(home) == []
    (folder,) = (home / "drills").iterdir()
    for path in folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    assert {one.name for one in home.iterdir()} == {"amends.toml", "secret", "drills"}
    assert folder.stat().st_mode & 0o077 == 0

    # Its mails stayed in a folder, each marked.
    mails = [
        message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (folder / "installation" / "outbox").glob("*.eml")
    ]
    assert {"bo@dept.example", "dtu@dept.example"} <= {one["To"] for one in mails}
    assert all(one["Subject"].startswith("DRILL: ") for one in mails)

    # The report says how long it took, who was asked, who was not reached, and who can log in.
    report = (folder / "report.md").read_text()
    assert report.startswith("# DRILL: report of ")
    assert datetime.now().strftime("%Y") in report.splitlines()[0]
    for what in ("captured", "gone", "told", "acknowledged", "words out", "closed"):
        assert re.search(rf"^\| {what}\b.*\| \d+\.\d \|$", report, re.MULTILINE), report
    assert "It was carried to its closing." in report
    assert re.search(r"\| bo@dept.example \| .*manager.* \| mail \| \d+\.\d s \| no \|", report)
    assert "| Bo Berg | to acknowledge the notice |" in report
    assert re.search(r"\| Dee Diaz \| Waiting for clearance \|", report)
    assert "| Cy Chen | no phone, no deputy |" in report
    assert "| zoe@dept.example | not in [[people]]" in report
    assert "| Dee Diaz | no" not in report
    assert "@dept_2 stood for mastodon/dept@social.example" in report
    assert "| x/dept | Cy Chen, Ana Ahmed | – | yes |" in report
    assert "| mastodon/dept@social.example | Cy Chen | – | **no** |" in report

    # The doctor knows from now on.
    settings = load(live)
    custody = Custody(settings, Staff(settings))
    good, bad = custody.of("x/dept"), custody.of("mastodon/dept@social.example")
    assert good.verdict == Verdict.OK
    assert "Cy Chen and Ana Ahmed could log in" in good.what
    assert bad.verdict == Verdict.WARN
    assert set(last_answers(home)) == {"x/dept", "mastodon/dept@social.example"}


@pytest.fixture
def hall(live: dict[str, str]) -> Iterator[Hall]:
    """A drill on paper: its installation and its practice platform, without any process."""
    home = Path(live["AMENDS_HOME"]) / "drills" / "now" / "installation"
    with Sandbox() as sandbox:
        settings_live = load(live)
        stands = tuple(
            Stand(one.real, one.handle, sandbox.add_account(one.handle).secret)
            for one in stands_for(settings_live.accounts)
        )
        copy = Copy(home, settings_live, stands, sandbox.url, "http://127.0.0.1:1")
        copy.write()
        office = Office(load(copy.environment({})))
        office.store.migrate()
        sync(office.store, office.settings)
        opened = Hall(copy, office, {}, 1)
        yield opened
        opened.close()


def test_the_register_is_copied_whole_and_the_credentials_are_not(
    live: dict[str, str], hall: Hall
) -> None:
    real, drill = load(live), hall.office.settings
    assert drill.people == real.people
    assert drill.rotas == real.rotas
    kept = {"tier", "owner", "publishers", "languages"}
    assert [one.model_dump(include=kept) for one in drill.accounts] == [
        one.model_dump(include=kept) for one in real.accounts
    ]
    assert [(one.platform, one.handle) for one in drill.accounts] == [
        ("x", "dept"), ("x", "dept_2"),
    ]  # fmt: skip
    assert {one.base_url for one in drill.accounts} == {hall.copy.platform}
    assert (drill.smtp, drill.notify, drill.drill is not None) == (None, None, True)
    text = (hall.copy.home / "amends.toml").read_text()
    assert not any(word in text for word in (SECRET, "X_LIVE", "NOTIFY", "postgres", "smtp"))


def test_a_process_of_a_drill_gets_nothing_that_is_not_on_a_short_list(
    live: dict[str, str], hall: Hall
) -> None:
    given = {**live, "PATH": "/bin", "PREFECT_API_URL": "x", "AWS_SECRET_ACCESS_KEY": SECRET}
    got = hall.copy.environment({**given, "AMENDS_DATABASE_URL": "postgresql://live"})
    ours = {name for name in got if name.startswith("DRILL_")}
    assert got.keys() - ours == {
        "PATH", "NO_PROXY", "no_proxy", "AMENDS_HOME", "AMENDS_CONFIG", "AMENDS_PREFECT",
    }  # fmt: skip
    assert got["AMENDS_HOME"] == str(hall.copy.home)
    assert SECRET not in "".join(got.values())


def test_a_variable_of_the_short_list_that_holds_a_live_secret_is_not_given(
    live: dict[str, str], hall: Hall
) -> None:
    config = Path(live["AMENDS_CONFIG"])
    config.write_text(config.read_text().replace("env:X_LIVE", "env:USER"))
    copy = Copy(hall.copy.home, load(live), (), "", "")
    assert "USER" not in copy.environment({"USER": SECRET})


def test_no_secret_of_the_live_installation_is_even_asked_for(
    live: dict[str, str], hall: Hall
) -> None:
    opened: list[str] = []
    watching = [True]

    def hear(event: str, about: tuple[object, ...]) -> None:
        if watching and event == "open":
            opened.append(str(about[0]))

    sys.addaudithook(hear)
    Copy(hall.copy.home, load(live), hall.copy.stands, hall.copy.platform, "http://x").write()
    load(hall.copy.environment(live))
    watching.clear()
    assert str(Path(live["AMENDS_CONFIG"])) in opened
    assert not any(path.endswith("secret") for path in opened)


def test_real_people_are_mailed_only_where_it_was_asked_for(hall: Hall) -> None:
    copy = Copy(
        hall.copy.home, hall.copy.live, hall.copy.stands, hall.copy.platform, "https://drill.example",
        "smtp://127.0.0.1:2525",
    )  # fmt: skip
    copy.write()
    settings = load(copy.environment({}))
    assert settings.smtp == "smtp://127.0.0.1:2525"
    assert settings.public_url == "https://drill.example"
    assert settings.texts_leave  # to the folder, and nowhere else


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (
            Wanted(by=DEE, smtp="smtp://u:p@mail.example", url="https://d"),
            "password",
        ),
        (Wanted(by=DEE, smtp="smtp://mail.example"), "--url"),
        (Wanted(by=DEE, smtp="mail.example", url="https://d"), "smtp://host:port"),
        (Wanted(by="nobody@dept.example"), "nobody@dept.example"),
        (Wanted(by=DEE, account="x/none"), "x/dept, mastodon/dept@social.example"),
        (Wanted(by=DEE, poster="bo@dept.example"), "bo@dept.example does not publish on x/dept"),
    ],
)
def test_what_cannot_be_held_says_why_and_leaves_no_folder(
    live: dict[str, str],
    wanted: Wanted,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in live.items():
        monkeypatch.setenv(name, value)
    assert hold(wanted, Terminal()) == holding.FAILED
    assert why in capsys.readouterr().err
    assert not (Path(live["AMENDS_HOME"]) / "drills").exists()


def test_a_drill_that_ends_early_is_reported_as_far_as_it_came(hall: Hall, tmp_path: Path) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    held = Held(datetime.now(), datetime.now(), "Dee Diaz", hall.copy.live, "")
    ended = holding._played(Wanted(), held, hall, Terminal(nobody))
    report = write(tmp_path, ended).read_text()
    assert "It was not reported. It was ended before it was closed." in report
    assert "How long it took" not in report
    assert "| Cy Chen | no phone, no deputy |" in report


def test_each_person_gets_a_token_of_their_own_but_hr(hall: Hall) -> None:
    poster = hall.register().person("ana@dept.example")
    assert poster is not None
    part = Part(hall.copy.stands[0], (Kind.FACTUAL,), poster)
    rehearsal = Rehearsal(hall, Terminal(), part, by_people=True)
    rehearsal._introduce("http://127.0.0.1/dept/status/1")
    folder = hall.copy.home.parent / "people"
    names = {path.name for path in folder.iterdir()}
    assert "ana@dept.example.sh" in names
    assert "hal@dept.example.sh" not in names
    text = (folder / "ana@dept.example.sh").read_text()
    assert text.startswith("# DRILL: ")
    token = text.rpartition("AMENDS_TOKEN=")[2].strip()
    with hall.office.store.read() as tx:
        holder = person_of(tx, token)
    assert holder is not None
    assert holder.email == "ana@dept.example"
    assert (folder / "ana@dept.example.sh").stat().st_mode & 0o077 == 0


def test_every_account_has_a_name_of_its_own_on_the_practice_platform() -> None:
    accounts = [
        AccountPart(platform=platform, handle=handle, owner="a@dept.example")
        for platform, handle in (
            ("mastodon", "dept@social.example"), ("bluesky", "dept.gov.uk"), ("x", "dept"),
            ("facebook", "A Very Long Name Indeed"), ("facebook", "a very long name of all"),
        )
    ]  # fmt: skip
    names = [one.handle for one in stands_for(accounts)]
    assert names == ["dept_2", "dept_gov_uk", "dept", "a_very_long_nam", "a_very_long__2"]
    assert len(set(names)) == len(names)


def test_log_ins_alone_are_asked_without_starting_anything(
    live: dict[str, str], trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in live.items():
        monkeypatch.setenv(name, value)
    answers = iter(("dee@dept.example", "no", "yes", "maybe", "yes", "no", "EVE@dept.example", ""))
    wanted = Wanted(custody_only=True)
    assert hold(wanted, Terminal(lambda _: next(answers))) == holding.DONE
    home = Path(live["AMENDS_HOME"])
    (folder,) = (home / "drills").iterdir()
    assert {one.name for one in folder.iterdir()} == {"report.md", "custody.json"}
    kept = json.loads((folder / "custody.json").read_text())
    assert kept["asked_by"] == "dee@dept.example"
    assert kept["accounts"] == [
        {"account": "x/dept", "can": ["ana@dept.example", "zoe@dept.example"],
         "cannot": ["cy@dept.example"]},
        {"account": "mastodon/dept@social.example", "can": ["eve@dept.example"],
         "cannot": ["cy@dept.example"]},
    ]  # fmt: skip
    assert trap.calls == 0


def settings_with(live: dict[str, str], custody: str) -> Settings:
    folder = Path(live["AMENDS_HOME"]) / "drills" / "2026-01-01-090000"
    folder.mkdir(parents=True)
    (folder / "custody.json").write_text(custody)
    return load(live)


@pytest.mark.parametrize(
    ("can", "asked_at", "verdict", "says"),
    [
        (["cy@dept.example", "ana@dept.example"], "2020-01-01T09:00:00Z", "warn", "1 January 2020"),
        (["cy@dept.example", "ana@dept.example"], "2020-01-01T09:00:00Z", "warn", "a quarter ago"),
        (["cy@dept.example", "gone@dept.example"], "2126-01-01T09:00:00Z", "warn", "not in [[peo"),
        (["cy@dept.example"], "2126-01-01T09:00:00Z", "warn", "a second person"),
        ([], "2126-01-01T09:00:00Z", "bad", "nobody"),
    ],
)
def test_the_doctor_says_when_log_ins_were_rehearsed_and_what_is_wrong(
    live: dict[str, str], can: list[str], asked_at: str, verdict: str, says: str
) -> None:
    answers = [{"account": "x/dept", "can": can}]
    asked = {"asked_at": asked_at, "asked_by": "dee@dept.example", "accounts": answers}
    settings = settings_with(live, json.dumps(asked))
    found = Custody(settings, Staff(settings)).of("x/dept")
    assert (found.verdict, found.topic) == (verdict, "log-ins")
    assert says in found.what


def test_the_doctor_says_where_nobody_was_asked_and_which_file_is_broken(
    live: dict[str, str],
) -> None:
    settings = load(live)
    assert "Nobody was ever asked" in Custody(settings, Staff(settings)).of("x/dept").what
    settings = settings_with(live, "{")
    found = Custody(settings, Staff(settings)).of("x/dept")
    assert (found.verdict, "custody.json cannot be read" in found.what) == (Verdict.BAD, True)
