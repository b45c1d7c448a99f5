"""The catalogues of statements: whole, reviewed by a named person, and until when."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from amends.doctor.findings import Findings, bad, ok, warn
from amends.doctor.staff import Staff, listed
from amends.settings import Settings
from policy.reader import PolicyError
from templates.catalogues import catalogue, catalogued
from templates.labels import label
from templates.locales import ENGLISH, named, primary
from templates.reviews import reviews, why_not_agreed

ABOUT = "languages"


def examine(settings: Settings) -> Findings:
    """A line for each language that an account speaks, and one for those that none does."""
    try:
        reviews()
    except PolicyError as error:
        yield bad(ABOUT, str(error))
        return
    foreign = sorted(catalogued() - {ENGLISH})
    spoken = {primary(tag) for account in settings.accounts for tag in account.languages}
    for language in foreign:
        if gaps := catalogue(language).gaps:
            yield warn(ABOUT, _not_whole(language, gaps))
        elif language in spoken:
            yield from _reviewed(settings, language)
    rest = [one for one in foreign if one not in spoken and not catalogue(one).gaps]
    drafts = [named(one) for one in rest if why_not_agreed(one, _today())]
    if drafts:
        yield ok(
            ABOUT,
            f"{listed(drafts)}: no account speaks them, and their words wait for a clearer.",
        )


def _not_whole(language: str, gaps: Iterable[str]) -> str:
    missing = list(gaps)
    return (
        f"{named(language)} is not used: {len(missing)} of its sentences are missing or out of "
        f"date ({listed(missing[:3])}). Put them right in templates/catalogues/{language}.po."
    )


def _reviewed(settings: Settings, language: str) -> Findings:
    why, review = why_not_agreed(language, _today()), reviews().get(language)
    if why is not None:
        yield warn(
            ABOUT,
            f"{named(language)}: {label('not_agreed', why)}, so its words wait for a clearer. Its "
            f"sentences are {catalogue(language).digest}; see docs/how-to/add-a-language.md.",
        )
    elif review is not None:
        yield ok(
            ABOUT,
            f"{named(language)}: reviewed by {review.reviewer}, until {review.until:%-d %B %Y}.",
        )
        if "@" in review.reviewer and review.reviewer.lower() not in Staff(settings):
            yield warn(
                ABOUT,
                f"{review.reviewer}, who reviewed {named(language)}, is not in [[people]]. Name "
                "somebody who is there for questions.",
            )


def _today() -> date:
    return datetime.now(UTC).date()
