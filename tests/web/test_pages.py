"""Pages: their files, their errors, and what a browser is told to keep out."""

import re

import one_server
import pytest
from paper import Paper
from served import Served
from sqlalchemy.exc import OperationalError

from models.store import Store
from templates.assets import STATIC, assets

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NUMBER = "+44 20 7946 0000"


web, paper = one_server.web, one_server.paper


def test_a_page_names_files_that_are_there_and_may_be_kept_for_good(web: Served) -> None:
    page = web.call("GET", "/", headers=BROWSER).text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) == 4
    for file in files:
        answer = web.call("GET", file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_a_script_finds_the_one_that_it_imports_beside_it(web: Served) -> None:
    page = web.call("GET", "/", headers=BROWSER).text
    script = re.findall(r'src="([^"]+)amends.js"', page)[0]
    assert 'from "./govuk.js"' in web.call("GET", f"{script}amends.js").text
    assert (
        web.call("GET", f"{script}govuk.js").headers["content-type"].startswith("text/javascript")
    )


def test_a_file_of_another_version_is_not_kept(web: Served) -> None:
    answer = web.call("GET", "/static/0000/amends.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert web.call("GET", "/static/0000/../page.py").status_code == 404
    assert web.call("GET", "/static/0000/nothing.css").status_code == 404


def test_nothing_of_gov_uk_alone_is_served() -> None:
    for name, asset in assets().items():
        text = asset.content.decode("utf-8")
        assert not re.search(r"Transport|url\(|(?<!govuk-)crest\b", text), name
    assert not [path for path in STATIC.rglob("*") if path.suffix in (".woff", ".woff2", ".ttf")]


def test_no_page_has_anything_inline() -> None:
    for template in (STATIC.parent / "pages").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<style|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=|javascript:", text)
        assert not re.search(r"\|\s*safe\b", text), template.name


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_error_is_a_page_for_a_browser_and_says_whom_to_phone(web: Served, method: str) -> None:
    answer = web.call(method, "/nothing-here", headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address" in answer.text
    assert NUMBER in answer.text


def test_a_program_gets_a_problem_at_the_same_address(web: Served) -> None:
    answer = web.call("GET", "/nothing-here")
    assert answer.headers["content-type"] == "application/problem+json"
    api = web.call("GET", "/api/v1/nothing", headers=BROWSER)
    assert api.headers["content-type"] == "application/problem+json"


def test_a_page_that_fails_tells_nothing_and_says_what_to_do(
    web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr("amends.web.public.notice_of_link", fail)
    answer = web.call("GET", "/ack/some-link", headers=BROWSER)
    assert (answer.status_code, "canary" in answer.text) == (500, False)
    assert "Something went wrong here" in answer.text
    assert NUMBER in answer.text


def test_without_a_database_a_page_still_says_whom_to_phone(
    web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", None, Exception("gone"))

    monkeypatch.setattr(Store, "read", gone)
    answer = web.call("GET", "/ack/some-link", headers=BROWSER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Amends cannot keep anything just now" in answer.text
    assert NUMBER in answer.text


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_another_site_sends_is_refused(web: Served, headers: dict[str, str]) -> None:
    answer = web.call("POST", "/ack/some-link", headers=headers | BROWSER)
    assert answer.status_code == 403
    assert NUMBER in answer.text
    assert web.call("GET", "/ack/some-link", headers=headers).status_code == 404


def test_what_our_own_page_sends_is_taken(web: Served, paper: Paper) -> None:
    for origin in (web.url, paper.office.settings.public_url):
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"} | BROWSER
        assert web.call("POST", "/ack/some-link", headers=headers).status_code == 404


def test_where_it_is_reached_by_https_a_browser_keeps_to_that(
    web: Served, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "strict-transport-security" not in web.call("GET", "/healthz").headers
    monkeypatch.setattr(paper.office.settings, "public_url", "https://amends.dept.example")
    assert "strict-transport-security" in web.call("GET", "/healthz").headers
