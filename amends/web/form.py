"""What a page's form sends: names with one value or several, as text, bounded and storable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs

from fastapi import Request
from starlette.exceptions import HTTPException

MOST_FIELDS = 1000
TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    """The fields that were filled in; a field that is not there is an empty one."""

    fields: Mapping[str, Sequence[str]] = field(repr=False)

    def one(self, name: str) -> str:
        """Its value without the space around it; empty where there is none."""
        return self.fields.get(name, [""])[0].strip()

    def all(self, name: str) -> list[str]:
        """Its values, each once."""
        return list(dict.fromkeys(one.strip() for one in self.fields.get(name, []) if one.strip()))

    def day(self, name: str) -> date | None:
        """The day that three fields say; None where all are empty. Raises ValueError."""
        parts = [self.one(part) for part in (f"{name}-year", f"{name}-month", name)]
        if not any(parts):
            return None
        year, month, day = map(int, parts)
        return date(year, month, day)


async def read_form(request: Request) -> Form:
    """The body as a form. Raises HTTPException 400 where it is none, or cannot be stored."""
    if not request.headers.get("content-type", "").startswith(TYPE):
        raise HTTPException(400)
    try:
        body = (await request.body()).decode("ascii")
        fields = parse_qs(body, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    if any("\0" in value for values in fields.values() for value in values):
        raise HTTPException(400)
    # A browser sends each new line as two characters; people count one.
    return Form({name: [v.replace("\r\n", "\n") for v in vs] for name, vs in fields.items()})
