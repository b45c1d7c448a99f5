"""A drill is seen to be one wherever a person looks, and reaches nothing that is real."""

import email.policy
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import httpx
import pytest
from department import ANA, DEE, PEOPLE, Department, open_department, settings_of
from organisation import ORGANISATION
from served import serve

from amends.settings import SettingsError
from flows.refusals import BadRequestError
from models.words import Circumstance, Kind, StatementState, Wait

SAYS = "This is a drill. Do nothing on a real account."
IS_A_DRILL = f'[drill]\nsays = "{SAYS}"\n'
WITH_PHONE = PEOPLE.replace(f'"{DEE}"\n', f'"{DEE}"\nphone = "+447700900123"\n', 1)
PAGES = ("/", "/sign-in", "/ack/nobody")
AN_ACCOUNT = """
[[accounts]]
handle = "live"
owner = "ana@dept.example"
credentials = "env:LIVE"
"""


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Department]:
    """A department in which everything is a drill; no engine runs yet."""
    opened = open_department(tmp_path, people=WITH_PHONE, more_accounts=IS_A_DRILL)
    yield opened
    opened.close()


def test_all_that_a_drill_publishes_and_sends_says_so_first(drill: Department) -> None:
    drill.start_engine()
    link = drill.post("DRILL: The fund opens on 3 May.")
    reference = drill.report_wrong_fact(link, circumstances=(Circumstance.PEOPLE_MAY_ACT,))
    assert reference.startswith("DRILL-")

    (statement,) = drill.until_waiting(reference, Wait.CLEARANCE).statements
    cleared = drill.text_of(statement)
    assert "DRILL" not in cleared  # what is checked and cleared is what a live incident has
    drill.clear(reference)
    drill.until(reference, lambda seen: seen.statements[0].state == StatementState.PUBLISHED)
    (said,) = drill.sandbox.live_posts("dept")
    assert said.text == f"DRILL: {cleared}"

    drill.finish(reference)
    assert drill.mail.to(DEE)
    for message in drill.mail.messages:
        whole = message_from_bytes(message.as_bytes(), policy=email.policy.default)
        assert str(whole["Subject"]).startswith("DRILL: ")
        for part in ("plain", "html"):
            body = whole.get_body((part,))
            assert body is not None
            assert f"DRILL: {SAYS}" in " ".join(body.get_content().split())

    # Mails left by the real server of this test; texts stay in the folder whatever mails do.
    texts = [path.read_text() for path in (drill.home / "outbox").glob("*.txt")]
    assert texts
    assert all(one.partition("\n\n")[2].startswith(f"DRILL: {SAYS}") for one in texts)


def test_each_page_and_each_answer_of_a_drill_says_so(drill: Department) -> None:
    web = serve(drill)
    try:
        for path in PAGES:
            page = web.call("GET", path)
            assert "<title>DRILL: " in page.text
            assert f"<strong>DRILL</strong> {SAYS}" in page.text
            assert page.headers["amends-drill"] == "yes"
        assert web.get("/incidents", ANA).headers["amends-drill"] == "yes"
        assert web.get("/nothing", ANA).headers["amends-drill"] == "yes"
        assert web.get("/openapi.json").json()["info"]["title"] == "DRILL: Amends"
    finally:
        web.close()


def test_a_real_post_is_not_even_looked_at_in_a_drill(drill: Department) -> None:
    for link in ("https://x.com/dept/status/1", "https://social.example/@dept/1", "https://[bad"):
        with pytest.raises(BadRequestError, match="This is a drill"):
            drill.report(link, Kind.FACTUAL)


def test_the_practice_platform_of_a_drill_says_so(drill: Department) -> None:
    drill.sandbox.drill = True
    link = drill.post("Anything.")
    for url in (link, drill.sandbox.url):
        page = httpx.get(url, trust_env=False).text
        assert "<title>DRILL: " in page
        assert "<strong>DRILL</strong>" in page


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('[database]\nurl = "postgresql://127.0.0.1/live"', "a database of its own"),
        ('[[chats]]\nname = "team"\nrole = "dtu"\nurl = "env:CHAT"', r"\[\[chats\]\]"),
        ('[notify]\nkey = "env:KEY"', r"\[notify\]"),
        (f'{AN_ACCOUNT}platform = "x"', "credentials of a real account"),
        (
            f'{AN_ACCOUNT}platform = "mastodon"\nbase_url = "https://social.example"',
            "credentials of a real account",
        ),
    ],
)
def test_a_drill_that_could_reach_anything_real_does_not_start(
    tmp_path: Path, more: str, why: str
) -> None:
    (tmp_path / "amends.toml").write_text(f"{ORGANISATION}{IS_A_DRILL}{more}\n")
    with pytest.raises(SettingsError, match=why):
        settings_of(tmp_path, {})


def test_a_live_database_in_the_environment_stops_a_drill(tmp_path: Path) -> None:
    (tmp_path / "amends.toml").write_text(f"{ORGANISATION}{IS_A_DRILL}\n")
    with pytest.raises(SettingsError, match="a database of its own"):
        settings_of(tmp_path, {"AMENDS_DATABASE_URL": "postgresql://127.0.0.1/live"})
