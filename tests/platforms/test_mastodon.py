"""What Mastodon has and others have not: audiences, warnings, instances with rules of their own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fault_proxy import FaultProxy, Reply
from mastodon_stage import BOUNDS, DIALECT, JSON, MastodonStage, instance, open_stage
from stages import words

from integrations.errors import NotAuthorised, NotSent, NotSupported, OutcomeUnknown, Refused
from integrations.platforms.base import Connection
from integrations.platforms.mastodon import Mastodon
from integrations.platforms.mastodon_media import downloads, wanted
from integrations.platforms.mastodon_shapes import MediaShape
from integrations.platforms.mastodon_stranger import MastodonStranger
from integrations.platforms.registry import STRANGERS, connect
from models.words import Audience, Presence


@pytest.fixture
def stage() -> Iterator[MastodonStage]:
    with open_stage() as stage:
        assert isinstance(stage, MastodonStage)
        yield stage


AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "private": Audience.FOLLOWERS,
    "direct": Audience.NAMED,
}


@pytest.mark.parametrize("visibility", AUDIENCES)
def test_who_could_see_a_post_and_its_warning_are_captured(
    stage: MastodonStage, visibility: str
) -> None:
    post_id = stage.post("The bridge fell", visibility=visibility, spoiler_text="An accident")
    kept = stage.platform.capture(post_id)
    assert kept is not None
    assert (kept.audience, kept.warning) == (AUDIENCES[visibility], "An accident")


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_post_that_strangers_never_saw_is_gone_to_them_and_there_for_us(
    stage: MastodonStage, visibility: str
) -> None:
    post_id = stage.post("For followers", visibility=visibility)
    assert stage.platform.presence(post_id, public=True) is Presence.GONE
    assert stage.platform.presence(post_id, public=False) is Presence.PRESENT


@pytest.mark.parametrize(
    ("audience", "visibility"),
    [
        (Audience.PUBLIC, "public"),
        (Audience.UNLISTED, "unlisted"),
        (Audience.FOLLOWERS, "private"),
    ],
)
def test_words_go_to_those_who_saw_the_mistake_whatever_the_account_is_set_to(
    stage: MastodonStage, audience: Audience, visibility: str
) -> None:
    stage.set_default_privacy("direct")
    published = stage.platform.publish(replace(words("We are sorry."), audience=audience))
    assert stage.visibility(published.remote_id) == visibility


def test_words_for_the_people_named_are_a_persons_to_send(stage: MastodonStage) -> None:
    with pytest.raises(NotSupported) as unsupported:
        stage.platform.publish(replace(words("We are sorry."), audience=Audience.NAMED))
    assert unsupported.value.code == "not-public"
    assert stage.calls("create") == 0


def test_words_are_published_in_their_language_without_a_warning(stage: MastodonStage) -> None:
    published = stage.platform.publish(replace(words("Mae’n ddrwg gennym."), language="cy"))
    kept = stage.platform.capture(published.remote_id)
    assert kept is not None
    assert b'"language":"cy"' in kept.raw
    assert kept.warning is None


def test_a_key_whose_post_was_deleted_is_refused_and_makes_no_second_post(
    stage: MastodonStage,
) -> None:
    sorry = words("We are sorry.")
    stage.platform.delete(stage.platform.publish(sorry).remote_id)
    with pytest.raises(Refused):
        stage.platform.publish(sorry)
    assert stage.live() == []


def test_nothing_is_published_with_the_token_of_another(stage: MastodonStage) -> None:
    mistaken = stage.with_the_token_of_another()
    with pytest.raises(NotAuthorised) as refused:
        mistaken.publish(words("We are sorry."))
    assert refused.value.code == "another-account"
    assert stage.calls("create") == 0


@pytest.mark.parametrize("fault", ["reset-before", "hang", "500-before", "malformed"])
def test_a_reading_that_failed_before_the_act_is_an_act_that_was_not_sent(
    stage: MastodonStage, fault: str
) -> None:
    post_id = stage.post("A mistake")
    version = stage.version(post_id)
    stage.fail("me", fault)
    with pytest.raises(NotSent):
        stage.platform.publish(words("We are sorry."))
    stage.fail("get", fault)
    with pytest.raises(NotSent):
        stage.platform.delete(post_id, version)
    assert (stage.calls("create"), stage.calls("delete")) == (0, 0)
    assert stage.live() == ["A mistake"]


def test_each_version_of_an_edited_post_is_captured_with_its_words(stage: MastodonStage) -> None:
    post_id = stage.post("The fund opens on 3 May")
    first = stage.version(post_id)
    stage.edit(post_id, "The fund opens on 4 May")
    second = stage.version(post_id)
    kept = stage.platform.capture(post_id)
    assert kept is not None
    assert kept.version == second
    assert kept.edit_chain == (
        f"{first} The fund opens on 3 May",
        f"{second} The fund opens on 4 May",
    )


def test_names_of_other_instances_are_captured_with_their_domains(stage: MastodonStage) -> None:
    text = "Ask @press@dept.example, @somebody or press@dept.example"
    kept = stage.platform.capture(stage.post(text))
    assert kept is not None
    assert kept.text == text


def test_an_edit_repeats_what_mastodon_would_otherwise_drop(stage: MastodonStage) -> None:
    post_id = stage.post("A mistke", picture=b"png", spoiler_text="A warning", sensitive="1")
    stage.platform.edit(post_id, words("A mistake"))
    (sent,) = stage.sent("edit")
    (media_id,) = sent.pop("media_ids[]")
    assert media_id.isdecimal()
    assert sent == {"status": ["A mistake"], "spoiler_text": ["A warning"], "sensitive": ["1"]}


def test_a_post_with_a_poll_is_not_edited(stage: MastodonStage) -> None:
    post_id = stage.post_with_poll("Is it so?", "Yes", "No")
    with pytest.raises(Refused) as refused:
        stage.platform.edit(post_id, words("Is it not so?"))
    assert refused.value.code == "has-a-poll"
    assert stage.calls("edit") == 0


def test_a_boost_of_the_same_words_is_not_our_own_post(stage: MastodonStage) -> None:
    sorry = words("We are sorry.")
    since = datetime.now(UTC)
    stage.boost(stage.post_by_another("We are sorry."))
    assert stage.platform.find_published(sorry, since) == ()


def test_a_boost_is_known_where_the_instance_shows_it_all_the_same(stage: MastodonStage) -> None:
    boost = {
        "id": "7",
        "account": {"id": "1", "acct": stage.handle},
        "content": "<p>We are sorry.</p>",
        "created_at": datetime.now(UTC).isoformat(),
        "reblog": {"id": "6"},
    }
    says = Reply(200, json.dumps([boost]).encode(), (JSON,))
    with FaultProxy(instance().base_url, replace(DIALECT, lie=lambda _verb, _asked: says)) as proxy:
        proxy.fail("timeline", "lying-200")
        platform = stage.connect(stage.credentials, base_url=proxy.url)
        assert platform.find_published(words("We are sorry."), datetime.now(UTC)) == ()
        platform.close()


@pytest.mark.parametrize("public", [False, True])
def test_only_mastodons_own_404_means_gone(stage: MastodonStage, public: bool) -> None:
    """A web server before the instance says 404 too, when it has lost its way."""
    post_id = stage.post("A mistake")
    page = Reply(404, b"<html><title>404 Not Found</title>", (("Content-Type", "text/html"),))
    with FaultProxy(instance().base_url, replace(DIALECT, refusal=lambda _: page)) as lost:
        lost.fail("public" if public else "get", "not-found-404")
        platform = stage.connect(stage.credentials, base_url=lost.url)
        assert platform.presence(post_id, public=public) is Presence.UNKNOWN
        lost.fail("get", "not-found-404")
        with pytest.raises(Refused):
            platform.capture(post_id)
        platform.close()


def test_an_instance_closed_to_strangers_leaves_it_unknown(stage: MastodonStage) -> None:
    post_id = stage.post("A mistake")
    stage.fail("public", "unauthorised-401")
    stranger = STRANGERS["mastodon"](stage.handle, stage.proxy.url)
    assert stranger.presence(post_id) is Presence.UNKNOWN
    assert stranger.presence(post_id) is Presence.PRESENT
    stranger.close()


def test_without_an_instance_nobody_knows_where_to_look() -> None:
    assert MastodonStranger("dept").presence("1") is Presence.UNKNOWN
    platform = connect(Connection("mastodon", "dept", '{"access_token": "token"}'))
    (problem,) = platform.check().problems
    assert "base_url" in problem
    with pytest.raises(NotAuthorised) as refused:
        platform.delete("1")
    assert refused.value.code == "no-instance"
    assert platform.presence("1", public=False) is Presence.UNKNOWN
    assert platform.measure("words").limit == 500


@pytest.mark.parametrize("secret", ["", "{}", '{"access_token": ""}', '{"access_token": "a\\nb"}'])
def test_credentials_that_cannot_be_read_are_explained(stage: MastodonStage, secret: str) -> None:
    health = stage.connect(secret).check()
    assert "access_token" in health.problems[0]
    assert not health.capabilities.publish
    assert stage.proxy.calls() == []


LIMITS = (
    b'{"configuration": {"statuses": {"max_characters": 5000, "characters_reserved_per_url": 9}}}'
)


def test_the_instance_is_asked_for_its_limits_once(stage: MastodonStage) -> None:
    says = Reply(200, LIMITS, (JSON,))
    with FaultProxy(instance().base_url, replace(DIALECT, lie=lambda _verb, _asked: says)) as proxy:
        proxy.fail("instance", "lying-200")
        platform = stage.connect(stage.credentials, base_url=proxy.url)
        lengths = [platform.measure("https://www.gov.uk/") for _ in range(3)]
        assert {(one.used, one.limit) for one in lengths} == {(9, 5000)}
        assert len(proxy.calls("instance")) == 1
        platform.close()


@pytest.mark.parametrize("fault", ["hang", "500-before", "503-html", "malformed", "429", "drip"])
def test_an_instance_that_does_not_say_is_taken_to_have_the_usual_limits(
    stage: MastodonStage, fault: str
) -> None:
    stage.fail("instance", fault)
    lengths = [stage.platform.measure("https://www.gov.uk/") for _ in range(3)]
    assert {(one.used, one.limit) for one in lengths} == {(23, 500)}
    assert stage.calls("instance") == 1


def test_an_instance_before_mastodon_4_says_its_limits_under_another_address(
    stage: MastodonStage,
) -> None:
    stage.fail("instance", "not-found-404")
    assert stage.platform.measure("words").limit == 500
    assert [call.target for call in stage.proxy.calls("instance")] == [
        "/api/v2/instance/",
        "/api/v1/instance/",
    ]


def test_a_handle_may_have_its_instance_in_it(stage: MastodonStage) -> None:
    handle = f"@{stage.handle.upper()}@social.example"
    platform = Mastodon(
        Connection("mastodon", handle, stage.credentials, stage.proxy.url), bounds=BOUNDS
    )
    assert platform.check().problems == ()
    published = platform.publish(words("We are sorry."))
    assert published.url == f"{stage.proxy.url}/@{stage.handle}/{published.remote_id}"
    platform.close()


def test_a_token_is_never_read_from_a_file_of_its_name(
    stage: MastodonStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mastodon.py's constructor would."""
    monkeypatch.chdir(tmp_path)
    (token,) = stage.secrets
    (tmp_path / token).write_text("another-token\n")
    platform = stage.connect(stage.credentials)
    assert platform.check().problems == ()
    platform.close()


def test_a_limited_account_is_told_of(stage: MastodonStage) -> None:
    body = b'{"id": "1", "acct": "%s", "limited": true}' % stage.handle.encode()
    says = Reply(200, body, (JSON,))
    with FaultProxy(instance().base_url, replace(DIALECT, lie=lambda _verb, _asked: says)) as proxy:
        proxy.fail("me", "lying-200")
        health = stage.connect(stage.credentials, base_url=proxy.url).check()
    assert "only followers see its posts" in health.problems[0]
    assert health.capabilities.publish


def test_a_suspended_account_is_told_of(stage: MastodonStage) -> None:
    stage.fail("me", "suspended-403")
    health = stage.platform.check()
    assert "suspended" in health.problems[0]
    assert not health.capabilities.delete


def test_check_changes_nothing(stage: MastodonStage) -> None:
    stage.post("A post")
    stage.platform.check()
    assert stage.live() == ["A post"]
    assert [(call.verb, call.did) for call in stage.proxy.calls()] == [("me", 200), ("probe", 404)]


def test_the_media_go_with_the_post(stage: MastodonStage) -> None:
    post_id = stage.post("Look", picture=b"png")
    (media_id,) = stage.media_ids(post_id)
    assert stage.has_media(media_id)
    stage.platform.delete(post_id)
    assert not stage.has_media(media_id)


@pytest.mark.parametrize(
    ("instance_at", "url"),
    [
        ("https://social.example", "http://127.0.0.1:{port}/media/1.png"),
        ("https://social.example", "file:///etc/passwd"),
        ("https://social.example", None),
        ("http://127.0.0.1:1", "http://127.0.0.1:{port}/media/1.png"),
    ],
)
def test_media_are_not_fetched_from_just_anywhere(
    stage: MastodonStage, instance_at: str, url: str | None
) -> None:
    port = stage.proxy.url.rpartition(":")[2]
    shape = MediaShape(id="7", url=url.format(port=port) if url else None)
    fetching = downloads(BOUNDS, instance_at)
    assert fetching.fetch(wanted([shape])) == ((), ("7 no-address",))
    assert stage.proxy.calls() == []
    fetching.close()


def test_a_delete_that_says_another_post_is_not_believed(stage: MastodonStage) -> None:
    post_id = stage.post("A mistake")
    other = b'{"id": "7", "account": {"id": "1", "acct": "a"}, "content": "", "created_at": "x"}'
    says = Reply(200, other, (JSON,))
    with FaultProxy(instance().base_url, replace(DIALECT, lie=lambda _verb, _asked: says)) as proxy:
        proxy.fail("delete", "lying-200")
        platform = stage.connect(stage.credentials, base_url=proxy.url)
        with pytest.raises(OutcomeUnknown):
            platform.delete(post_id)
        platform.close()
