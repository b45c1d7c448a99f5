"""The outside: mail and Prefect; looking changes nothing there."""

import os

import httpx

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import Settings
from integrations.notices.registry import carrier
from integrations.notices.smtp import BadSmtpAddressError

PREFECT_HERE = "http://127.0.0.1:4200/api"
SECONDS = 5.0
UNAUTHORISED = 401


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
