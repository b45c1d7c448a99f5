"""What is read out of Bluesky's answers, where no server on this machine would give them."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.errors import (
    NotAuthorised,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.bluesky_answers import meaning
from integrations.platforms.bluesky_blobs import wanted
from integrations.platforms.bluesky_health import standing
from integrations.platforms.bluesky_shapes import Document, Embed, PostShape, StandingShape
from integrations.platforms.bluesky_stranger import BlueskyStranger
from integrations.platforms.bluesky_text import length, plain_text, takes
from integrations.platforms.bounded import Answered
from models.words import Presence

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
DID = "did:plc:s5vkikixyxqnbp7ygt4isazh"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
PLACE = f"at://{DID}/app.bsky.feed.post"


@pytest.mark.parametrize(
    ("status", "word", "act", "error", "code"),
    [
        (400, "InvalidRequest", "create", Refused, "http-400"),
        (400, "ExpiredToken", "read", NotAuthorised, "unauthorised"),
        (401, "AuthenticationRequired", "delete", NotAuthorised, "unauthorised"),
        (401, "AuthFactorTokenRequired", "read", NotAuthorised, "second-factor"),
        (401, "AccountTakedown", "read", NotAuthorised, "taken-down"),
        (400, "RepoDeactivated", "delete", NotAuthorised, "deactivated"),
        (403, "Forbidden", "delete", NotAuthorised, "forbidden"),
        (404, "XRPCNotSupported", "delete", OutcomeUnknown, "not-found"),
        (404, "XRPCNotSupported", "create", Refused, "http-404"),
        (408, "", "create", OutcomeUnknown, "http-408"),
        (413, "PayloadTooLarge", "create", Refused, "http-413"),
        (500, "InternalServerError", "create", OutcomeUnknown, "http-500"),
        (502, "UpstreamFailure", "delete", OutcomeUnknown, "http-502"),
        (302, "", "delete", OutcomeUnknown, "http-302"),
    ],
)
def test_each_no_is_told_by_what_to_do_next(
    status: int, word: str, act: str, error: type[OutsideError], code: str
) -> None:
    body = json.dumps({"error": word, "message": "canary"}).encode() if word else b"<html>"
    told = meaning(Answered(status, {}, body), act, NOW)
    assert (type(told), told.code) == (error, code)
    assert "canary" not in repr(told)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": str(int(NOW.timestamp()) + 300)}, 301),
        ({"ratelimit-reset": str(int(NOW.timestamp()) - 300)}, 1),
        ({"ratelimit-reset": "99999999999"}, 25 * 3600),
        ({"ratelimit-reset": "soon", "retry-after": "120"}, 120),
        ({}, 60),
    ],
)
def test_a_limit_is_over_when_the_server_says_and_within_a_day(
    headers: dict[str, str], seconds: int
) -> None:
    told = meaning(Answered(429, headers, b""), "delete", NOW)
    assert isinstance(told, TryAgainLater)
    assert told.at - NOW == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("a", 1),
        ("👩‍👩‍👧‍👧", 3),  # one letter, of 25 bytes
        ("e\u0301" * 300, 300),
        ("漢" * 300, 300),
        ("👩‍👩‍👧‍👧" * 120, 300),
        ("👩‍👩‍👧‍👧" * 120 + ".", 301),
    ],
)
def test_letters_count_as_people_see_them_and_bytes_where_they_are_more(
    text: str, used: int
) -> None:
    assert length(text) == used
    assert takes(text) is (0 < used <= 300)


def _post(text: str, *links: tuple[int, int, str | None]) -> PostShape:
    facets = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [{"uri": uri} if uri else {}]}
        for start, end, uri in links
    ]
    whole = {"$type": "app.bsky.feed.post", "text": text, "facets": facets}
    return PostShape.model_validate(whole)


@pytest.mark.parametrize(
    ("post", "text"),
    [
        (_post("gov.uk/al... now", (0, 12, "https://gov.uk/alerts")), "https://gov.uk/alerts now"),
        (_post("gov.uk/al… now", (0, 12, "https://gov.uk/alerts")), "https://gov.uk/alerts now"),
        (_post("our page now", (0, 8, "https://gov.uk/alerts")), "our page now"),
        (_post("#al... now", (0, 6, None)), "#al... now"),
        (_post("a...", (0, 400, "https://gov.uk")), "a..."),
        (_post("a...", (3, 1, "https://gov.uk")), "a..."),
        (_post("a...b", (0, 4, "https://x.uk"), (1, 4, "https://y.uk")), "https://x.ukb"),
    ],
)
def test_only_a_link_that_is_shown_without_its_end_is_written_out(
    post: PostShape, text: str
) -> None:
    assert plain_text(post) == text


def test_every_picture_and_film_under_a_post_is_wanted() -> None:
    def blob(name: str) -> dict[str, object]:
        return {"$type": "blob", "ref": {"$link": name}, "mimeType": "image/png", "size": 1}

    embed = Embed.model_validate(
        {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"uri": "at://elsewhere"},
            "media": {
                "images": [{"image": blob("one"), "alt": "A map"}, {"image": blob("two")}],
                "video": blob("three"),
                "alt": "A film",
                "external": {"uri": "https://gov.uk", "thumb": blob("four")},
            },
        }
    )
    assert [(one.blob.ref.link, one.alt_text) for one in wanted(embed)] == [
        ("one", "A map"),
        ("two", None),
        ("three", "A film"),
        ("four", None),
    ]


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("https://morel.host.example", "https://morel.host.example"),
        ("http://morel.host.example", None),
        (["https://one.example"], None),
    ],
)
def test_posts_are_asked_for_where_the_account_lives_and_never_in_the_clear(
    address: object, server: str | None
) -> None:
    services = [
        {"id": "#other", "serviceEndpoint": "https://elsewhere.example"},
        {"id": "#atproto_pds", "serviceEndpoint": address},
    ]
    assert Document.model_validate({"service": services}).server == server


@pytest.mark.parametrize("status", ["takendown", "suspended", "deactivated", "desynchronized", ""])
def test_an_account_that_is_not_active_is_explained(status: str) -> None:
    account = StandingShape(did=DID, handle="dept.test", active=False, status=status)
    health = standing("dept.test", account)
    assert "@dept.test" in health.problems[0]
    assert not health.capabilities.publish


class _PublicService(BaseHTTPRequestHandler):
    """The public service that apps read, in its own words (its source, 0.5.35)."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        status, said = {
            "resolveHandle": lambda: (200, {"did": DID}),
            "getPosts": lambda: (200, {"posts": [COUNTED] if "gone" not in parts.query else []}),
            "getRecord": lambda: self._record(asked["rkey"][0]),
        }[parts.path.rpartition(".")[2]]()
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _record(self, key: str) -> tuple[int, dict[str, object]]:
        if key == "there":
            return 200, {"uri": f"{PLACE}/{key}", "cid": CID, "value": {}}
        if key == "another":
            return 200, {"uri": f"{PLACE}/something-else", "cid": CID, "value": {}}
        error = "RecordNotFound" if key == "gone" else "InvalidRequest"
        return 400, {"error": error, "message": "Could not locate it"}

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


COUNTED = {"uri": PLACE, "likeCount": 7, "repostCount": 2, "replyCount": 1, "quoteCount": 0}


@pytest.fixture
def stranger() -> Iterator[BlueskyStranger]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _PublicService)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    built = BlueskyStranger("@Dept.test", f"http://127.0.0.1:{server.server_port}")
    yield built
    built.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("key", "presence"),
    [
        ("there", Presence.PRESENT),
        ("gone", Presence.GONE),
        ("another", Presence.UNKNOWN),
        ("no-such-account", Presence.UNKNOWN),
    ],
)
def test_the_public_service_is_taken_at_its_plain_word_alone(
    stranger: BlueskyStranger, key: str, presence: Presence
) -> None:
    assert stranger.presence(key) is presence


def test_how_far_a_post_went_is_asked_of_the_public_service(stranger: BlueskyStranger) -> None:
    counts = stranger.counts(f"{PLACE}/there")
    assert (counts["likeCount"], counts["repostCount"], counts["bookmarkCount"]) == (7, 2, 0)
    assert stranger.counts(f"{PLACE}/gone") == {}
