"""What people write is looked at when they write it and when others clear it: what cannot be sent
is refused with why, and the rest is for the clearer to confirm."""

from collections.abc import Collection

from flows.deciding.desk import Desk
from flows.inspecting import (
    NOTHING_FOUND,
    ClaimFound,
    Draft,
    Inspection,
    inspect_draft,
    inspect_words,
    named,
)
from flows.refusals import BadRequestError, NotNowError
from models.statements import Statement
from policy.clearing import wording_of
from policy.looking import refusals, sentence_of
from policy.words import Claim, Finding

UNTRUE = "{where} {says}, and that may not be said now. {why}"
SAID_TO_SAY = "You say that the words say {says}, and that may not be said now. {why}"
WHICH = (
    "Say which of these claims the words make, or that they make none: {claims}. Each that they "
    "make must rest on a recorded fact."
)
LOOK_AGAIN = "Look again at the words, and confirm what you go on with: {found}"


def refuse_what_cannot_be_sent(here: Desk, about: Statement, text: str, language: str) -> list[str]:
    """The claims to keep with these new words. Raises NotNowError with all that stops them."""
    draft = Draft(text, language)
    found = inspect_draft(here.office, here.seen, about, draft, here.register)
    _refuse(found)
    return found.kept


def inspected(here: Desk, about: Statement) -> Inspection:
    """What is found in the words that now stand."""
    wording = wording_of(here.seen, about)
    if wording is None:
        return NOTHING_FOUND
    return inspect_words(here.office, here.seen, about, wording, here.register)


def confirmed_claims(here: Desk, found: Inspection, claims: Collection[Claim] | None) -> list[str]:
    """The claims that this clearer says the words make, each of them true now.

    Raises BadRequestError where they must say which and did not, and NotNowError where one of
    them, or of the words' own, is not true.
    """
    _refuse(found)
    if claims is None and found.asked:
        raise BadRequestError(WHICH.format(claims=named(found.asked)))
    said = set(claims or ())
    why_not = {one.claim: one for one in found.claims if one.why_not}
    if unfounded := [why_not[claim] for claim in Claim if claim in said and claim in why_not]:
        raise NotNowError(
            " ".join(SAID_TO_SAY.format(says=one.says, why=one.why_not) for one in unfounded)
        )
    return [claim.value for claim in Claim if claim in said]


def confirmed_findings(found: Inspection, confirmed: Collection[Finding] | None) -> list[str]:
    """What this clearer was shown and goes on with, as codes. Raises BadRequestError where they did
    not say so of each."""
    to_look_at = dict.fromkeys(one.finding for one in found.to_look_at)
    left = [one for one in found.to_look_at if one.finding not in (confirmed or ())]
    if left:
        said = dict.fromkeys(f"{sentence_of(one)} ({one.finding.value})" for one in left)
        raise BadRequestError(LOOK_AGAIN.format(found=" ".join(said)))
    return [finding.value for finding in to_look_at]


def _refuse(found: Inspection) -> None:
    refused = [*(_sentence(one) for one in found.untrue), *refusals(found.found)]
    if refused:
        raise NotNowError(" ".join(refused))


def _sentence(one: ClaimFound) -> str:
    numbers = [str(sentence.number) for sentence in one.where]
    where = (
        f"Sentence {numbers[0]} says"
        if len(numbers) == 1
        else (f"Sentences {', '.join(numbers)} say")
    )
    return UNTRUE.format(where=where, says=one.says, why=one.why_not)
