"""What a passer-by sees of the practice platform."""

import re

import pytest
import requests

from amends.sandbox import Picture, Sandbox


def test_the_timeline_shows_posts_with_pictures_and_alt_text(sandbox: Sandbox) -> None:
    sandbox.add_post("dept", "Older")
    sandbox.add_post("dept", "Newer", pictures=[Picture(b"png", "image/png", "A map & key")])
    page = requests.get(sandbox.url + "/").text
    assert page.index("Newer") < page.index("Older")
    assert 'alt="A map &amp; key"' in page
    assert "nothing here is public" in page
    assert '<html lang="en">' in page


def test_a_deleted_post_is_simply_not_there(sandbox: Sandbox) -> None:
    post = sandbox.add_post("dept", "A mistake")
    assert "A mistake" in requests.get(post.url).text
    sandbox.timeline.delete(post)
    gone = requests.get(post.url)
    assert gone.status_code == 404
    assert "This post does not exist" in gone.text
    assert "A mistake" not in requests.get(sandbox.url + "/").text


def test_only_the_newest_version_of_a_post_is_shown(sandbox: Sandbox) -> None:
    first = sandbox.add_post("dept", "A mistke")
    sandbox.add_post("dept", "A mistake", edit_of=first.id)
    page = requests.get(sandbox.url + "/dept").text
    assert "A mistke" not in page
    assert "Edited" in page


def test_what_people_post_cannot_change_the_page(sandbox: Sandbox) -> None:
    sandbox.add_post(
        "dept", "<script>alert(1)</script>", pictures=[Picture(b"", "image/png", '">')]
    )
    answer = requests.get(sandbox.url + "/")
    assert "<script" not in answer.text
    assert 'alt="&#34;&gt;"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_page_looks_again_until_it_is_told_to_stop(sandbox: Sandbox) -> None:
    assert 'http-equiv="refresh"' in requests.get(sandbox.url + "/").text
    assert 'http-equiv="refresh"' not in requests.get(sandbox.url + "/?still").text


@pytest.mark.parametrize("path", ["/", "/dept", "/nobody", "/dept/status/1", "/style.css"])
def test_every_page_is_whole(sandbox: Sandbox, path: str) -> None:
    answer = requests.get(sandbox.url + path)
    assert answer.status_code == (404 if path in ("/nobody", "/dept/status/1") else 200)
    if path != "/style.css":
        assert len(re.findall(r"<h1>", answer.text)) == 1
        assert "<title>" in answer.text
