"""Notices against a post that had every word of theirs: they pass; what was added does not."""

from datetime import UTC, datetime

import pytest

from amends.settings import Settings, load
from flows.framing import links_elsewhere, without_frame
from models.words import Role, Wait
from policy.taint.check import find_taint
from policy.taint.common_words import common_words
from policy.taint.words import Origin, Own, Part, Piece
from templates.letters import Letter, NoticeFacts, notice_names, render_notice, render_text
from templates.vocabulary import own_text_of_notices

OWN = Own(own_text_of_notices(), common_words([]))
NOT_OF_AN_INCIDENT = {
    *("sign_in", "sign_in_code", "token_made"),
    *("advice_asked", "advice_given"),
}
NAMES = sorted(notice_names() - NOT_OF_AN_INCIDENT)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation's settings, and nothing else of it."""
    home = tmp_path_factory.mktemp("framing")
    organisation = {
        "name": "Department for Examples", "duty_officer": "+44 20 7946 0000",
        "dtu": "dtu@dept.example", "hr": "hr@dept.example",
    }  # fmt: skip
    lines = "".join(f'{name} = "{value}"\n' for name, value in organisation.items())
    (home / "amends.toml").write_text(f"[organisation]\n{lines}")
    return load({"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")})


def facts(settings: Settings, name: str) -> NoticeFacts:
    return NoticeFacts(
        organisation=settings.organisation.name,
        url=settings.public_url,
        duty_officer=settings.organisation.duty_officer,
        reference="AM-2B3C4",
        references=("AM-2B3C4", "AM-5D6F7"),
        ack_url=f"{settings.public_url}/ack/KVALkYJE-TFXzQr7wMGFFtArBj9EM7SS",
        role=Role.DPO if name in ("role", "unanswered") else None,
        waiting_for=Wait.CLEARANCE,
        due_at=datetime(2026, 3, 3, 14, 30, tzinfo=UTC),
    )


def letter(settings: Settings, name: str) -> Letter:
    return render_notice(name, facts(settings, name))


def parts(written: Letter, added: str = "") -> list[tuple[Part, str]]:
    return [
        (Part.SUBJECT, written.subject),
        (Part.MESSAGE, f"{written.text} {added}"),
        (Part.MESSAGE, written.html),
    ]


def tainted(settings: Settings, said: list[tuple[Part, str]], post: str) -> bool:
    bare = [(part, left) for part, text in said for left in without_frame(settings, text)]
    found = find_taint(bare, [Piece(Origin.POST, post)], OWN)
    return bool(found) or bool(list(links_elsewhere(settings, said)))


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_passes_though_the_post_had_every_word_of_it(
    settings: Settings, name: str
) -> None:
    written = letter(settings, name)
    post = f"{written.subject} {written.text} {written.html} 1 2 3 4 5"
    assert not tainted(settings, parts(written), post)


def test_a_text_passes_though_the_post_had_every_word_of_it(settings: Settings) -> None:
    said = render_text(facts(settings, "dtu"))
    assert not tainted(settings, [(Part.MESSAGE, said)], f"{said} 1 2 3 4 5")
    assert tainted(settings, [(Part.MESSAGE, f"{said} h3ron")], "Heron lives here")


def test_what_tags_part_is_read_as_one(settings: Settings) -> None:
    written = letter(settings, "dtu")
    said = [(Part.MESSAGE, written.html.replace("</main>", "<p>o<b>spr</b>ey</p></main>"))]
    assert tainted(settings, said, "ask @osprey")
    assert not tainted(settings, said, "ask @falcon")


@pytest.mark.parametrize(
    "added",
    [
        "Heron", "h3ron", "17", "https://elsewhere.example/i/AM-2B3C4",
        "http://127.0.0.1:8000/i/heron", "http://127.0.0.1:8000/ack/heron",
        "http://127.0.0.1:8000.elsewhere.example/i/AM-2B3C4",
        "http://127.0.0.1:8000/i/AM-2B3C4/heron", "by 14:30 UTC on 17 Heron 2026",
    ],
)  # fmt: skip
def test_what_was_added_to_a_notice_is_found(settings: Settings, added: str) -> None:
    assert tainted(settings, parts(letter(settings, "dtu"), added), "Heron lives at 17 Alder Lane")
