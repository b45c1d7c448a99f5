"""The practice platform is as strict as X, so that what works here may work there."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine
from requests_oauthlib import OAuth1
from tweepy import Client

from amends.sandbox import Credentials, Sandbox
from integrations.platforms.bounded import Answered, bound
from integrations.platforms.bounded_connection import Bounds


def _client(sandbox: Sandbox, credentials: Credentials) -> Client:
    client = Client(
        consumer_key=credentials.consumer_key,
        consumer_secret=credentials.consumer_secret,
        access_token=credentials.access_token,
        access_token_secret=credentials.access_token_secret,
        return_type=requests.Response,
    )
    bound(client.session, Bounds(), sandbox.url)
    return client


@pytest.fixture
def dept(sandbox: Sandbox) -> Client:
    return _client(sandbox, sandbox.add_account("dept", "Dept for Examples"))


def _refused(status: int, call: object, *args: object, **kwargs: object) -> dict[str, object]:
    with pytest.raises(Answered) as answered:
        call(*args, user_auth=True, **kwargs)
    assert answered.value.status == status
    return json.loads(answered.value.body) | {"headers": answered.value.headers}


@pytest.mark.parametrize(
    "part", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"]
)
def test_one_wrong_part_of_a_token_is_enough_to_be_turned_away(sandbox: Sandbox, part: str) -> None:
    credentials = replace(sandbox.add_account("dept"), **{part: "wrong"})
    _refused(401, _client(sandbox, credentials).get_me)


def test_a_request_changed_after_signing_is_turned_away(sandbox: Sandbox, dept: Client) -> None:
    post = sandbox.add_post("dept", "Hello")
    signed = requests.Request(
        "GET", "https://api.twitter.com/2/tweets/1", auth=_signer(dept)
    ).prepare()
    signed.url = f"{sandbox.url}/2/tweets/{post.id}"
    assert requests.Session().send(signed).status_code == 401


def _signer(client: Client) -> OAuth1:
    return OAuth1(
        client.consumer_key,
        client.consumer_secret,
        client.access_token,
        client.access_token_secret,
    )


def test_an_old_signature_is_turned_away(sandbox: Sandbox, dept: Client) -> None:
    post = sandbox.add_post("dept", "Hello")
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2)):
        signed = requests.Request(
            "DELETE", f"https://api.twitter.com/2/tweets/{post.id}", auth=_signer(dept)
        ).prepare()
    signed.url = f"{sandbox.url}/2/tweets/{post.id}"
    assert requests.Session().send(signed).status_code == 401
    assert sandbox.live_posts("dept")


def test_a_text_of_281_is_turned_down(sandbox: Sandbox, dept: Client) -> None:
    dept.create_tweet(text="漢" * 140, user_auth=True)
    _refused(400, dept.create_tweet, text="漢" * 140 + "a")
    _refused(400, dept.create_tweet, text="  ")


def test_a_link_counts_23(sandbox: Sandbox, dept: Client) -> None:
    link = "https://www.gov.uk/" + "a" * 200
    dept.create_tweet(text="b" * 256 + " " + link, user_auth=True)
    _refused(400, dept.create_tweet, text="b" * 257 + " " + link)


def test_the_same_text_is_turned_down_while_the_first_is_up(sandbox: Sandbox, dept: Client) -> None:
    dept.create_tweet(text="We are sorry.", user_auth=True)
    answer = _refused(403, dept.create_tweet, text=" We are sorry. ")
    assert answer["detail"] == "You are not allowed to create a Tweet with duplicate content."
    dept.delete_tweet(sandbox.live_posts("dept")[0].id, user_auth=True)
    dept.create_tweet(text="We are sorry.", user_auth=True)
    assert len(sandbox.everything_ever("dept")) == 2


def test_the_same_text_from_many_at_once_is_posted_once(sandbox: Sandbox, dept: Client) -> None:
    def post(_: int) -> None:
        with contextlib.suppress(Answered):
            dept.create_tweet(text="We are sorry.", user_auth=True)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(post, range(12)))
    assert sorted(call.outcome for call in sandbox.calls("create")) == ["201", *["403"] * 11]
    assert len(sandbox.everything_ever("dept")) == 1


def test_another_accounts_post_is_not_ours_to_delete(sandbox: Sandbox, dept: Client) -> None:
    sandbox.add_account("somebody")
    post = sandbox.add_post("somebody", "Hello")
    _refused(403, dept.delete_tweet, post.id)
    assert sandbox.live_posts("somebody") == [post]


def test_deleting_again_is_404(sandbox: Sandbox, dept: Client) -> None:
    post = sandbox.add_post("dept", "Hello")
    assert dept.delete_tweet(post.id, user_auth=True).json() == {"data": {"deleted": True}}
    _refused(404, dept.delete_tweet, post.id)


def test_a_deleted_post_is_200_with_errors_and_no_data(sandbox: Sandbox, dept: Client) -> None:
    post = sandbox.add_post("dept", "Hello")
    dept.delete_tweet(post.id, user_auth=True)
    answer = dept.get_tweet(post.id, user_auth=True)
    assert answer.status_code == 200
    assert set(answer.json()) == {"errors"}


@pytest.mark.parametrize(("verb", "limit"), [("delete_tweet", 50), ("create_tweet", 100)])
def test_the_limit_of_fifteen_minutes_is_kept(
    sandbox: Sandbox, dept: Client, verb: str, limit: int
) -> None:
    def call(number: int) -> requests.Response:
        if verb == "create_tweet":
            return dept.create_tweet(text=f"Post {number}", user_auth=True)
        return dept.delete_tweet(sandbox.add_post("dept", "Hello").id, user_auth=True)

    left = [call(number).headers["x-rate-limit-remaining"] for number in range(limit)]
    assert left[-1] == "0"
    with pytest.raises(Answered) as answered:
        call(limit)
    assert answered.value.status == 429
    reset = int(answered.value.headers["x-rate-limit-reset"]) - datetime.now(UTC).timestamp()
    assert 880 < reset <= 900


def test_without_limits_there_are_none() -> None:
    with Sandbox(limits=False) as sandbox:
        dept = _client(sandbox, sandbox.add_account("dept"))
        for number in range(120):
            dept.create_tweet(text=f"Post {number}", user_auth=True)
        assert len(sandbox.live_posts("dept")) == 120


def test_the_timeline_comes_in_pages_newest_first(sandbox: Sandbox, dept: Client) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for hour in range(12):
        sandbox.add_post("dept", f"Post {hour}", created_at=start + timedelta(hours=hour))
    user_id = dept.get_me(user_auth=True).json()["data"]["id"]
    wanted = {"start_time": start + timedelta(hours=2), "max_results": 5, "user_auth": True}
    texts, token = [], None
    for _ in range(3):
        page = dept.get_users_tweets(user_id, pagination_token=token, **wanted).json()
        texts += [post["text"] for post in page.get("data", [])]
        token = page["meta"].get("next_token")
        if token is None:
            break
    assert texts == [f"Post {hour}" for hour in range(11, 1, -1)]


def test_only_what_is_asked_for_is_shown(sandbox: Sandbox, dept: Client) -> None:
    post = sandbox.add_post("dept", "Hello")
    shown = dept.get_tweet(post.id, user_auth=True).json()
    assert set(shown) == {"data"}
    assert set(shown["data"]) == {"id", "text", "edit_history_tweet_ids"}


def test_links_are_wrapped_and_signs_escaped_as_x_does(sandbox: Sandbox, dept: Client) -> None:
    text = "A & b <c> at https://gov.uk/x?y=1&z=2."
    post = sandbox.add_post("dept", text)
    shown = dept.get_tweet(post.id, user_auth=True, tweet_fields=["entities"]).json()["data"]
    (link,) = shown["entities"]["urls"]
    assert shown["text"] == f"A &amp; b &lt;c&gt; at {link['url']}."
    assert shown["text"][link["start"] : link["end"]] == link["url"]
    assert link["expanded_url"] == "https://gov.uk/x?y=1&z=2"
