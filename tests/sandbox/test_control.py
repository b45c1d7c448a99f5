"""The practice platform is seeded, made to fail and counted over HTTP as in the process."""

import base64
from datetime import UTC, datetime

import pytest
import requests

from amends.sandbox import Picture, Sandbox
from amends.sandbox.faults import TROUBLES, VERBS

CREDENTIALS = {
    "consumer_key": "a",
    "consumer_secret": "b",
    "access_token": "c",
    "access_token_secret": "d",
}


def test_an_account_is_opened_with_the_credentials_given(sandbox: Sandbox) -> None:
    body = {"handle": "embassy", "name": "Embassy", "credentials": CREDENTIALS}
    answer = requests.post(f"{sandbox.url}/sandbox/accounts", json=body)
    assert answer.status_code == 201
    assert answer.json()["credentials"] == CREDENTIALS
    account = sandbox.timeline.by_token("c")
    assert account is not None
    assert account.handle == "embassy"


def test_an_account_may_be_given_credentials_of_its_own(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/accounts", json={"handle": "@embassy"})
    assert len(set(answer.json()["credentials"].values())) == 4


def test_a_post_is_put_there_with_its_pictures_and_its_time(sandbox: Sandbox) -> None:
    body = {
        "handle": "dept",
        "text": "Hello",
        "created_at": "2026-11-01T10:00:00Z",
        "media": [{"content_base64": base64.b64encode(b"png").decode(), "alt_text": "A map"}],
    }
    answer = requests.post(f"{sandbox.url}/sandbox/posts", json=body)
    (post,) = sandbox.live_posts("dept")
    assert answer.json() == {"id": post.id, "url": f"{sandbox.url}/dept/status/{post.id}"}
    assert post.created_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert post.pictures == (Picture(b"png", "image/png", "A map"),)
    picture = requests.get(f"{sandbox.url}/media/{post.id}/0.png")
    assert (picture.content, picture.headers["Content-Type"]) == (b"png", "image/png")


def test_faults_are_laid_up_in_order_counted_and_cleared(sandbox: Sandbox) -> None:
    post = sandbox.add_post("dept", "Hello")

    def look() -> int:
        query = {"url": post.url}
        return requests.get(f"{sandbox.url}/oembed", params=query).status_code

    faults = f"{sandbox.url}/sandbox/faults"
    requests.post(faults, json={"verb": "oembed", "fault": "500-before", "times": 2, "after": 1})
    requests.post(faults, json={"verb": "*", "fault": "429"})
    assert [look() for _ in range(5)] == [200, 500, 500, 429, 200]
    requests.post(faults, json={"verb": "oembed", "fault": "500-before", "times": None})
    assert [look() for _ in range(3)] == [500, 500, 500]
    requests.delete(faults)
    assert look() == 200


def test_every_call_is_written_down(sandbox: Sandbox) -> None:
    sandbox.fail("oembed", "login-wall-200")
    requests.get(f"{sandbox.url}/oembed")
    requests.get(f"{sandbox.url}/oembed")
    calls = requests.get(f"{sandbox.url}/sandbox/calls").json()["calls"]
    assert [(call["verb"], call["outcome"], call["signed"]) for call in calls] == [
        ("oembed", "login-wall-200", False),
        ("oembed", "404", False),
    ]


def test_latency_is_waited_for(sandbox: Sandbox) -> None:
    requests.post(f"{sandbox.url}/sandbox/latency", json={"seconds": 0.2})
    answer = requests.get(f"{sandbox.url}/oembed")
    assert answer.elapsed.total_seconds() >= 0.2


def test_deleted_posts_are_still_counted(sandbox: Sandbox) -> None:
    post = sandbox.add_post("dept", "Hello")
    sandbox.timeline.delete(post)
    (shown,) = requests.get(f"{sandbox.url}/sandbox/posts").json()["posts"]
    assert shown["deleted_at"]
    assert sandbox.live_posts("dept") == []
    assert sandbox.everything_ever("dept") == [post]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", "{}"),
        ("accounts", "not JSON"),
        ("accounts", '{"handle": "a", "colour": "red"}'),
        ("posts", '{"handle": "nobody", "text": "Hello"}'),
        ("posts", '{"handle": "dept", "text": "Hello", "edit_of": "1"}'),
        ("faults", '{"verb": "create", "fault": "no-such-fault"}'),
        ("faults", '{"verb": "no-such-verb", "fault": "429"}'),
        ("latency", '{"seconds": "long"}'),
    ],
)
def test_a_control_that_cannot_be_followed_says_why(sandbox: Sandbox, path: str, body: str) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/{path}", data=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_is_not_there_is_404(sandbox: Sandbox) -> None:
    for path in ("/sandbox/nothing", "/2/nothing", "/a/b/c/d", "/../etc/passwd"):
        assert requests.get(sandbox.url + path).status_code == 404
    assert requests.post(sandbox.url + "/", json={}).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fault", TROUBLES)
def test_every_fault_can_be_laid_up_for_every_verb(sandbox: Sandbox, verb: str, fault: str) -> None:
    sandbox.fail(verb, fault)
    assert sandbox.faults.next(verb).trouble is TROUBLES[fault]
    assert sandbox.faults.next(verb) is None
