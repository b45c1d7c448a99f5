"""A form of a page that decides, read into the body that the API takes: one path for both."""

import re
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, ValidationError

from amends.web.bodies import DecisionBody
from amends.web.form import Form
from flows.refusals import BadRequestError
from models.words import DecisionType

FOI = "foi"
"""A request for information is noted; it is no question that anybody answers."""

FROM_PAGES: frozenset[str] = frozenset(
    {
        DecisionType.CONFIRM,
        DecisionType.KEEP,
        DecisionType.ATTEST,
        DecisionType.SETTLE,
        DecisionType.FACTS,
        DecisionType.ESTABLISH,
        DecisionType.WORDS,
        DecisionType.ADVISE,
        DecisionType.RECLASSIFY,
        DecisionType.SKIP,
        DecisionType.WAIVE,
        DecisionType.ELSEWHERE,
        DecisionType.HOLDING_LINE,
        FOI,
        DecisionType.UNDO,
        DecisionType.SPEAK,
        DecisionType.HOLD,
        DecisionType.CLOSE,
    }
)
"""What a session may decide. A referral is not among them: no session opens anything of a case."""

ONE = (
    "type", "target", "choice", "reason", "text", "link", "wrong", "right", "source_url",
    "account", "minutes", "line",
)  # fmt: skip
SEVERAL = ("kinds", "circumstances")
WRITTEN = ("reason", "text", "link", "wrong", "right", "source_url")
"""What people type, and must not lose."""

SAY_SO_THEMSELVES: dict[str, tuple[str, ...]] = {
    DecisionType.FACTS: ("wrong", "right"),
    DecisionType.WORDS: ("text",),
    DecisionType.SPEAK: ("target", "text"),
}
"""Where nothing was typed, the decision itself says what is missing."""

CHOOSE = "Choose one of the answers."
MISSING = {
    "kinds": "Choose what kind of mistake it was.",
    "line": "Choose a line from the list, or say that it breaks none.",
    "minutes": "Enter for how many minutes, as a whole number.",
    "received_on": "Enter the day on which it came in, such as 3 11 2026.",
    (DecisionType.ELSEWHERE, "account"): "Choose which account says the words.",
    (DecisionType.SKIP, "target"): "Choose the step.",
    (DecisionType.ESTABLISH, "target"): "Choose the fact.",
}
TOO_LONG = "Use {limit} characters or fewer; you wrote more."

KEY = re.compile(r"[a-z0-9-]{1,120}", re.ASCII)

BODIES: TypeAdapter[DecisionBody] = TypeAdapter(DecisionBody)


@dataclass(frozen=True)
class Tried:
    """What somebody sent that was not taken: which form it was, what they wrote, and why not."""

    key: str
    form: Form = field(repr=False)
    sentence: str

    @property
    def written(self) -> list[str]:
        """All that was typed."""
        return [text for name in WRITTEN if (text := self.form.one(name))]


def key_of_form(form: Form) -> str:
    """Which form of the page it was."""
    return key if KEY.fullmatch(key := form.one("key")) else "answer"


def body_of(form: Form) -> DecisionBody:
    """The decision that the form means. Raises BadRequestError."""
    sent: dict[str, object] = {name: text for name in ONE if (text := form.one(name))}
    sent |= {name: words for name in SEVERAL if (words := form.all(name))}
    if sent.get("type") not in FROM_PAGES:
        raise BadRequestError(CHOOSE)
    kind = str(sent["type"])
    for name in SAY_SO_THEMSELVES.get(kind, ()):
        sent.setdefault(name, "")
    if kind == FOI and sent.get("choice") == "received":
        sent["received_on"] = _received(form)
    if kind == DecisionType.RECLASSIFY:
        sent["circumstances"] = form.all("circumstances")  # none is an answer, too
    if form.one("line").isascii() and form.one("line").isdigit():
        sent["line"] = int(form.one("line"))
    try:
        return BODIES.validate_python(sent)
    except ValidationError as error:
        raise BadRequestError(_sentence(kind, error)) from None


def _received(form: Form) -> date:
    try:
        day = form.day("received")
    except ValueError:
        day = None
    if day is None:
        raise BadRequestError(MISSING["received_on"])
    return day


def _sentence(kind: str, error: ValidationError) -> str:
    """What is wrong with the first field that is; nothing of what was sent is said."""
    first = error.errors(include_input=False, include_url=False)[0]
    if first["type"] == "string_too_long":
        return TOO_LONG.format(limit=first.get("ctx", {}).get("max_length"))
    names = [str(part) for part in first["loc"]]
    known = (said for name in names for said in (MISSING.get((kind, name)), MISSING.get(name)))
    return next(filter(None, known), CHOOSE)
