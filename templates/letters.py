"""Notices as letters: a subject, plain text and HTML from one Markdown body."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from models.words import WAIT_LABELS, Role, Wait
from templates.environment import HERE, plain_text
from templates.labels import label

_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,40}")
_CODE = re.compile(r"[A-Za-z0-9-]{4,100}")
_LINK = re.compile(r"https?://[^\s<>\"'()\[\]\\`]+")
_PATH = re.compile(r"/[A-Za-z0-9/_-]*")
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_MANY_LINES = re.compile(r"\n\s*\n\s*\n+")


class UnsafeFactError(ValueError):
    """A fact does not have the shape that its name promises. The text is its name."""


@dataclass(frozen=True)
class NoticeFacts:
    """All that a notice may know: no field holds a post, a name, a handle or a kind.

    ``url`` is the address of the installation; every page is under it. ``ack_url`` is left out
    for shared mailboxes. ``references`` are the incidents of a digest. ``minutes`` is how long a
    link or code works. ``path`` leads to what is sealed; ``/cases`` where it is left out. Raises
    UnsafeFactError.
    """

    organisation: str
    url: str
    duty_officer: str
    reference: str | None = None
    ack_url: str | None = field(default=None, repr=False)
    role: Role | None = None
    waiting_for: Wait | None = None
    due_at: datetime | None = None
    references: tuple[str, ...] = ()
    sign_in_url: str | None = field(default=None, repr=False)
    sign_in_code: str | None = field(default=None, repr=False)
    minutes: int | None = None
    path: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("url", "ack_url", "sign_in_url"):
            _must_match(name, getattr(self, name), _LINK)
        for reference in (self.reference, *self.references):
            _must_match("reference", reference, _REFERENCE)
        _must_match("sign_in_code", self.sign_in_code, _CODE)
        _must_match("path", self.path, _PATH)

    def page(self, reference: str) -> str:
        """The address of an incident's page."""
        return f"{self.url.rstrip('/')}/i/{reference}"

    def sealed_page(self) -> str:
        """The address where HR finds what is sealed; it tells nothing by itself."""
        return f"{self.url.rstrip('/')}{self.path or '/cases'}"


@dataclass(frozen=True)
class Letter:
    """A notice as it is sent."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True)
class DigestLine:
    """One incident of a digest, as its template sees it."""

    reference: str
    page: str


def render_notice(name: str, facts: NoticeFacts) -> Letter:
    """The notice in ``templates/notices/<name>/``. A fact it needs and lacks is an error."""
    given = _given(facts)
    environment = plain_text("notices")
    subject = " ".join(environment.get_template(f"{name}/subject.txt").render(given).split())
    body = environment.get_template(f"{name}/body.md").render(given)
    body = _MANY_LINES.sub("\n\n", body).strip() + "\n"
    return Letter(
        subject=subject,
        text=_MARKDOWN_LINK.sub(r"\1: \2", body),
        html=_framed(subject, body),
    )


def render_text(facts: NoticeFacts) -> str:
    """What a phone is sent, whatever the notice: the reference, a link and whom to ring."""
    return " ".join(plain_text("notices").get_template("text.txt").render(_given(facts)).split())


def render_chat(facts: NoticeFacts) -> str:
    """What a team's chat is sent, whatever the notice: the reference and its page, and no link that
    acts for a person."""
    return " ".join(plain_text("notices").get_template("chat.txt").render(_given(facts)).split())


@cache
def notice_names() -> frozenset[str]:
    """The notices that there are words for."""
    return frozenset(path.parent.name for path in (HERE / "notices").glob("*/body.md"))


def _given(facts: NoticeFacts) -> dict[str, object]:
    values: dict[str, object | None] = {
        "organisation": facts.organisation,
        "duty_officer": facts.duty_officer,
        "reference": facts.reference,
        "page": facts.page(facts.reference) if facts.reference else None,
        "sealed_page": facts.sealed_page(),
        "ack_url": facts.ack_url,
        "reader": label("role", facts.role) if facts.role else None,
        "waiting": WAIT_LABELS[facts.waiting_for] if facts.waiting_for else None,
        "due_at": facts.due_at.astimezone(UTC) if facts.due_at else None,
        "incidents": tuple(DigestLine(one, facts.page(one)) for one in facts.references),
        "sign_in_url": facts.sign_in_url,
        "sign_in_code": facts.sign_in_code,
        "minutes": facts.minutes,
    }
    return {name: value for name, value in values.items() if value is not None}


def _framed(subject: str, body: str) -> str:
    content = Markup(_markdown().render(body))
    return _frames().get_template("layout.html").render(subject=subject, content=content)


@cache
def _frames() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "notices"),
        undefined=StrictUndefined,
        autoescape=True,
        keep_trailing_newline=True,
    )


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(["image"])


def _must_match(name: str, value: str | None, shape: re.Pattern[str]) -> None:
    if value is not None and not shape.fullmatch(value):
        raise UnsafeFactError(name)
