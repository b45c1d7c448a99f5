"""A report as it grows over the pages: what was entered, whether it will do, and what it says."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from amends.web.bodies import ReportBody
from amends.web.form import Form
from flows.drafts import draft_of
from flows.report_request import ME, MOST_POSTS, UNKNOWN, ReportRequest
from models.office import Office
from models.sign_in import WebSession
from models.words import SECRET_KINDS, Circumstance, Kind
from policy.tables import load

NO = "no"
FIRST = {NO: (), **{kind.value: (kind,) for kind in Kind if kind in SECRET_KINDS}}
"""The answers to the first question, and the kinds that they name."""

SOMEBODY = "somebody"
KEY = "key"

LINES = ("links",)
ONES = ("first", "poster", "poster_email", "wrong", "right", "source_url", "note")
DESCRIBES = frozenset({"wrong", "right", "source_url", "note"})
MANY = ("kinds", "circumstances")
FACTS = frozenset({Kind.FACTUAL, Kind.FALSE_ALARM, Kind.SHARED})
"""Kinds whose public words say what was wrong and what is right."""

MOST_TEXT, MOST_LINK = 10_000, 2000


@dataclass(frozen=True)
class ReportDraft:
    """What somebody has entered so far, whether it will do or not."""

    fields: Mapping[str, list[str]] = field(default_factory=dict, repr=False)

    def one(self, name: str) -> str:
        """What was entered there; empty where nothing was."""
        return next(iter(self.fields.get(name, [])), "")

    def all(self, name: str) -> list[str]:
        """The same of a field that takes several."""
        return list(self.fields.get(name, []))

    def with_answers(self, form: Form, *names: str) -> "ReportDraft":
        """With what this page's form says of these fields."""
        given = {name: form.all(name) if name in MANY else [form.one(name)] for name in names}
        key = self.fields.get(KEY) or [secrets.token_hex(16)]
        return ReportDraft({**self.fields, **given, KEY: key}).without_what_is_not_asked()

    def without_what_is_not_asked(self) -> "ReportDraft":
        """What is secret is not described: what was written before that was known is not kept."""
        if not self.is_secret:
            return self
        return ReportDraft(
            {name: was for name, was in self.fields.items() if name not in DESCRIBES}
        )

    @property
    def is_secret(self) -> bool:
        """Whether it is secret, personal or dangerous: then nobody is asked to describe it."""
        return self.one("first") not in ("", NO)

    @property
    def may_be_shown(self) -> bool:
        """Whether the posts may be looked at before they are reported: they were said to be
        neither secret, nor personal, nor dangerous."""
        return self.one("first") == NO and not SECRET_KINDS & set(self.kinds)

    @property
    def links(self) -> tuple[str, ...]:
        """One a line."""
        return tuple(line.strip() for line in self.one("links").splitlines() if line.strip())

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those that the first answer names, or that were ticked."""
        ticked = [Kind(word) for word in self.all("kinds") if word in set(Kind)]
        return FIRST.get(self.one("first"), ()) or tuple(ticked)

    @property
    def circumstances(self) -> tuple[Circumstance, ...]:
        """Those that were ticked and still belong to one of the kinds."""
        possible = circumstances_of(self.kinds)
        return tuple(one for one in possible if one.value in self.all("circumstances"))

    @property
    def asks_for_facts(self) -> bool:
        """Whether what is wrong and right is asked for."""
        return not self.is_secret and bool(FACTS & set(self.kinds))

    @property
    def poster(self) -> str | None:
        """Who posted, as a report says it; None where they did not say."""
        said = self.one("poster")
        return self.one("poster_email") if said == SOMEBODY else said or None

    def request(self) -> ReportRequest:
        """The report. Raises ValueError where a field is longer than a report may be."""
        facts = self.asks_for_facts
        return ReportBody(
            post_urls=list(self.links),
            kinds=list(self.kinds),
            circumstances=list(self.circumstances),
            poster=self.poster,
            note=(self.one("note") or None) if not self.is_secret else None,
            wrong=(self.one("wrong") or None) if facts else None,
            right=(self.one("right") or None) if facts else None,
            source_url=(self.one("source_url") or None) if facts else None,
        ).request()


def circumstances_of(kinds: tuple[Kind, ...]) -> tuple[Circumstance, ...]:
    """What would make one of these kinds more serious, by the tables."""
    mine = {row.circumstance for row in load().rises if row.kind in kinds}
    return tuple(one for one in Circumstance if one in mine)


def read_draft(office: Office, session: WebSession) -> ReportDraft:
    """What the session has."""
    return ReportDraft(draft_of(office, session))


ENTER_FIRST = "Say whether the post is secret, personal or dangerous"
ENTER_LINK = "Enter the link to the post"
ENTER_KIND = "Choose what happened"
ENTER_POSTER = "Say who posted"
ENTER_EMAIL = "Enter the email address of whoever posted, or say that you do not know"
TOO_MANY = f"Report {MOST_POSTS} posts or fewer at a time"
TOO_LONG = f"Use {MOST_TEXT:,} characters or fewer"
LINK_TOO_LONG = f"Enter a link of {MOST_LINK:,} characters or fewer"


def first_wrong(draft: ReportDraft) -> dict[str, str]:
    """What is missing on the first page."""
    return {} if draft.one("first") in FIRST else {"first": ENTER_FIRST}


def links_wrong(draft: ReportDraft) -> dict[str, str]:
    """What is missing among the links, as far as that shows without the register."""
    if not draft.links:
        return {"links": ENTER_LINK}
    if len(draft.links) > MOST_POSTS:
        return {"links": TOO_MANY}
    long = any(len(one) > MOST_LINK for one in draft.links)
    return {"links": LINK_TOO_LONG} if long else {}


def kinds_wrong(draft: ReportDraft) -> dict[str, str]:
    """What is missing on the page of kinds."""
    return {} if draft.kinds else {"kinds": ENTER_KIND}


def about_wrong(draft: ReportDraft) -> dict[str, str]:
    """What is missing on the page about who posted."""
    errors = {name: TOO_LONG for name in ("wrong", "right", "note") if _is_long(draft, name)}
    if len(draft.one("source_url")) > MOST_LINK:
        errors["source_url"] = LINK_TOO_LONG
    if draft.one("poster") not in (ME, UNKNOWN, SOMEBODY):
        errors["poster"] = ENTER_POSTER
    elif draft.one("poster") == SOMEBODY and draft.one("poster_email").count("@") != 1:
        errors["poster_email"] = ENTER_EMAIL
    return errors


def _is_long(draft: ReportDraft, name: str) -> bool:
    return len(draft.one(name)) > MOST_TEXT
