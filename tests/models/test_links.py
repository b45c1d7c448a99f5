"""Links are read without being followed, and anything unexpected is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.links import (
    ENTER_LINK,
    NAME_WANTED,
    NOT_OURS,
    ONE_POST,
    TOO_LONG,
    BadLinkError,
    KnownAccount,
    ParsedLink,
    parse_link,
    says_nobody,
)

PRACTICE = "http://127.0.0.1:8931"
KNOWN = (
    KnownAccount("x", "Dept"),
    KnownAccount("x", "practice", PRACTICE),
    KnownAccount("mastodon", "dept@social.example", "https://social.example"),
    KnownAccount("bluesky", "dept.example"),
    KnownAccount("bluesky", "own.example", "https://pds.example"),
    KnownAccount("bluesky", "test.example", "http://localhost:2583"),
    KnownAccount("by-hand", "blog", "https://www.gov.example/blog"),
    KnownAccount("youtube", "dept"),
    KnownAccount("tiktok", "dept"),
)
DEPT = ParsedLink("x", "dept", "123", "https://x.com/dept/status/123", True)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/dept/status/123",
        "https://x.com/DEPT/status/123",
        "https://X.com/dept/status/123/",
        "HTTPS://twitter.com/dept/status/123",
        "https://www.twitter.com/dept/statuses/123",
        "https://mobile.twitter.com/dept/status/123?s=20&t=abcDEF",
        "https://mobile.x.com/dept/status/123/photo/1",
        "https://www.x.com/dept/status/123#top",
        "  https://x.com/dept/status/123 ",
    ],
)
def test_every_form_of_a_link_to_our_post_means_the_same_post(url: str) -> None:
    assert parse_link(url, KNOWN) == DEPT


@pytest.mark.parametrize(
    ("url", "platform", "handle", "remote_id", "configured"),
    [
        ("https://x.com/someone/status/5", "x", "someone", "5", False),
        ("https://x.com/practice/status/5", "x", "practice", "5", False),
        (f"{PRACTICE}/practice/status/5", "x", "practice", "5", True),
        (f"{PRACTICE}/dept/status/5", "x", "dept", "5", False),
        ("https://social.example/@dept/99", "mastodon", "dept", "99", True),
        ("https://social.example/users/dept/statuses/99", "mastodon", "dept", "99", True),
        ("https://social.example/@other/99", "mastodon", "other", "99", False),
        (
            "https://bsky.app/profile/dept.example/post/3k2a4b5c6d7e2",
            "bluesky",
            "dept.example",
            "3k2a4b5c6d7e2",
            True,
        ),
        (
            "https://bsky.app/profile/own.example/post/3k2a4b5c6d7e2",
            "bluesky",
            "own.example",
            "3k2a4b5c6d7e2",
            True,
        ),
        (
            "https://bsky.app/profile/test.example/post/3k2a4b5c6d7e2",
            "bluesky",
            "test.example",
            "3k2a4b5c6d7e2",
            False,
        ),
        (
            "http://localhost:2583/profile/test.example/post/3k2a4b5c6d7e2",
            "bluesky",
            "test.example",
            "3k2a4b5c6d7e2",
            True,
        ),
        ("https://www.instagram.com/p/Cabc_12-3/?igsh=x", "instagram", None, "Cabc_12-3", False),
        ("https://tiktok.com/@dept/video/72345678", "tiktok", "dept", "72345678", True),
        ("https://threads.net/@dept/post/C_abc12", "threads", "dept", "C_abc12", False),
    ],
)
def test_the_account_and_the_post_are_read_from_the_link(
    url: str, platform: str, handle: str | None, remote_id: str, configured: bool
) -> None:
    parsed = parse_link(url, KNOWN)
    assert (parsed.platform, parsed.handle, parsed.remote_id, parsed.configured) == (
        platform,
        handle,
        remote_id,
        configured,
    )


@pytest.mark.parametrize(
    ("url", "platform", "kept"),
    [
        (
            "https://m.facebook.com/permalink.php?story_fbid=pfbid02&id=1&__tn__=x&fbclid=y",
            "facebook",
            "https://www.facebook.com/permalink.php?id=1&story_fbid=pfbid02",
        ),
        (
            "https://facebook.com/dept/posts/123/?ref=share",
            "facebook",
            "https://www.facebook.com/dept/posts/123",
        ),
        ("https://fb.watch/abc123/", "facebook", "https://fb.watch/abc123"),
        (
            "https://uk.linkedin.com/posts/dept_caf%C3%A9-activity-7123-abcd?utm_source=share",
            "linkedin",
            "https://www.linkedin.com/posts/dept_caf%C3%A9-activity-7123-abcd",
        ),
        (
            "https://www.linkedin.com/feed/update/urn:li:activity:7123/",
            "linkedin",
            "https://www.linkedin.com/feed/update/urn:li:activity:7123",
        ),
        (
            "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=1s",
            "youtube",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        ),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "youtube", "https://youtu.be/dQw4w9WgXcQ"),
    ],
)
def test_a_post_that_only_a_person_can_open_is_kept_by_its_link(
    url: str, platform: str, kept: str
) -> None:
    assert parse_link(url, KNOWN) == ParsedLink(platform, None, kept, kept, False)


def test_a_page_below_an_accounts_own_address_is_that_accounts() -> None:
    url = "https://www.gov.example/blog/hello?utm_source=x"
    kept = "https://www.gov.example/blog/hello"
    assert parse_link(url, KNOWN) == ParsedLink("by-hand", "blog", kept, kept, True)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", ENTER_LINK),
        ("hello", ENTER_LINK),
        ("x.com/dept/status/1", ENTER_LINK),
        ("http://x.com/dept/status/1", ENTER_LINK),
        ("//x.com/dept/status/1", ENTER_LINK),
        ("ftp://x.com/dept/status/1", ENTER_LINK),
        ("javascript:alert(1)", ENTER_LINK),
        ("file:///etc/passwd", ENTER_LINK),
        ("https://x.com@evil.example/dept/status/1", ENTER_LINK),
        ("https://user:secret@x.com/dept/status/1", ENTER_LINK),
        ("http://user@127.0.0.1:8931/practice/status/1", ENTER_LINK),
        ("https://[::1/dept/status/1", ENTER_LINK),
        ("https://x.com\\@evil.example/dept/status/1", ENTER_LINK),
        ("https://x.com/dept/status/1\n", ENTER_LINK),
        ("https://x.\tcom/dept/status/1", ENTER_LINK),
        ("https://x.com/dept/status/1\x00", ENTER_LINK),
        ("https://х.com/dept/status/1", ENTER_LINK),  # a Cyrillic letter
        ("https://x。com/dept/status/1", ENTER_LINK),  # an ideographic full stop
        ("https://x.com/dept/status/１２", ENTER_LINK),  # full-width digits
        ("https://xn--twtter-4ca.com/dept/status/1", NOT_OURS),
        ("https://x.com:443/dept/status/1", NOT_OURS),
        ("https://x.com:8443/dept/status/1", NOT_OURS),
        ("https://x.com./dept/status/1", NOT_OURS),
        ("https://x.com.evil.example/dept/status/1", NOT_OURS),
        ("https://evilx.com/dept/status/1", NOT_OURS),
        ("https://t.co/abc", NOT_OURS),
        ("https://10.0.0.1/dept/status/1", NOT_OURS),
        ("https://127.0.0.1:8931/practice/status/1", NOT_OURS),
        ("http://127.0.0.1:8932/practice/status/1", ENTER_LINK),
        ("http://127.0.0.1/practice/status/1", ENTER_LINK),
        ("http://localhost:8931/practice/status/1", ENTER_LINK),
        ("http://169.254.169.254/latest/meta-data", ENTER_LINK),
        ("https://x.com/i/web/status/123", NAME_WANTED),
        ("https://x.com/i/status/123", NAME_WANTED),
        ("https://bsky.app/profile/did:plc:abc/post/3k2a4b5c6d7e2", NAME_WANTED),
        ("https://x.com/dept", ONE_POST),
        ("https://x.com/dept/status/", ONE_POST),
        ("https://x.com/dept/status/0123", ONE_POST),
        ("https://x.com/dept/status/12345678901234567890", ONE_POST),
        ("https://x.com/dept/status/1/likes", ONE_POST),
        ("https://x.com/dept/../x/status/1", ONE_POST),
        ("https://x.com/a%62c/status/1", ONE_POST),
        ("https://social.example/@dept@other.example/1", ONE_POST),
        ("https://www.facebook.com/dept", ONE_POST),
        ("https://www.facebook.com/", ONE_POST),
        ("https://www.facebook.com/a/../b", ONE_POST),
        ("https://www.facebook.com/a/%00b", ONE_POST),
        ("https://youtube.com/watch?v=%0a%0d", ENTER_LINK),
        ("https://www.facebook.com/a/" + "b" * 600, TOO_LONG),
        ("https://x.com/dept/status/1?" + "a" * 2000, TOO_LONG),
    ],
)
def test_anything_else_is_refused_with_what_to_do(url: str, sentence: str) -> None:
    with pytest.raises(BadLinkError) as refused:
        parse_link(url, KNOWN)
    assert str(refused.value) == sentence


def test_http_is_refused_for_an_account_on_another_machine() -> None:
    known = [KnownAccount("x", "dept", "http://192.168.1.5")]
    with pytest.raises(BadLinkError):
        parse_link("http://192.168.1.5/dept/status/1", known)


def test_a_refusal_repeats_nothing_of_the_link() -> None:
    with pytest.raises(BadLinkError) as refused:
        parse_link("https://user:hunter2@x.com/dept/status/1", KNOWN)
    assert "hunter2" not in repr(refused.value)
    assert refused.value.__cause__ is None


PIECES = st.sampled_from(
    ["https://", "http://", "x.com", "127.0.0.1:8931", "social.example", "bsky.app", "/", "//",
     "dept", "@dept", "status", "i/web", "profile", "post", "123", "%2e", "%", "?", "v=", "&", "#",
     "@", ":", "[", "]", "facebook.com", "www.youtube.com/watch?v=", ";", "\\", " ", "é", "..",
     "https://www.gov.example/blog"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)))
def test_no_input_raises_anything_else(url: str) -> None:
    try:
        parsed = parse_link(url, KNOWN)
    except BadLinkError:
        return
    assert parsed.url.isascii()
    assert len(parsed.remote_id) <= 500
    assert parse_link(parsed.url, KNOWN) == parsed


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        ("https://www.youtube.com/@dept/community", "dept"),
        ("https://www.youtube.com/@other/community", None),
        ("https://www.facebook.com/Dept/posts/123", "dept"),
        ("https://www.facebook.com/other/posts/dept", None),
        ("https://www.linkedin.com/company/dept/posts", "dept"),
        ("https://www.linkedin.com/posts/dept_the-fund-activity-712-x", "dept"),
        ("https://www.linkedin.com/posts/deptwork_the-fund-activity-712-x", None),
        ("https://www.facebook.com/gov/posts/123", None),
    ],
)
def test_a_public_page_that_names_our_account_is_ours(url: str, handle: str | None) -> None:
    known = [KnownAccount(one, "dept") for one in ("youtube", "facebook", "linkedin")]
    gov = KnownAccount("facebook", "gov", "https://www.facebook.com/gov-practice")
    parsed = parse_link(url, [*known, gov])
    assert (parsed.handle, parsed.configured) == (handle, handle is not None)


@pytest.mark.parametrize(
    ("url", "nobody"),
    [
        ("https://www.youtube.com/watch?v=abc", True),
        ("https://youtu.be/abc", True),
        ("https://www.instagram.com/p/abcdef", True),
        ("https://www.facebook.com/permalink.php?story_fbid=1&id=2", True),
        ("https://www.facebook.com/other/posts/123", False),
        ("https://www.linkedin.com/posts/other_the-fund-activity-712-x", False),
        ("https://x.com/someone/status/5", False),
    ],
)
def test_a_link_says_whose_post_it_is_or_says_nobody(url: str, nobody: bool) -> None:
    assert says_nobody(parse_link(url, [])) is nobody
