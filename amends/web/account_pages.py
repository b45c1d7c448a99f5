"""The register of accounts: whose they are, how their connections are, and making one live.

This process holds no credential: it asks for a check, and an engine makes it.
"""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import RedirectResponse, Response

from amends.web.again import again
from amends.web.caller import Here
from amends.web.signed_in import SEE_OTHER, OurForm, Signed, SignedIn
from flows.account_register import AccountSeen, account_seen, accounts_seen
from flows.asking_for_checks import ask_for_check
from flows.dry_run import NO_ACCOUNT, ask_to_go_live, back_to_dry_run, confirm_live
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError, NotNowError
from models.account_checks import AccountCheck
from models.office import Office
from models.people import Account, Person
from templates.labels import label
from templates.locales import named
from templates.reasons import because

router = APIRouter(prefix="/accounts", include_in_schema=False)

NONE_OF_YOURS = "You see the accounts that you own or publish on. There is none."
ID = re.compile(r"[0-9a-f]{32}")
CHOOSE = "Choose what to do with the account"
REFRESH_SECONDS = 5
"""How often a page loads itself again while a check is awaited."""

ACTS: dict[str, Callable[[Office, Person, str], None]] = {
    "check": ask_for_check,
    "ask-live": ask_to_go_live,
    "confirm-live": confirm_live,
    "dry-run": back_to_dry_run,
}


def _account_id(account: Annotated[str, Path()]) -> str:
    """An id. What cannot be one is not looked for."""
    if not ID.fullmatch(account):
        raise NotFoundError(NO_ACCOUNT)
    return account


AccountId = Annotated[str, Depends(_account_id)]


@router.get("")
def listed(here: Here, signed: SignedIn) -> Response:
    """Every account that the person may see. Raises NotAllowedError where that is none."""
    with here.store.read() as tx:
        seen = accounts_seen(tx, here, signed.person)
    if not seen:
        raise NotAllowedError(NONE_OF_YOURS)
    return signed.page("accounts", {"rows": [(one, state_of(one.check)) for one in seen]})


@router.get("/{account}")
def one(here: Here, signed: SignedIn, account: AccountId) -> Response:
    """All that the register says of it."""
    return _page(here, signed, account)


@router.post("/{account}")
def act(here: Here, signed: SignedIn, form: OurForm, account: AccountId) -> Response:
    """Ask for a check, or switch between dry-run and live."""
    try:
        if form.one("act") not in ACTS:
            raise BadRequestError(CHOOSE)
        again(lambda: ACTS[form.one("act")](here, signed.person, account))
    except (BadRequestError, NotNowError) as error:
        return _page(here, signed, account, {"account": str(error)})
    return RedirectResponse(f"/accounts/{account}", SEE_OTHER)


def _page(
    here: Office, signed: Signed, account: str, errors: dict[str, str] | None = None
) -> Response:
    with here.store.read() as tx:
        seen = account_seen(tx, here, signed.person, account)
    awaited = seen.check is not None and seen.check.is_awaited
    facts: dict[str, object] = {
        "seen": seen,
        "state": state_of(seen.check),
        "why": _why(seen),
        "languages": [named(one) for one in seen.account.languages],
        "errors": errors or {},
        "you": signed.person.email,
        "refresh": REFRESH_SECONDS if awaited and not errors else None,
    }
    return signed.page("account", facts, 409 if errors else 200)


def state_of(check: AccountCheck | None) -> str:
    """How the connection is, as a word of labels.csv."""
    if check is None or check.checked_at is None:
        return "unknown"
    if check.is_well:
        return "well"
    return "none" if check.code in ("no-credentials", "no-api") else "wrong"


def _why(seen: AccountSeen) -> str | None:
    """Why the platform could not be asked, in words."""
    code = seen.check.code if seen.check else None
    if code is None:
        return None
    return because(code, {"other": _platform(seen.account), "account": f"@{seen.account.handle}"})


def _platform(account: Account) -> str:
    return label("platform", account.platform)
