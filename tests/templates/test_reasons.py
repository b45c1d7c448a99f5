"""Every code that something outside can raise has a clause, and every retry a sentence."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.people import Account
from models.retries import CANNOT_LOOK, HELD, LOOKED_AT, NOT_SEEN_GONE, Retry, RetryCode, RetryOf
from models.words import EffectState, Role
from templates.moments import clock
from templates.reasons import because, reason, reasons
from templates.retries import retry_sentence

ROOT = Path(__file__).parents[2]
ERRORS = {
    "NotSent", "TryAgainLater", "Refused", "NotAuthorised", "NotSupported", "OutcomeUnknown",
}  # fmt: skip
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DEEPEST = 4
OURS = {
    "process-died", "payload-changed", "taint-unread", "unclassified", "too-slow",
    "reclassified", "clearance-void", "clearance-expired", "holding-line-moot", "already-ended",
    HELD, NOT_SEEN_GONE, CANNOT_LOOK,
}  # fmt: skip
"""Codes that the ledger and the steps give themselves."""

NOW = datetime(2026, 11, 23, 10, 38, tzinfo=UTC)
FACTS = {"other": "Bluesky", "account": "@dept"}


def codes_raised() -> Iterator[tuple[str, str]]:
    """(place, code) of each code that integrations and flows can raise.

    A code that is worked out is every word that the function or the table it comes from can give.
    """
    for folder in ("integrations", "flows"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _name(node.func) in ERRORS and node.args:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield from ((place, code) for code in _codes(node.args[0], tree))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _codes(given: ast.expr, tree: ast.Module, depth: int = 0) -> list[str]:
    """What this expression can be, as far as the file itself tells."""
    match given:
        case ast.Constant(value=str(code)):
            return [code] if CODE.fullmatch(code) else []
        case ast.JoinedStr(values=values):
            return ["".join(v.value if isinstance(v, ast.Constant) else "500" for v in values)]
        case ast.Dict(values=parts):
            pass
        case ast.Tuple(elts=[*_, last]) if not isinstance(last, ast.Tuple):
            parts = [last]
        case ast.Tuple(elts=parts):
            pass
        case ast.IfExp(body=body, orelse=other):
            parts = [body, other]
        case _ if depth < DEEPEST:
            names = {_name(node) for node in ast.walk(given) if isinstance(node, ast.Name)}
            parts = [value for name in names for value in _values_of(name, tree)]
        case _:
            parts = []
    return [code for part in parts for code in _codes(part, tree, depth + 1)]


def _values_of(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    """What the name is given, what it runs through, or what the function of this name returns."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value):
                if found == name:
                    yield value
            case ast.For(target=target, iter=over):
                if name in {_name(one) for one in ast.walk(target) if isinstance(one, ast.Name)}:
                    yield over
            case ast.FunctionDef(name=found) if found == name:
                yield from (
                    one.value
                    for one in ast.walk(node)
                    if isinstance(one, ast.Return) and one.value is not None
                )


RAISED = sorted({code for _, code in codes_raised()} | OURS)


def test_the_codes_are_found() -> None:
    """The search itself: constants, f-strings, functions and tables."""
    expected = {
        "rate-limit",
        "http-500",
        "smtp-500",
        "broken-off",
        "app-permissions",
        "dns",
        "refused",
    }
    assert expected <= set(RAISED)


@pytest.mark.parametrize("code", RAISED)
def test_every_code_has_a_clause_of_its_own(code: str) -> None:
    """If this fails, give the code a row in templates/reasons.csv."""
    assert reason(code).code != "*"
    said = because(code, FACTS)
    assert said is not None
    assert said[0].isupper()
    assert not said.endswith(".")
    assert "{" not in said


def test_a_strange_code_has_a_general_clause_and_no_code_is_shadowed() -> None:
    assert because("never-heard-of", FACTS) == (
        "Something went wrong with Bluesky (the code is never-heard-of)"
    )
    for one in reasons():
        assert reason(one.code) is one, f"a line above {one.code} takes its codes"


def test_every_word_that_scripts_are_promised_can_be_said() -> None:
    assert {one.retry for one in reasons()} == set(RetryCode)


def test_a_value_cannot_reach_into_the_code() -> None:
    assert because("smtp-4{other.__class__}", FACTS) == (
        "Bluesky has asked us to try later (smtp-4{other.__class__})"
    )


def _retry(of: RetryOf, state: EffectState, code: str, minutes: float = 4) -> Retry:
    notice = of == RetryOf.NOTICE
    return Retry(
        of,
        "01",
        state,
        code,
        2,
        NOW + timedelta(minutes=minutes),
        None if notice else Account(platform="bluesky", handle="dept", owner="cy@dept.example"),
        Role.LINE_MANAGER if notice else None,
    )


@pytest.mark.parametrize(
    ("of", "state", "code"),
    [
        *((of, state, "timeout") for of in ("delete", "publish", "notice") for state in
          (EffectState.RETRY, EffectState.UNKNOWN)),
        ("publish", EffectState.AUTHORISED, HELD),
        ("publish", EffectState.RETRY, HELD),
        ("capture", EffectState.RETRY, "rate-limit"),
        ("capture", EffectState.RETRY, ""),
        *(("look", EffectState.UNKNOWN, code) for code in LOOKED_AT.values()),
    ],
)  # fmt: skip
def test_every_retry_has_a_sentence(of: str, state: EffectState, code: str) -> None:
    said = retry_sentence(_retry(RetryOf(of), state, code), NOW, held_by="dee@dept.example")
    assert said[0].isupper()
    assert said.endswith(".")
    assert "UTC" in said
    assert "{" not in said


def test_the_sentence_names_reason_act_account_time_and_tries() -> None:
    waiting = _retry(RetryOf.DELETE, EffectState.RETRY, "rate-limit")
    assert retry_sentence(waiting, NOW, held_by="") == (
        "Bluesky has asked us to wait. The next try to delete the post of @dept is at 10:42 UTC; "
        "2 tries so far."
    )
    due = _retry(RetryOf.NOTICE, EffectState.RETRY, "dns", minutes=-1)
    assert retry_sentence(due, NOW, held_by="") == (
        "The address of the message service was not found. The next try to send the notice to the "
        "line manager is due now; 2 tries so far."
    )


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(seconds=70), "10:39:10 UTC"),
        (timedelta(minutes=4), "10:42 UTC"),
        (timedelta(hours=14), "00:38 UTC on 24 November"),
    ],
)
def test_a_time_is_no_longer_than_it_needs_to_be(away: timedelta, said: str) -> None:
    assert clock(NOW + away, NOW) == said
