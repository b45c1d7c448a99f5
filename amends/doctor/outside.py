"""The outside: each account's platform, mail, and Prefect; looking changes nothing there."""

import os

import httpx

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import AccountPart, Settings, SettingsError
from integrations.errors import NotAuthorised, NotSupported, OutsideError
from integrations.notices.registry import carrier
from integrations.notices.smtp import BadSmtpAddressError
from integrations.platforms.base import Connection
from integrations.platforms.registry import connect

PREFECT_HERE = "http://127.0.0.1:4200/api"
SECONDS = 5.0
UNAUTHORISED = 401


def examine_accounts(settings: Settings) -> Findings:
    """Try the credentials of each account."""
    if not settings.accounts:
        yield warn("accounts", "amends.toml names no account, so every post is deleted by hand.")
    for account in settings.accounts:
        yield from _account(settings, account)


def _account(settings: Settings, account: AccountPart) -> Findings:
    about = f"{account.platform}/{account.handle}"
    try:
        secret = settings.secret(account.credentials) if account.credentials else None
    except SettingsError as error:
        yield bad(about, str(error))
        return
    if account.credentials is None:
        yield warn(about, "It has no credentials: its posts are deleted by hand.")
        return
    if not secret:
        yield bad(
            about, f"There is no secret at {account.credentials}. {_put_it(account.credentials)}"
        )
        return
    try:
        platform = connect(Connection(account.platform, account.handle, secret, account.base_url))
        problems = platform.check().problems
    except NotSupported:
        yield warn(about, "There is no way in for this platform: its posts are deleted by hand.")
        return
    except NotAuthorised as error:
        yield bad(about, f"The credentials are not accepted ({error.code}). Make new ones.")
        return
    except OutsideError as error:
        yield bad(about, f"The platform did not answer ({error.code}). Check the network.")
        return
    for problem in problems:
        yield bad(about, problem)
    if not problems:
        yield ok(about, "The credentials work.")


def _put_it(where: str) -> str:
    if where.startswith("file:"):
        return "Put it there."
    return "Put it there, and run this with what the engine is given, or it is not seen."


def examine_mail(settings: Settings) -> Findings:
    """Whether mail can leave. Nothing is sent."""
    try:
        problems = carrier(settings.smtp, settings.outbox).check()
    except BadSmtpAddressError as error:
        yield bad("mail", str(error))
        return
    for problem in problems:
        yield bad("mail", problem)
    if problems:
        return
    if settings.smtp is None:
        yield warn("mail", f"No mail server is set: notices stay in {settings.outbox}.")
    else:
        yield ok("mail", "The mail server answers.")


def examine_prefect(settings: Settings) -> Findings:
    """Whether Prefect's server answers; without it the work goes on unseen."""
    if settings.prefect_off:
        yield ok("prefect", "It is switched off.")
        return
    yield _prefect(settings.prefect_api_url or PREFECT_HERE)


def _prefect(url: str) -> Finding:
    user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    try:
        answer = httpx.get(
            f"{url.rstrip('/')}/health", timeout=SECONDS, auth=(user, password) if user else None
        )
        if answer.status_code == UNAUTHORISED:
            return warn("prefect", "Its server wants a password. Set PREFECT_API_AUTH_STRING.")
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL):
        return warn(
            "prefect",
            "Its server does not answer. The work goes on without it; amends up starts one.",
        )
    return ok("prefect", "Its server answers.")
