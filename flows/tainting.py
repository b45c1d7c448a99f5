"""The taint check on what is about to be said of an incident (design §3.7).

Each place that words pass asks here: where they are drafted, written, cleared and authorised, and
the ledger once more, right before anything leaves.
"""

import json
import re
from collections.abc import Iterable

from flows.framing import links_elsewhere, without_frame
from flows.made_ready import index_for
from flows.withheld import is_withheld, withheld
from models.audit import chain_of_incident
from models.effects import Effect
from models.incident import Incident
from models.office import Office
from models.sealed import SealBrokenError, place
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import EffectKind, Kind, StatementKind
from policy.taint.check import find_in
from policy.taint.common_words import common_words
from policy.taint.words import Found, Own, Part
from templates.choosing import NoTemplateError
from templates.labels import label
from templates.vocabulary import own_text, own_text_for, own_text_of_notices
from templates.words import Rendered

REPEATS = (
    "The words repeat what must not be repeated: {places}. Write them without it. If they do not, "
    "keep to the words of the template, and phone the duty officer."
)
PLACE = "{what} {whose} (word {at})"
SHOWN = 3
UNREAD = "taint-unread"
CANNOT_TELL = (
    ArithmeticError, AttributeError, LookupError, NoTemplateError, RecursionError, SealBrokenError,
    TypeError, ValueError,
)  # fmt: skip
"""What reading other people's texts may end with. A database that fails is none of these."""

CARRIES_WORDS = frozenset({EffectKind.PUBLISH, EffectKind.NOTICE})
MACHINES = frozenset({"wording", "audience", "at", "edits", "url"})
"""What a publication's payload holds besides words and the code of their language."""

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?", re.IGNORECASE)
"""A language's code: *en*, *zh-Hans*, *es-419*. Only its shape makes it harmless: the platform
shows what stands there, so anything longer is looked at like the words."""

HEADERS = frozenset({"message_id", "sender", "to", "date", "medium", "reference"})
"""The same of a notice's: addresses, times and our own numbers, which its template does not
write."""


def taint_of(
    tx: Transaction, here: Office, incident: Incident, kind: StatementKind, text: str, language: str
) -> tuple[Found, ...]:
    """Where these public words repeat something of the incident; nothing where they may."""
    if not is_withheld(incident):
        return ()
    own = _own(incident, kind, language)
    index = index_for(here, withheld(tx, incident), own)
    return find_in([(Part.WORDS, text)], index, own)


def taint_of_line(
    tx: Transaction, here: Office, incident: Incident, line: Rendered
) -> tuple[Found, ...]:
    """The same of what is said only if asked."""
    if not is_withheld(incident):
        return ()
    own = Own(
        own_text(line.template, line.language), common_words((line.language, incident.language))
    )
    index = index_for(here, withheld(tx, incident), own)
    return find_in([(Part.WORDS, line.text)], index, own)


def taint_of_wording(
    tx: Transaction, here: Office, incident: Incident, statement: Statement, wording: Wording
) -> tuple[Found, ...]:
    """The same of a version that is stored."""
    if not is_withheld(incident):
        return ()
    text = here.content.open_text(wording.text_sealed, place("wording", wording.id, "text"))
    return taint_of(tx, here, incident, statement.kind, text, wording.language)


def why_not_clean(here: Office, effect: Effect, payload: bytes) -> str | None:
    """``taint_of_payload``, and a code also where it cannot tell: what could not be looked at does
    not leave, and stands in front of a person."""
    try:
        return taint_of_payload(here, effect, payload)
    except CANNOT_TELL:
        return UNREAD


def taint_of_payload(here: Office, effect: Effect, payload: bytes) -> str | None:
    """The code of why these very bytes may not leave; None where they may. The ledger's last look.

    Whatever a payload holds is checked, unless it is known to hold no words.
    """
    if effect.kind not in CARRIES_WORDS:
        return None
    with here.store.read() as tx:
        incident = tx.get_one(Incident, effect.incident_id)
        if not is_withheld(incident):
            return None
        held = withheld(tx, incident)
        statement = tx.get(Statement, effect.target)
    frozen: dict[str, object] = json.loads(payload)
    if effect.kind == EffectKind.NOTICE:
        parts = _parts_of_mail(here, frozen)
        own = Own(own_text_of_notices(), common_words(()))
        bare = [(part, one) for part, text in parts for one in without_frame(here.settings, text)]
        tainted = find_in(bare, index_for(here, held, own), own)
        found = (*links_elsewhere(here.settings, parts), *tainted)
    else:
        kind = statement.kind if statement else StatementKind.NOTE
        own = _own(incident, kind, str(frozen.get("language", "")))
        said = [(Part.WORDS, text) for text in _words_of(frozen)]
        found = find_in(said, index_for(here, held, own), own)
    return f"tainted-{found[0].sort}" if found else None


def _words_of(frozen: dict[str, object]) -> list[str]:
    """All that a publication's payload holds but what is known to be none."""
    is_code = LANGUAGE.fullmatch(str(frozen.get("language", "")))
    none = MACHINES | {"language"} if is_code else MACHINES
    return [str(value) for name, value in frozen.items() if value and name not in none]


def _parts_of_mail(here: Office, frozen: dict[str, object]) -> list[tuple[Part, str]]:
    return [
        (Part.SUBJECT if name == "subject" else Part.MESSAGE, str(value))
        for name, value in frozen.items()
        if value and name not in HEADERS
    ]


def _own(incident: Incident, kind: StatementKind, language: str) -> Own:
    kinds = [Kind(one) for one in incident.kinds]
    spoken = kind if kind is not StatementKind.NONE else StatementKind.NOTE
    own = own_text_for(spoken, kinds, language)
    return Own(own, common_words((language, incident.language)))


def where(found: Iterable[Found]) -> str:
    """A sentence for who wrote the words: which word, and what sort of thing; never the thing."""
    places = [
        PLACE.format(what=label("taint", one.sort), whose=label("taint_of", one.origin), at=one.at)
        for one in found
    ]
    return REPEATS.format(places="; ".join(places[:SHOWN]))


def note_taint(tx: Transaction, statement: Statement, what: str, found: tuple[Found, ...]) -> None:
    """One entry of the record: the first place, and how many there are."""
    first = found[0]
    tx.record(
        chain_of_incident(statement.incident_id),
        "amends",
        what,
        statement=statement.id,
        taint=first.sort.value,
        taint_of=first.origin.value,
        word=first.at,
        places=len(found),
    )
