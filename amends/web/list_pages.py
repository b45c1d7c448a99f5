"""The list of incidents: what waits for whoever looks, filters in the address bar, and a search."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from amends.web.caller import Here
from amends.web.signed_in import BY_ITSELF, SEE_OTHER, OurForm, Signed, SignedIn
from flows.asking_first import how_many_wait
from flows.desk_list import DeskPage, Filters, Shown, accounts_to_choose, desk_list, find
from flows.refusals import BadRequestError
from models.words import Kind
from templates.kinds import kinds_in_words
from templates.labels import label

router = APIRouter(prefix="/incidents", include_in_schema=False)

REFRESH_SECONDS = 15
"""How often the list loads itself again."""

CURSOR = r"^[1-4]-[0-9a-f]{32}$"
NOTHING_FOUND = "Nothing that you may see has this reference, or this post."
ANY = ("", "Any")
YES = "yes"


@dataclass(frozen=True)
class Address:
    """What the address bar says. A word that is not known there is as good as none: a link that
    somebody kept goes on working."""

    state: str = ""
    kind: str = ""
    account: str = ""
    mine: str = ""
    after: str = ""

    def filters(self) -> Filters:
        """The same, for the list."""
        return Filters(
            shown=Shown(self.state) if self.state in set(Shown) else Shown.OPEN,
            kind=Kind(self.kind) if self.kind in set(Kind) else None,
            account=self.account or None,
            waits_for_me=self.mine == YES,
            after=self.after or None,
        )

    def link(self, **more: str) -> str:
        """The address of the list with these filters, and what is put in their place."""
        said = {"state": self.state, "kind": self.kind, "account": self.account, "mine": self.mine}
        query = {name: value for name, value in (said | more).items() if value}
        return f"/incidents?{urlencode(query)}" if query else "/incidents"


@router.get("")
def listed(
    here: Here,
    signed: SignedIn,
    state: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    account: Annotated[str, Query(max_length=32)] = "",
    mine: Annotated[str, Query(max_length=3)] = "",
    after: Annotated[str, Query(pattern=CURSOR)] = "",
) -> Response:
    """What the person may see, the gravest and then the oldest first."""
    address = Address(state, kind, account, mine, after)
    with here.store.read() as tx:
        page = desk_list(tx, here, signed.person, address.filters())
    return _page(signed, address, page)


@router.post("/find")
def found(here: Here, signed: SignedIn, form: OurForm) -> Response:
    """Go to the incident of this reference or post. What was typed stays out of the address: it may
    be the link to something secret."""
    text = form.one("find")
    try:
        with here.store.read() as tx:
            rows = find(tx, here, signed.person, text)
    except BadRequestError as error:
        return _page(signed, Address(), None, text, {"find": str(error)})
    if len(rows) == 1:
        return RedirectResponse(f"/i/{rows[0].line.reference}", SEE_OTHER)
    if not rows:
        return _page(signed, Address(), None, text, {"find": NOTHING_FOUND})
    return _page(signed, Address(), DeskPage(rows), text)


def _page(
    signed: Signed,
    address: Address,
    page: DeskPage | None,
    text: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    with signed.office.store.read() as tx:
        accounts = accounts_to_choose(tx)
        page = page or desk_list(tx, signed.office, signed.person, address.filters())
    facts: dict[str, object] = {
        "page": page,
        "shown": address.filters().shown,
        "address": address,
        "filtered": address != Address(),
        "searched": text,
        "errors": errors or {},
        "advice": how_many_wait(signed.office, signed.person),
        "states": [(one.value, label("shown", one)) for one in Shown],
        "kinds": [ANY, *((one.kind.value, one.words) for one in kinds_in_words())],
        "accounts": [
            ANY, *((one.id, f"{label('platform', one.platform)} @{one.handle}") for one in accounts)
        ],
        "refresh": None if errors or text else REFRESH_SECONDS,
        "refresh_to": address.link(after=address.after, **{BY_ITSELF: YES}),
    }  # fmt: skip
    return signed.page("incidents", facts, 422 if errors else 200)
