"""The examination finds what is wrong and says what to do."""

import os
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from paper import Paper

from amends.doctor import Finding, Verdict, examine
from amends.doctor.machine import disk_of
from amends.sandbox import Sandbox

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv/share nfs4 rw 0 0
//server/disk /srv/share/win\\040dows cifs rw 0 0
"""


def _about(findings: list[Finding], about: str) -> list[Finding]:
    return [one for one in findings if one.about == about]


def _of(findings: list[Finding], about: str, topic: str) -> list[Finding]:
    return [one for one in _about(findings, about) if one.topic == topic]


def test_a_configuration_that_cannot_be_read_is_all_there_is_to_say(paper: Paper) -> None:
    (paper.home / "amends.toml").write_text("[organisation]\nname = 'x'\n", encoding="utf-8")
    (finding,) = examine()
    assert finding.verdict == Verdict.BAD
    assert "duty_officer" in finding.what


def test_a_role_that_does_not_exist_is_named_with_those_that_do(paper: Paper) -> None:
    config = paper.home / "amends.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("'auditor'", "'wizard'"), encoding="utf-8"
    )
    (finding,) = examine()
    assert "'wizard'" in finding.what
    assert "dtu-duty" in finding.what


def test_a_secret_that_is_missing_is_bad_and_says_where_to_put_it(paper: Paper) -> None:
    (finding,) = _of(examine(), "x/dept", "credentials")
    assert (finding.verdict, "env:X_DEPT" in finding.what) == (Verdict.BAD, True)


def test_credentials_that_work_are_well(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox().start()
    try:
        monkeypatch.setenv("X_DEPT", sandbox.add_account("dept", "Dept").secret)
        config = paper.home / "amends.toml"
        text = config.read_text(encoding="utf-8").replace("http://127.0.0.1:8931", sandbox.url)
        config.write_text(text, encoding="utf-8")
        (finding,) = _of(examine(), "x/dept", "credentials")
    finally:
        sandbox.stop()
    assert finding.verdict == Verdict.OK


def test_unfilled_roles_are_listed_with_who_is_asked_instead(paper: Paper) -> None:
    roles = _about(examine(), "roles")
    assert {one.verdict for one in roles} == {Verdict.WARN}
    assert any("media-office" in one.what and "press-duty" in one.what for one in roles)


def test_a_key_that_everybody_can_read_is_bad(paper: Paper) -> None:
    paper.office.content  # noqa: B018  (makes the key)
    os.chmod(paper.home / "keys" / "content.key", 0o644)
    found = {one.what for one in _about(examine(), "keys") if one.verdict == Verdict.BAD}
    assert any("chmod o=" in what for what in found)


def test_a_database_of_another_version_is_bad(paper: Paper) -> None:
    with paper.office.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    (finding,) = _about(examine(), "database")
    assert finding.verdict == Verdict.BAD


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/amends", "ext4"),
        ("/srv/share/amends", "nfs4"),
        ("/srv/share/win dows/amends", "cifs"),
    ],
)
def test_the_disk_is_the_nearest_mount(folder: str, kind: str) -> None:
    assert disk_of(Path(folder), MOUNTS) == kind


def test_tables_and_templates_are_well(paper: Paper) -> None:
    found = examine()
    for about in ("policy", "templates", "configuration"):
        assert [one.verdict for one in _about(found, about)] == [Verdict.OK]


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [("amends:right", Verdict.OK, "answers"), ("", Verdict.WARN, "PREFECT_API_AUTH_STRING")],
)
def test_a_prefect_with_a_password_is_asked_with_it(
    paper: Paper, monkeypatch: pytest.MonkeyPatch, given: str, verdict: Verdict, said: str
) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Guarded)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("AMENDS_PREFECT")
    monkeypatch.setenv("AMENDS_PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", given)
    try:
        (finding,) = _about(examine(), "prefect")
    finally:
        server.shutdown()
        server.server_close()
    assert (finding.verdict, said in finding.what) == (verdict, True)


class _Guarded(BaseHTTPRequestHandler):
    """Answers those who know the password."""

    def do_GET(self) -> None:
        wanted = "Basic " + b64encode(b"amends:right").decode()
        self.send_response(200 if self.headers["Authorization"] == wanted else 401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
