"""The timeline in sentences: every code has one, and a strange one shows itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from templates.sentences import known_codes, sentence

ROOT = Path(__file__).parents[2]
EFFECTS = [
    f"{kind}-{word}"
    for kind in ("delete", "publish", "notice")
    for word in (
        "authorised", "sent", "confirmed", "retry", "refused", "unknown", "settled", "needs-human",
        "withdrawn",
    )
]  # fmt: skip
ALL_FACTS: dict[str, object] = {
    "severity": 2, "role": "dpo", "code": "smtp-451", "finding": "there", "depth": "full",
    "files": 2, "attempt": 2, "seen_by": ["own", "public"], "seconds": 61, "minutes": 5,
    "choice": "yes", "step": "delete", "way": "link", "type": "keep", "platform": "x",
}  # fmt: skip


def codes_recorded() -> Iterator[str]:
    """The codes that the procedure writes as literals: ``record(chain, actor, "code")``,
    ``_say(tx, post, "code")`` and ``said="code"``."""
    for folder in ("flows", "amends"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _codes_in(node)


def _codes_in(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    said = [word.value for word in call.keywords if word.arg == "said"]
    if name in ("record", "_say"):
        said += call.args[2:3]
    for value in said:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def test_every_code_that_the_procedure_records_has_a_sentence() -> None:
    assert {*codes_recorded(), *EFFECTS} - known_codes() == set()


@pytest.mark.parametrize("what", sorted(known_codes()))
@pytest.mark.parametrize("facts", [{}, ALL_FACTS], ids=["no-facts", "all-facts"])
def test_every_code_is_a_sentence_with_and_without_facts(
    what: str, facts: dict[str, object]
) -> None:
    said = sentence(what, facts)
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said
    assert said != what


@pytest.mark.parametrize(
    ("what", "facts", "said"),
    [
        (
            "seen-gone",
            {"seen_by": ["own", "public"], "post": "0192"},
            "The post was seen gone, by our own account and by a member of the public.",
        ),
        ("seen-gone", {"seen_by": ["own"]}, "The post was seen gone, by our own account."),
        ("captured", {"depth": "metadata"}, "The post was kept as its details only."),
        (
            "captured",
            {"depth": "full", "files": 0},
            "The post was kept in full, with no pictures.",
        ),
        (
            "still-present",
            {"seconds": 1},
            "The post was still there 1 second after it was deleted.",
        ),
        ("notice-queued", {"role": "dpo"}, "A notice to the data protection officer was written."),
        (
            "notice-retry",
            {"code": ""},
            "The message service did not take the notice. It will be tried again.",
        ),
        (
            "skipped",
            {"step": "advise"},
            "A person skipped a step, with a reason: asking for advice.",
        ),
    ],
)
def test_a_sentence_says_what_the_facts_say(what: str, facts: dict[str, object], said: str) -> None:
    assert sentence(what, facts) == said


def test_a_strange_code_shows_itself() -> None:
    assert sentence("never-heard-of", {"text": "CANARY"}) == "never-heard-of"


def test_a_value_cannot_reach_into_the_code() -> None:
    said = sentence("delete-refused", {"code": "{code.__class__}"})
    assert "({code.__class__})" in said
