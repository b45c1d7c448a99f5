"""Texts are counted as Mastodon counts them, and known again in the HTML it makes of them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from amends.practice import mastodon_server as practice
from integrations.platforms.mastodon_text import comparable, plain_text, takes, weighed

LETTERS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")) | st.sampled_from("\n &<>@#.:/"),
    max_size=80,
)
PARTS = st.sampled_from(
    [
        "https://www.gov.uk/roads?a=1&b=2",
        "HTTP://EXAMPLE.com/ä",
        "@somebody@elsewhere.example",
        "@a_b",
        "#sorry",
        "gov.uk/x",
        "<b>&amp;",
        "\n\n\n",
    ]
)
TEXTS = st.lists(LETTERS | PARTS, max_size=5).map(" ".join)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("café", 4),
        ("cafe\u0301", 4),
        ("👩‍👩‍👧‍👧", 1),
        ("漢字", 2),
        ("https://www.gov.uk/" + "a" * 200, 23),
        ("http://a.uk", 23),
        ("gov.uk/alerts", 13),  # without its scheme it is no link
        ("@somebody", 9),
        ("@somebody@elsewhere.example", 9),
        ("Ask @somebody@elsewhere.example.", 14),
        ("press@dept.example", 18),  # an address of mail names nobody
        ("two\nlines", 9),
    ],
)
def test_a_text_counts_as_on_mastodon(text: str, length: int) -> None:
    assert weighed(text, 23) == length


@settings(deadline=None)
@given(TEXTS)
def test_we_count_as_the_practice_instance_counts(text: str) -> None:
    assert weighed(text, practice.LINK_WEIGHS) == practice.weighed(text)


@settings(deadline=None)
@given(TEXTS)
@example("a\n\n\n\nb")
@example(" \n ")
def test_our_words_are_known_again_in_the_html_that_comes_back(text: str) -> None:
    assert comparable(plain_text(practice.as_html(text))) == comparable(text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>One</p><p>Two<br />three<br>four</p>", "One\n\nTwo\nthree\nfour"),
        ("<p>a &amp; b &lt;c&gt; &#39;d&#39;</p>", "a & b <c> 'd'"),
        (
            '<p><a href="https://www.gov.uk/long"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">gov.uk/lo</span><span class="invisible">ng</span></a></p>',
            "https://www.gov.uk/long",
        ),
        (
            '<p><span class="h-card"><a href="https://a.example/@b" class="u-url mention">@'
            "<span>b</span></a></span> hello</p>",
            "@b hello",
        ),
        (
            '<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p>'
            "<p>My words</p>",
            "My words",
        ),
        ("", ""),
        ("plain", "plain"),
        ("<p>not closed", "not closed"),
    ],
)
def test_html_is_read_as_what_its_author_typed(content: str, text: str) -> None:
    assert plain_text(content) == text


def test_a_name_of_another_instance_is_read_with_its_domain() -> None:
    content = (
        '<p>Ask <span class="h-card"><a href="https://a.example/@b" class="u-url mention">@'
        '<span>b</span></a></span> and <a href="/@c" class="u-url mention">@<span>c</span></a>, '
        '<a href="https://a.example/@b/1">this</a></p>'
    )
    names = {"https://a.example/@b": "b@a.example", "/@c": "c"}
    assert plain_text(content, names) == "Ask @b@a.example and @c, this"
    assert comparable(plain_text(content, names)) == comparable(plain_text(content))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_html_can_be_read(content: str) -> None:
    plain_text(content)


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "a\0b"])
def test_a_text_that_cannot_be_kept_is_not_sent(text: str) -> None:
    assert not takes(text)
