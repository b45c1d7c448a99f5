"""The forms of a page as a browser reads them, and all that can be put into them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote_plus

from hypothesis import strategies as st

Fields = list[tuple[str, str]]

NASTY = (
    "", " ", "\x00", "0", "-1", "9" * 30, "' OR 1=1 --", "<script>", "%00", "..", "None", "null",
    "a" * 20_000, "𝕏", "\u202e", "\ud800", "x/dept", "AM-XXXXX", "2026-02-30", "é" * 4_000,
    "javascript:1", "http://[::1", "\r\nX: y", "\t\n",
)  # fmt: skip


@dataclass
class PageForm:
    """One form: where it goes, and each name with the values that it offers or may be given."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    @property
    def move(self) -> str:
        """What tells several forms of one address apart."""
        return "/".join(self.fields.get(name, [""])[0] for name in ("move", "type", "target"))


class _Reader(HTMLParser):
    def __init__(self, at: str) -> None:
        super().__init__(convert_charrefs=True)
        self._at = at
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._named = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(given.get("action") or self._at)
            if given.get("method", "").lower() == "post":
                self.forms.append(self._open)
            return
        if tag == "option":
            given["name"] = self._named
        if tag == "select":
            self._named = given.get("name", "")
        if self._open is not None and given.get("name"):
            offered = self._open.fields.setdefault(given["name"], [])
            if tag != "select" and given.get("value", "") not in offered:
                offered.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_of(page: str, at: str) -> list[PageForm]:
    """The forms of the page at this address that change something."""
    reader = _Reader(at)
    reader.feed(page)
    return reader.forms


def spoilt(form: PageForm) -> Iterator[Fields]:
    """The form as it is offered, but for one field, which holds each odd value in turn."""
    offered = [(name, (values or ["x"])[0] or "x") for name, values in form.fields.items()]
    sound = [(name, value) for name, value in offered if name != "csrf"]
    for name in sorted(form.fields.keys() - {"csrf"}):
        for odd in NASTY:
            yield [(one, odd if one == name else value) for one, value in sound]


def fillings(form: PageForm) -> st.SearchStrategy[Fields]:
    """Any way to fill it in: offered, odd, twice, not at all, or in a field that it has not got."""
    names = [name for name in form.fields if name != "csrf"]
    text = st.one_of(st.sampled_from(NASTY), st.text(max_size=20))
    given = [
        st.lists(
            st.one_of(st.sampled_from(form.fields[name] or [""]), text).map(
                lambda value, name=name: (name, value)  # type: ignore[misc]
            ),
            min_size=0 if name not in ("move", "type") else 1,
            max_size=2,
        )
        for name in names
    ]
    stray = st.lists(st.tuples(st.sampled_from(["move", "type", "", "zz"]), text), max_size=1)
    return st.tuples(*given, stray).map(lambda parts: [one for part in parts for one in part])


def encoded(fields: Fields) -> bytes:
    """As a body; what no browser would send is sent all the same."""
    pairs = (
        f"{quote_plus(name)}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in fields
    )
    return "&".join(pairs).encode("ascii")
