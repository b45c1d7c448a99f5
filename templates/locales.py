"""Languages as Babel knows them: which way they are written, and how they say days and numbers."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format, get_timezone_gmt
from babel.numbers import format_decimal

ENGLISH = "en"
BRITISH = "en_GB"
NO_LANGUAGE = "und"
"""What platforms say of a post whose language they could not tell; Babel takes it for English."""

TRADITIONAL = "Hant"
"""Readers of one Chinese script do not want a government's words in the other."""


@cache
def locale_of(language: str) -> Locale | None:
    """What Babel knows of a language tag like ``fr`` or ``pt-BR``; None of what is no language."""
    tag = language.strip().replace("-", "_")
    if tag.partition("_")[0].lower() == NO_LANGUAGE:
        return None
    try:
        return Locale.parse(BRITISH if tag.lower() == ENGLISH else tag)
    except (UnknownLocaleError, ValueError, TypeError):
        return None


def primary(language: str) -> str | None:
    """The language alone, without its country; None of what no catalogue here could speak."""
    locale = locale_of(language)
    return locale.language if locale and locale.script != TRADITIONAL else None


def named(language: str) -> str:
    """What a language is called in English: ``Welsh``. The tag itself where nobody knows it."""
    locale = locale_of(language)
    if locale is None:
        return language
    known = Locale(locale.language, script=locale.script if locale.language == "zh" else None)
    return known.get_display_name(BRITISH) or language


def is_right_to_left(language: str) -> bool:
    """Whether it is written from right to left."""
    locale = locale_of(language)
    return locale is not None and locale.text_direction == "rtl"


def in_words(value: object, language: str) -> str:
    """A fact as that language writes it: a moment, a day, a number; a text as it is.

    A moment must know its zone.
    """
    locale = locale_of(language) or BRITISH
    if isinstance(value, datetime):
        hours = f"{format_time(value, 'short', locale=locale)} {_zone(value, locale)}"
        both = str(get_datetime_format("long", locale=locale))
        day = format_date(value, "long", locale=locale)
        return both.replace("'", "").replace("{0}", hours).replace("{1}", day)
    if isinstance(value, date):
        return format_date(value, "long", locale=locale)
    if isinstance(value, int | float | Decimal):
        return format_decimal(value, locale=locale)
    return str(value)


def _zone(moment: datetime, locale: Locale | str) -> str:
    """Its distance from UTC, which every reader can reckon with; nobody knows a zone's letters."""
    return get_timezone_gmt(moment, width="long", locale=locale)
