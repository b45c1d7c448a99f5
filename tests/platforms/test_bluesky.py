"""What Bluesky promises beyond the contract, on its real server."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import libipld
import pytest
from atproto_crypto.did import get_did_key
from atproto_crypto.verify import verify_signature
from bluesky_stage import (
    PATIENT,
    BlueskyStage,
    deactivate,
    open_stage,
    somebody,
    take_down,
)
from stages import words

from amends.practice.bluesky_person import BlueskyPerson
from integrations.errors import NotAuthorised, NotSent, Refused, TryAgainLater
from integrations.platforms.base import FOR_EVER, Connection
from integrations.platforms.bluesky import Bluesky
from integrations.platforms.bluesky_stranger import BlueskyStranger
from models.links import KnownAccount, parse_link
from models.words import Presence

pytestmark = pytest.mark.real

AT = datetime(2026, 5, 3, 9, 30, 0, 123456, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def stage() -> Iterator[BlueskyStage]:
    with open_stage() as built:
        assert isinstance(built, BlueskyStage)
        yield built


def test_a_post_is_kept_with_its_version_and_under_the_accounts_signature(
    stage: BlueskyStage,
) -> None:
    key = stage.post("The fund opens on 3 May.")
    kept = stage.platform.capture(key)
    (record,) = stage.person.records()
    assert kept.version == record["cid"]
    assert kept.author_id == stage.person.did
    _, blocks = libipld.decode_car(kept.signed)
    assert [one["text"] for one in blocks.values() if "text" in one] == ["The fund opens on 3 May."]
    (commit,) = (one for one in blocks.values() if "sig" in one)
    signature = commit.pop("sig")
    assert commit["did"] == stage.person.did
    signer = _signer(stage.person)
    assert verify_signature(signer, libipld.encode_dag_cbor(commit), signature)
    commit["rev"] = "3lbhtsv2jjk2b"
    assert not verify_signature(signer, libipld.encode_dag_cbor(commit), signature)


def _signer(person: BlueskyPerson) -> str:
    """The key that the account's entry in the directory of names says it signs with."""
    told = person.read("com.atproto.repo.describeRepo", repo=person.did)
    (method,) = told["didDoc"]["verificationMethod"]
    return get_did_key(method["type"], method["publicKeyMultibase"])


def test_the_same_words_always_make_the_same_bytes(stage: BlueskyStage) -> None:
    correction = words("The fund opens on 5 June: www.gov.uk/fund", key="act-1", at=AT)
    first = stage.platform.publish(correction)
    (before,) = stage.person.records()
    assert stage.platform.publish(correction) == first
    (after,) = stage.person.records()
    assert after == before
    assert stage.ever() == 1
    assert after["value"]["createdAt"] == "2026-05-03T09:30:00.123456Z"
    assert after["value"]["langs"] == ["en"]
    assert first.remote_id.startswith(_moment(AT))


def _moment(at: datetime) -> str:
    """How a key of this microsecond begins, as the protocol's own time-ordered keys do."""
    number = int(at.timestamp() * 1_000_000)
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    return "".join(letters[number >> shift & 31] for shift in range(50, -1, -5))


def test_words_are_never_put_over_others_that_have_their_key(stage: BlueskyStage) -> None:
    stage.platform.publish(words("The first words.", key="act-1", at=AT))
    other = words("Other words.", key="act-1", at=AT)
    with pytest.raises(Refused) as refused:
        stage.platform.publish(other)
    assert refused.value.code == "key-taken"
    assert stage.live() == ["The first words."]
    assert stage.platform.find_published(other, AT) == ()


def test_two_acts_of_one_moment_have_two_keys(stage: BlueskyStage) -> None:
    one = stage.platform.publish(words("Sorry.", key="act-1", at=AT))
    two = stage.platform.publish(words("Sorry.", key="act-2", at=AT))
    assert one.remote_id != two.remote_id
    assert stage.live() == ["Sorry.", "Sorry."]


def test_later_words_stand_later_on_the_timeline(stage: BlueskyStage) -> None:
    for number in range(3):
        at = AT + timedelta(microseconds=number)
        stage.platform.publish(words(f"Words {number}", key=f"act-{number}", at=at))
    assert stage.live() == ["Words 2", "Words 1", "Words 0"]


def test_a_link_in_a_statement_can_be_followed(stage: BlueskyStage) -> None:
    stage.platform.publish(words("نعتذر 🙏 see https://www.gov.uk/ar, or gov.uk/x."))
    (record,) = stage.person.records()
    text = record["value"]["text"].encode()
    found = {
        text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"]
        for facet in record["value"]["facets"]
    }
    assert {shown: one[0]["uri"] for shown, one in found.items()} == {
        "https://www.gov.uk/ar": "https://www.gov.uk/ar",
        "gov.uk/x": "https://gov.uk/x",
    }


def test_a_shortened_link_is_kept_whole(stage: BlueskyStage) -> None:
    text = "مرحبا gov.uk/alerts/fl... today"
    start = len("مرحبا ".encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len("gov.uk/alerts/fl...")},
        "features": [
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://gov.uk/alerts/floods"}
        ],
    }
    record = stage.person.record(text) | {"facets": [facet]}
    made = stage.person.send("com.atproto.repo.createRecord", {"record": record})
    kept = stage.platform.capture(str(made["uri"]).rpartition("/")[2])
    assert kept.text == "مرحبا https://gov.uk/alerts/floods today"


def test_a_picture_is_kept_byte_for_byte_and_checked_against_its_name(
    stage: BlueskyStage,
) -> None:
    key = stage.post("Look", picture=PNG, alt_text="A map of the road")
    (picture,) = stage.platform.capture(key).media
    assert (picture.content, picture.alt_text) == (PNG, "A map of the road")
    stage.fail("media", "login-wall-200")
    kept = stage.platform.capture(key)
    assert kept.media == ()
    assert kept.missing == (f"{picture.name} other-bytes",)


def test_a_warning_before_the_post_is_kept(stage: BlueskyStage) -> None:
    labels = {
        "$type": "com.atproto.label.defs#selfLabels",
        "values": [{"val": "graphic-media"}],
    }
    record = stage.person.record("Look away") | {"labels": labels}
    made = stage.person.send("com.atproto.repo.createRecord", {"record": record})
    kept = stage.platform.capture(str(made["uri"]).rpartition("/")[2])
    assert kept.warning == "graphic-media"


def test_a_copy_whose_signature_could_not_be_had_says_so(stage: BlueskyStage) -> None:
    key = stage.post("Words")
    stage.fail("signed", "500-before")
    kept = stage.platform.capture(key)
    assert (kept.text, kept.signed) == ("Words", None)
    assert kept.missing == ("signed-record unread",)


def test_only_our_own_account_is_ever_touched(stage: BlueskyStage) -> None:
    key = somebody().post("Not ours")
    stage.platform.delete(key)
    theirs = BlueskyStranger(somebody().handle, stage.proxy.url, bounds=PATIENT)
    assert theirs.presence(key) is Presence.PRESENT
    assert stage.platform.presence(key, public=True) is Presence.GONE
    theirs.close()


def test_a_stranger_says_gone_only_of_an_account_that_there_is(stage: BlueskyStage) -> None:
    nobody = BlueskyStranger("nobody-at-all.test", stage.proxy.url, bounds=PATIENT)
    assert nobody.presence("3lbhtsv2jjk2b") is Presence.UNKNOWN
    nobody.close()


@pytest.mark.parametrize("close", [deactivate, take_down])
def test_a_stranger_says_nothing_of_an_account_that_was_closed_meanwhile(
    stage: BlueskyStage, close: Callable[[str], None]
) -> None:
    key = stage.post("It may come back")
    stranger = BlueskyStranger(stage.handle, stage.proxy.url, bounds=PATIENT)
    assert stranger.presence(key) is Presence.PRESENT
    close(stage.handle)
    assert stranger.presence(key) is Presence.UNKNOWN  # it knows the account's own name by now
    assert stage.platform.presence(key, public=False) is Presence.UNKNOWN
    stranger.close()


def test_one_session_serves_many_threads_for_as_long_as_it_is_good(stage: BlueskyStage) -> None:
    fresh = stage._connect(stage.credentials)
    logins = stage.calls("login")
    keys = [stage.post(f"Mistake {number}") for number in range(20)]
    start = threading.Barrier(20)

    def look(key: str) -> Presence:
        start.wait(10)
        return fresh.presence(key, public=False)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(look, keys)) == {Presence.PRESENT}
    for key in keys:
        fresh.delete(key)
    fresh.publish(words("Sorry."))
    assert stage.calls("login") - logins == 1
    assert stage.calls("refresh") == 0
    fresh.close()


def _spoiled(platform: object, **parts: str) -> None:
    """Make the platform's session one whose tokens are these."""
    assert isinstance(platform, Bluesky)
    sessions = platform._sessions
    sessions._session = replace(sessions.current(), **parts)


def _expired(token: str) -> str:
    """A token that the server does not know, in the shape of its own."""
    head, body, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["exp"] = 1
    spoiled = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{spoiled}.c3BvaWxlZA"


def test_an_expired_session_is_refreshed_and_the_call_made_once_more(stage: BlueskyStage) -> None:
    key = stage.post("A mistake")
    logins = stage.calls("login")
    token = stage.platform._sessions.current().token
    _spoiled(stage.platform, token=_expired(token))
    stage.platform.delete(key)
    assert stage.live() == []
    assert (stage.calls("login") - logins, stage.calls("refresh")) == (0, 1)
    stage.platform.publish(words("Sorry."))
    assert (stage.calls("delete"), stage.calls("create")) == (2, 1)
    assert stage.calls("refresh") == 1


def test_a_session_too_old_to_be_refreshed_is_opened_anew(stage: BlueskyStage) -> None:
    key = stage.post("A mistake")
    logins = stage.calls("login")
    session = stage.platform._sessions.current()
    _spoiled(stage.platform, token=_expired(session.token), renewal=_expired(session.renewal))
    stage.platform.delete(key)
    assert stage.live() == []
    assert (stage.calls("refresh"), stage.calls("login") - logins) == (1, 1)


@pytest.mark.parametrize("fault", ["500-before", "reset-before", "hang", "malformed", "503-html"])
def test_where_no_session_could_be_opened_the_act_was_not_sent(
    stage: BlueskyStage, fault: str
) -> None:
    fresh = stage._connect(stage.credentials)
    stage.fail("login", fault)
    with pytest.raises(NotSent) as unsent:
        fresh.publish(words("Sorry."))
    assert unsent.value.code.startswith("session-")
    assert stage.calls("create") == 0
    fresh.publish(words("Sorry."))
    assert stage.live() == ["Sorry."]
    fresh.close()


def test_too_many_sessions_close_the_account_to_every_act_until_the_reset(
    stage: BlueskyStage,
) -> None:
    key = stage.post("A mistake")
    fresh = stage._connect(stage.credentials)
    stage.fail("login", "429", reset_in=300)
    told = []
    for act in (
        lambda: fresh.delete(key),
        lambda: fresh.capture(key),
        lambda: fresh.publish(words("Sorry.")),
    ):
        with pytest.raises(TryAgainLater) as later:
            act()
        told.append(later.value.at)
    assert len(set(told)) == 1
    wait = told[0] - datetime.now(UTC)
    assert timedelta(seconds=280) < wait <= timedelta(seconds=301)
    assert "until" in fresh.check().problems[0]
    assert fresh.presence(key, public=False) is Presence.UNKNOWN
    assert fresh.presence(key, public=True) is Presence.PRESENT  # nobody signs in for that
    logins = [call for call in stage.proxy.calls("login") if call.outcome == "429"]
    assert len(logins) == 1
    assert (stage.calls("delete"), stage.calls("get"), stage.calls("create")) == (0, 0, 0)
    fresh.close()


def test_a_threads_failure_to_sign_in_is_told_to_all_that_waited(stage: BlueskyStage) -> None:
    fresh = stage._connect(stage.credentials)
    logins = stage.calls("login")
    stage.fail("login", "hang", times=None)
    start = threading.Barrier(8)

    def try_it(number: int) -> str:
        start.wait(10)
        with pytest.raises(NotSent) as unsent:
            fresh.publish(words(f"Sorry {number}"))
        return unsent.value.code

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(try_it, range(8)))
    assert codes == {"session-timeout"}
    assert stage.calls("login") - logins == 1
    fresh.close()


@pytest.mark.parametrize("secret", ["", "{}", "[]", "null", '{"identifier": "a.test"}', "{"])
def test_credentials_that_cannot_be_read_are_named_and_never_sent(
    stage: BlueskyStage, secret: str
) -> None:
    logins = stage.calls("login")
    broken = stage._connect(secret)
    assert "identifier and password" in broken.check().problems[0]
    with pytest.raises(NotAuthorised) as refused:
        broken.delete("3lbhtsv2jjk2b")
    assert refused.value.code == "no-token"
    assert stage.calls("login") == logins
    broken.close()


def test_a_deactivated_account_is_explained(stage: BlueskyStage) -> None:
    key = stage.post("A mistake")
    stage.person.send("com.atproto.server.deactivateAccount", {})
    health = stage.platform.check()
    assert "deactivated" in health.problems[0]
    assert not health.capabilities.delete
    with pytest.raises(NotAuthorised):
        stage.platform.delete(key)


@pytest.mark.parametrize(
    "letter",
    ["a", "é", "e\u0301", "م", "ж", "漢", "क", "क्ष", "한", "ก็", "🇬🇧", "👩🏽", "\u0b95\u0bcd"],
)
def test_the_server_counts_three_hundred_letters_as_we_do(stage: BlueskyStage, letter: str) -> None:
    longest = letter * min(300, 3000 // len(letter.encode()))
    assert stage.platform.measure(longest).fits
    stage.platform.publish(words(longest))
    assert stage.live() == [longest]


def test_our_links_are_those_that_amends_reads(stage: BlueskyStage) -> None:
    published = stage.platform.publish(words("Sorry."))
    known = KnownAccount("bluesky", stage.handle, stage.proxy.url)
    read = parse_link(published.url, [known])
    assert (read.remote_id, read.configured) == (published.remote_id, True)
    real = Bluesky(Connection("bluesky", "dept.gov.uk", stage.credentials))
    url = real._published(words("Sorry.", at=AT)).url
    real.close()
    assert url.startswith("https://bsky.app/profile/dept.gov.uk/post/")
    assert parse_link(url, [KnownAccount("bluesky", "dept.gov.uk")]).configured


def test_a_key_holds_for_ever(stage: BlueskyStage) -> None:
    assert stage.platform.key_holds == FOR_EVER


def test_the_same_words_under_another_key_are_found_where_any_will_do(stage: BlueskyStage) -> None:
    first = stage.platform.publish(words("Sorry.", key="act-1", at=AT))
    other = words("Sorry.", key="act-2", at=AT + timedelta(minutes=5))
    for number in range(120):
        stage.post(f"Noise {number}")
    assert stage.platform.find_published(other, AT) == ()
    assert stage.platform.find_published(other, AT, any_key=True) == (first,)
    later = AT + timedelta(seconds=1)
    assert stage.platform.find_published(other, later, any_key=True) == ()
    unlike = words("Not sorry.", key="act-2", at=AT)
    assert stage.platform.find_published(unlike, AT, any_key=True) == ()
