"""What the recorded facts make true of one account's words now (the truth gate, design §3.7)."""

import json

from flows.putting_back import is_as_it_was, kept_text, without_line
from models.incident import Incident
from models.office import Office
from models.people import Account
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement, Wording
from models.words import (
    Choice,
    DecisionType,
    Kind,
    PostState,
    StatementKind,
    StatementState,
    Tier,
)
from policy.claims import Facts, true_claims
from policy.clearing import given
from policy.reading import Read, read_claims
from policy.words import Claim, Fact

SLIPS = (Kind.WRONG_ACCOUNT, Kind.PRIVATE_MESSAGE, Kind.UNATTENDED, Kind.NOISE)
"""Kinds that say by themselves that the post was not meant for this account."""

CORRECTS = (StatementKind.CORRECTION, StatementKind.APOLOGY_AND_CORRECTION)
NOBODY = "nobody"


def facts_of(here: Office, incident: Incident) -> dict[str, str]:
    """What the incident's reporters said was wrong and is right; empty where nobody did."""
    if incident.facts_sealed is None:
        return {}
    opened = here.content.open_text(incident.facts_sealed, place("incident", incident.id, "facts"))
    return {name: value for name, value in json.loads(opened).items() if value}


def text_of(here: Office, wording: Wording) -> str:
    """The words of this version."""
    return here.content.open_text(wording.text_sealed, place("wording", wording.id, "text"))


def facts_now(here: Office, seen: Snapshot, account: Account) -> Facts:
    """Every fact that words on this account may rest on, as it is recorded now."""
    told = facts_of(here, seen.incident)
    said = established(seen)
    kinds = [Kind(kind) for kind in seen.incident.kinds]
    slip = any(kind in SLIPS for kind in kinds) and seen.incident.poster_email is not None
    cleared_by = seen.incident.cleared_by
    nobody = None if cleared_by is None else cleared_by == NOBODY
    statement = StatementKind((seen.incident.plan or {}).get("statement", StatementKind.NONE))
    return Facts(
        not_meant_by_poster_or_publisher=said.get(Fact.NOT_MEANT, True if slip else None),
        # Who cleared it is the stronger word: it is a name.
        cleared_by_nobody=nobody if nobody is False else said.get(Fact.CLEARED_BY_NOBODY, nobody),
        tier_official=account.tier == Tier.OFFICIAL,
        poster_said_personal=said.get(Fact.POSTER_SAID_PERSONAL),
        wrong_right_and_source_recorded=all(
            told.get(name) for name in ("wrong", "right", "source_url")
        ),
        correction_confirmed_everywhere=_is_corrected_everywhere(seen),
        this_is_the_correction=statement in CORRECTS,
        every_copy_gone=all(post.state == PostState.GONE for post in seen.posts),
        unauthorised_verified=said.get(Fact.UNAUTHORISED_VERIFIED),
        not_hacked_verified=said.get(Fact.NOT_HACKED_VERIFIED),
        dpo_says_no_personal_data=said.get(Fact.DPO_SAYS_NO_PERSONAL_DATA),
        drill_owner_confirmed=said.get(Fact.DRILL_OWNER_CONFIRMED),
        investigation_opened=said.get(Fact.INVESTIGATION_OPENED),
    )


def _is_corrected_everywhere(seen: Snapshot) -> bool:
    """Whether a correction that we have seen stands on every account that carried the error."""
    corrected = {
        one.account_id
        for one in seen.statements
        if one.kind in CORRECTS
        and one.state == StatementState.PUBLISHED
        and one.attested_by is None
    }
    return bool(seen.posts) and all(post.account_id in corrected for post in seen.posts)


def established(seen: Snapshot) -> dict[Fact, bool]:
    """What people recorded of the facts, by their last word on each."""
    said = [
        one
        for one in seen.decisions
        if one.type == DecisionType.ESTABLISH and one.choice and one.withdrawn_at is None
    ]
    said.sort(key=lambda one: one.generation)
    return {Fact(one.target): one.choice == Choice.YES for one in said}


def true_claims_of(here: Office, seen: Snapshot, account: Account) -> frozenset[Claim]:
    """The claims that the recorded facts make true now."""
    kinds = [Kind(kind) for kind in seen.incident.kinds]
    return true_claims(facts_now(here, seen, account), kinds, account.tier)


def read_words(here: Office, seen: Snapshot, about: Statement, text: str, language: str) -> Read:
    """What these words claim. The old claim and the right one are only quoted in them; and words in
    the place of a post are the post's own, of which nothing is sure. A post that is published again
    as it was claims nothing: its line is what a person decided."""
    if is_as_it_was(here, seen, about, text, language):
        return Read()
    if about.restores:
        kept = kept_text(here, seen, about.restores)
        return read_claims(without_line(text, language), language, (kept,))
    told = facts_of(here, seen.incident)
    quoted = (text,) if about.edits else (told.get("wrong", ""), told.get("right", ""))
    return read_claims(text, language, quoted)


def untrue_claims(
    here: Office, seen: Snapshot, statement: Statement, wording: Wording
) -> list[Claim]:
    """What the words claim and the facts do not bear out, or not any more: by the words' own
    claims, by what was heard in them, and by what their clearers said of them."""
    read = read_words(here, seen, statement, text_of(here, wording), wording.language)
    said = (claim for one in given(seen, statement) if one.approved for claim in one.claims)
    claimed = {*wording.claims, *read.made, *said}
    true = true_claims_of(here, seen, seen.accounts[statement.account_id])
    return [claim for claim in Claim if claim in claimed and claim not in true]
