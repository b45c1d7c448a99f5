"""The web process starts without Prefect, and cannot come by a platform token: it has none, it is
handed none, and it can read no file that holds one."""

import json
import re
import sys
from pathlib import Path

import httpx
import pytest
from paper import ANA, DEE, Paper
from served import Served
from web_alone import ASK, BLOCKED, TRY_ALL, blocked, environment, in_memory_of, python, web_alone

from amends.doctor.findings import Verdict
from amends.doctor.machine import examine
from amends.settings import load
from amends.withheld import without_credentials

IN_VARIABLE, IN_FILE, IN_MAIL = "canary-variable", "canary-file", "canary-mail"
IN_PREFECT, IN_FOLDER = "canary-prefect", "canary-folder"
GIVEN_BY_SLIP = {
    "X_DEPT": IN_VARIABLE,
    "AMENDS_MAIL_SMTP": f"smtp://amends:{IN_MAIL}@127.0.0.1:2525",
    "PREFECT_API_AUTH_STRING": IN_PREFECT,
    "AMENDS_TOKEN": "canary-token",
}
DEPLOY = Path(__file__).parents[2] / "docs" / "how-to" / "deploy.md"


@pytest.fixture
def secret_file(paper: Paper) -> Path:
    """What @embassy's credentials are in; it belongs to another user."""
    path = paper.home / "embassy.json"
    path.write_text(IN_FILE, encoding="utf-8")
    path.chmod(0o000)
    config = paper.home / "amends.toml"
    said = config.read_text(encoding="utf-8").replace("env:X_EMBASSY", f"file:{path}")
    config.write_text(said, encoding="utf-8")
    return path


@pytest.fixture
def hiding(tmp_path: Path) -> Path:
    """A Python on which Prefect and the platforms' libraries are not installed."""
    return blocked(tmp_path / "hiding")


def test_the_blocking_blocks(paper: Paper, hiding: Path) -> None:
    done = python(environment(paper, hiding), "-c", TRY_ALL)
    assert done.stdout.split() == list(BLOCKED), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_works_without_prefect_and_puts_down_what_it_was_given_by_a_slip(
    paper: Paper, web: Served, hiding: Path, secret_file: Path
) -> None:
    token, visitor = web.token(ANA), web.browser(DEE)
    environ = environment(paper, hiding, **GIVEN_BY_SLIP)
    with web_alone(environ, paper.home / "web.log") as (pid, url):
        with httpx.Client(base_url=url, trust_env=False) as person:
            sent = person.post(
                "/api/v1/incidents",
                json={"post_url": paper.link(), "kinds": ["typo"]},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert sent.status_code == 202
            seen = person.get(f"/i/{sent.json()['reference']}", cookies=visitor.cookies)
            assert (seen.status_code, "@dept" in seen.text) == (200, True)
        environ_now = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"canary" not in environ_now
        assert b"AMENDS_MAIL_SMTP=smtp://127.0.0.1:2525\0" in environ_now
        assert in_memory_of(pid, b"Department for Examples")  # what is there is found
        assert not in_memory_of(pid, b"canary-")
    assert "prefect" not in (paper.home / "web.log").read_text(encoding="utf-8").lower()


def test_who_takes_it_over_can_read_no_token(paper: Paper, hiding: Path, secret_file: Path) -> None:
    given = environment(paper, hiding, **GIVEN_BY_SLIP)
    settings = load(given)
    as_web = python(without_credentials(settings, given), "-c", ASK)
    assert as_web.stdout.split() == ["None", "None"], as_web.stderr
    secret_file.chmod(0o400)
    as_engine = python(given, "-c", ASK)
    assert as_engine.stdout.split() == [IN_VARIABLE, IN_FILE], as_engine.stderr


def test_a_file_that_others_can_read_is_found(paper: Paper, secret_file: Path) -> None:
    settings = load(
        {"AMENDS_HOME": str(paper.home), "AMENDS_CONFIG": str(paper.home / "amends.toml")}
    )
    secret_file.chmod(0o640)
    (found,) = [one for one in examine(settings) if one.about == "credentials"]
    assert (found.verdict, str(secret_file) in found.what) == (Verdict.BAD, True)
    secret_file.chmod(0o600)
    assert [one for one in examine(settings) if one.about == "credentials"] == []


def _units() -> dict[str, str]:
    """The units of the guide, by their name."""
    said = DEPLOY.read_text(encoding="utf-8")
    found = re.findall(r"system/(amends-\w+)\.service`[^`]*```ini\n(.*?)```", said, re.DOTALL)
    return dict(found)


def _of(unit: str, key: str) -> set[str]:
    return set(re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE))


def test_the_guide_hands_credentials_to_the_engine_alone() -> None:
    units = _units()
    assert set(units) == {"amends-web", "amends-engine", "amends-prefect"}
    users = [_of(unit, "User") for unit in units.values()]
    assert all(len(one) == 1 for one in users)
    assert len(set.union(*users)) == len(users)
    web, engine = units["amends-web"], units["amends-engine"]
    assert _of(web, "EnvironmentFile") == {"/etc/amends/environment"}
    assert "LoadCredential" not in web
    assert _of(engine, "EnvironmentFile") > _of(web, "EnvironmentFile")
    assert _of(engine, "LoadCredential")
    (shared,) = re.findall(
        r"`/etc/amends/environment` \(the same\):\n\n```ini\n(.*?)```", DEPLOY.read_text("utf-8"),
        re.DOTALL,
    )  # fmt: skip
    given = dict(line.split("=", 1) for line in shared.split())
    assert "install -d -m 0700 /etc/amends-prefect /etc/amends-secrets" in DEPLOY.read_text("utf-8")
    assert not set(given) & {"AMENDS_MAIL_SMTP", "PREFECT_API_AUTH_STRING", "AMENDS_TOKEN"}
    assert json.dumps(given).count("PASSWORD") == 1  # the database's


@pytest.mark.parametrize(("secret", "stays"), [("credential:oidc", True), ("env:OIDC", False)])
def test_the_folder_of_secrets_stays_where_its_own_secret_is_in_it(
    paper: Paper, secret: str, stays: bool
) -> None:
    config = paper.home / "amends.toml"
    part = f'[oidc]\nissuer = "https://id.example"\nclient_id = "a"\nclient_secret = "{secret}"\n'
    config.write_text(f"{config.read_text()}\n{part}")
    given = {
        "AMENDS_HOME": str(paper.home),
        "AMENDS_CONFIG": str(config),
        "CREDENTIALS_DIRECTORY": "/run/credentials/amends-web",
    }
    assert ("CREDENTIALS_DIRECTORY" in without_credentials(load(given), given)) == stays
