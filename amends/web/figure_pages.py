"""How long things took: tables with filters in the address bar, and the same to hand on as CSV."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from amends.web.caller import Here
from amends.web.signed_in import SignedIn
from amends.web.spreadsheet import MEDIA_TYPE, Cell, as_csv
from flows.desk_list import accounts_to_choose
from flows.figures import (
    Figures,
    Month,
    Wanted,
    figures,
    months_to_choose,
    require_figures,
    usual_first,
)
from models.people import Account
from models.store import Transaction
from models.words import Kind
from policy.figures import (
    ELSEWHERE,
    FEWEST_INCIDENTS,
    FEWEST_PUBLISHERS,
    By,
    Figure,
    Line,
    Table,
    lines,
)
from templates.kinds import kind_in_words, kinds_in_words
from templates.labels import label

router = APIRouter(prefix="/figures", include_in_schema=False)

ANY = ("", "Any")
ALL = "All"
MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$")
BAR = 100
"""How long the longest bar of a table is, in the units of its own drawing."""

HEADS = (
    "measure", "group", "platform", "account", "incidents", "measured", "median_seconds",
    "ninetieth_percentile_seconds", "not_yet", "left_out_because",
)  # fmt: skip
TOO_FEW = "could tell of one person"


@dataclass(frozen=True)
class Address:
    """What the address bar says. A word that is not known there is as good as none."""

    by: str = ""
    kind: str = ""
    account: str = ""
    since: str = ""
    until: str = ""

    def wanted(self, tx: Transaction, here: Here) -> Wanted:
        """The same, for the figures. The months are put in their order."""
        months = months_to_choose(tx, here)
        first = _month(self.since) or max(usual_first(tx, here), months[-1])
        last = _month(self.until) or max(first, months[0])
        return Wanted(
            first=min(first, last),
            last=max(first, last),
            by=By(self.by) if self.by in set(By) else By.KIND,
            kind=Kind(self.kind) if self.kind in set(Kind) else None,
            account=self.account or None,
        )

    @property
    def query(self) -> str:
        """What stands behind the question mark, with it; empty where nothing is chosen."""
        said = {
            "by": self.by, "kind": self.kind, "account": self.account, "from": self.since,
            "to": self.until,
        }  # fmt: skip
        chosen = {name: value for name, value in said.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


def _month(said: str) -> Month | None:
    found = MONTH.match(said)
    return Month(int(found[1]), int(found[2])) if found else None


def _address(
    by: Annotated[str, Query(max_length=10)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    account: Annotated[str, Query(max_length=32)] = "",
    since: Annotated[str, Query(alias="from", max_length=7)] = "",
    until: Annotated[str, Query(alias="to", max_length=7)] = "",
) -> Address:
    return Address(by, kind, account, since, until)


Asked = Annotated[Address, Depends(_address)]


@dataclass(frozen=True)
class Row:
    """One row as it is shown. Both bars are of BAR at most; ``leaves`` is whether it is handed
    on."""

    name: str
    figure: Figure
    typical_bar: float
    slow_bar: float
    leaves: bool


@router.get("")
def shown(here: Here, signed: SignedIn, address: Asked) -> Response:
    """Every measure as a table. Whoever sees this sees each incident too: nothing is left out."""
    require_figures(signed.person)
    with here.store.read() as tx:
        wanted = address.wanted(tx, here)
        found = figures(tx, here, wanted)
        accounts, months = accounts_to_choose(tx), months_to_choose(tx, here)
    facts: dict[str, object] = {
        "found": found,
        "tables": [(one, _rows(found, one, wanted)) for one in found.tables],
        "address": address,
        "wanted": wanted,
        "since": _in_words(str(wanted.first)),
        "until": _in_words(str(wanted.last)),
        "filtered": address != Address(),
        "bys": [(one.value, label("by", one)) for one in By],
        "kinds": [ANY, *((one.kind.value, one.words) for one in kinds_in_words())],
        "accounts": [ANY, *((one.id, _named(one)) for one in accounts)],
        "months": [(str(one), _in_words(str(one))) for one in months],
        "fewest": (FEWEST_INCIDENTS, FEWEST_PUBLISHERS),
    }
    return signed.page("figures", facts)


@router.get("/csv")
def handed_on(here: Here, signed: SignedIn, address: Asked) -> Response:
    """The same as a file that is safe to open and to pass on: a row that could tell of one person
    says only that it was left out."""
    require_figures(signed.person)
    with here.store.read() as tx:
        wanted = address.wanted(tx, here)
        found = figures(tx, here, wanted)
    cells = [
        _cells(found, one, name, line)
        for one in found.tables
        for name, line in _named_lines(found, one, wanted)
    ]
    name = f"amends-figures-{wanted.first}-to-{wanted.last}-by-{wanted.by.value}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(HEADS, cells), media_type=MEDIA_TYPE, headers=disposition)


def _rows(found: Figures, one: Table, wanted: Wanted) -> list[Row]:
    """The whole first. Bars of one table can be compared, and of no two."""
    every = _named_lines(found, one, wanted)
    longest = max((line.figure.slow or 0.0 for _, line in every), default=0.0)
    return [
        Row(
            name=name,
            figure=line.figure,
            typical_bar=_bar(line.figure.typical, longest),
            slow_bar=_bar(line.figure.slow, longest),
            leaves=line.leaves,
        )
        for name, line in every
    ]


def _named_lines(found: Figures, one: Table, wanted: Wanted) -> list[tuple[str, Line]]:
    """The whole, then each group by its name; months in their order."""
    whole, *groups = lines(one, wanted.by, wanted.account, found.publishers)
    named = [(_name(found, line.figure, wanted.by), line) for line in groups]
    if wanted.by != By.MONTH:
        named.sort(key=lambda pair: pair[0].lower())
    return [(ALL, whole), *named]


def _bar(seconds: float | None, longest: float) -> float:
    return round(BAR * (seconds or 0.0) / longest, 1) if longest else 0.0


def _name(found: Figures, row: Figure, by: By) -> str:
    if by == By.KIND:
        return kind_in_words(Kind(row.group))
    if by == By.MONTH:
        return _in_words(row.group)
    account = found.accounts.get(row.group)
    return _named(account) if account else label("account", "elsewhere")


def _named(account: Account) -> str:
    return f"{label('platform', account.platform)} @{account.handle}"


def _in_words(month: str) -> str:
    return label("month", month[5:]).replace("YEAR", month[:4])


def _cells(found: Figures, one: Table, name: str, line: Line) -> tuple[Cell, ...]:
    row, account = line.figure, found.accounts.get(line.account or ELSEWHERE)
    names = (
        one.measure.value,
        name,
        account.platform if account else "",
        account.handle if account else "",
    )
    if not line.leaves:
        return (*names, None, None, None, None, None, TOO_FEW)
    times = (_rounded(row.typical), _rounded(row.slow))
    return (*names, row.incidents, row.cases, *times, row.pending, "")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
