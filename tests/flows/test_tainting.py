"""The taint check's gates agree: what clearance lets through, the ledger lets out."""

import json
from collections.abc import Callable

import pytest
from paper import CY, Paper

from flows import tainting
from flows.acts.publish_words import freeze_words
from flows.deciding.writing import write_words
from flows.ledger import plan_effect
from flows.tainting import taint_of_payload, taint_of_wording, why_not_clean
from flows.withheld import Withheld
from models.effects import Effect
from models.office import Office
from models.sealed import SealBrokenError
from models.words import Audience, EffectKind, Kind
from policy.taint.words import Piece

SORRY = "We are sorry. Please disregard our post."


def _payload(paper: Paper, reference: str, **changed: str) -> tuple[Effect, bytes]:
    """The words that now stand, as they would leave."""
    seen = paper.seen(reference)
    about = seen.statements[0]
    wording = seen.wordings[str(about.wording_id)]
    with paper.office.store.write("freeze") as tx:
        frozen = json.loads(freeze_words(wording, SORRY, Audience.PUBLIC, tx.now()))
        payload = json.dumps(frozen | changed).encode()
        effect = plan_effect(
            tx, paper.office, incident_id=seen.incident.id, kind=EffectKind.PUBLISH,
            target=about.id, payload=payload, account_id=about.account_id,
        )  # fmt: skip
        return tx.get_one(Effect, effect), payload


@pytest.mark.parametrize(
    ("note", "language"),
    [
        ("The minister is en route to Kestrelfield", None),
        ("An en suite room at Kestrelfield", None),
        ("Está en Kestrelfield", "en"),
        ("Il est sur place, fr", "fr"),
        ("Kestrelfield, zh Hans", "zh-Hans"),
    ],
)
def test_the_ledger_says_of_a_language_what_clearance_says(
    paper: Paper, note: str, language: str | None
) -> None:
    """The code of the language is among the words of the post."""
    reference = paper.worded(kinds=(Kind.SAFETY,), note=note)
    write_words(paper.office, paper.person(CY), reference, text=SORRY, language=language)
    seen = paper.seen(reference)
    about = seen.statements[0]
    with paper.office.store.read() as tx:
        wording = seen.wordings[str(about.wording_id)]
        earlier = taint_of_wording(tx, paper.office, seen.incident, about, wording)
    effect, payload = _payload(paper, reference)
    assert (earlier, taint_of_payload(paper.office, effect, payload)) == ((), None)


@pytest.mark.parametrize("hidden", [{"language": "Kestrelfield"}, {"spoiler": "Kestrelfield"}])
def test_what_is_no_code_is_looked_at_like_the_words(paper: Paper, hidden: dict[str, str]) -> None:
    reference = paper.worded(kinds=(Kind.SAFETY,), note="They are in Kestrelfield")
    effect, payload = _payload(paper, reference, **hidden)
    assert taint_of_payload(paper.office, effect, payload) == "tainted-name"


def test_what_cannot_be_looked_at_does_not_leave(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = paper.worded(kinds=(Kind.SAFETY,), note="They are in Kestrelfield")
    effect, payload = _payload(paper, reference)
    for broken in (ValueError, RecursionError, KeyError, SealBrokenError):
        monkeypatch.setattr(tainting, "withheld", _raises(broken))
        assert why_not_clean(paper.office, effect, payload) == "taint-unread"


def _raises(error: type[Exception]) -> Callable[..., object]:
    def withheld(*_: object) -> object:
        raise error("what may not be repeated")

    return withheld


def test_what_is_held_is_made_ready_once_and_anew_where_anything_is_added(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = paper.worded(kinds=(Kind.SAFETY,), note="They are in Kestrelfield")
    effect, payload = _payload(paper, reference)
    opened: list[str] = []
    whole = Withheld.opened

    def counted(held: Withheld, here: Office) -> tuple[Piece, ...]:
        opened.append(held.stamp)
        return whole(held, here)

    monkeypatch.setattr(Withheld, "opened", counted)
    for _ in range(3):
        assert taint_of_payload(paper.office, effect, payload) is None
    assert len(opened) == 1
    paper.report(by=CY, kinds=(Kind.SAFETY,), note="Please disregard our Heronwood post.")
    sent = json.loads(payload) | {"text": "Heronwood"}
    assert taint_of_payload(paper.office, effect, json.dumps(sent).encode()) == "tainted-name"
    assert len(opened) == 2
