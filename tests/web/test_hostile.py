"""Whatever people type or a post holds stays text in every page that shows it."""

import pytest
from hostile import CORPUS, what_it_did
from served import Served

BARE = "<p>{}</p><a href='{}'>x</a>"


@pytest.mark.parametrize("text", [text for text in CORPUS if "<" in text and "lt;" not in text])
def test_a_page_that_lets_it_would_be_found(text: str) -> None:
    assert what_it_did(BARE.format(text, "")) or text == "<!--<script>"


def test_what_is_typed_into_the_pages_to_sign_in_stays_text(web: Served) -> None:
    for text in CORPUS:
        for path, fields in (
            ("/sign-in", {"email": text, "goes_to": text}),
            ("/set-up", {"email": text, "code": text}),
        ):
            answer = web.browser().post(path, fields)
            assert answer.status_code in (303, 422)
            assert what_it_did(answer.text) == [], text
        assert what_it_did(web.browser().get(f"/i/{text[:20]}").text) == []
