"""The outside: mail and Prefect; looking changes nothing there."""

import os

import httpx

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.doctor.staff import listed
from amends.settings import Settings
from integrations.notices.registry import chat_carrier, mail_carrier, text_carrier
from integrations.notices.smtp import BadSmtpAddressError
from policy.escalation import texts_beside_mail

PREFECT_HERE = "http://127.0.0.1:4200/api"
SECONDS = 5.0
UNAUTHORISED = 401


def examine_mail(settings: Settings) -> Findings:
    """Whether mail can leave. Nothing is sent."""
    try:
        problems = mail_carrier(settings).check()
    except BadSmtpAddressError as error:
        yield bad("mail", str(error))
        return
    for problem in problems:
        yield bad("mail", problem)
    if problems:
        return
    if settings.notify and settings.notify.mail_template:
        yield ok("mail", "GOV.UK Notify accepts our key, and has the template for mails.")
    elif settings.smtp is None:
        yield warn(
            "mail", f"No mail server is set: notices stay in {settings.outbox}.{_links(settings)}"
        )
    else:
        yield ok("mail", "The mail server answers.")


def _links(settings: Settings) -> str:
    """Of a live organisation no link to sign in is left in a folder."""
    return "" if settings.is_practice else " Nobody can be sent a link to sign in."


def examine_texts(settings: Settings) -> Findings:
    """Whether texts can leave: mail wakes nobody. Nothing is sent."""
    carrier = text_carrier(settings)
    grave = [severity for severity in (1, 2, 3, 4) if texts_beside_mail(severity)]
    if carrier is None:
        wants = listed([str(one) for one in grave])
        yield warn(
            "texts",
            f"No texts can leave, and mail wakes nobody: severity {wants} should be texted. "
            "Set [notify] text_template.",
        )
        return
    if not (settings.notify and settings.notify.text_template):
        yield warn("texts", f"No carrier of texts is set: they stay in {settings.outbox}.")
        return
    problems = carrier.check()
    yield from (bad("texts", problem) for problem in problems)
    if not problems:
        yield ok("texts", "GOV.UK Notify accepts our key, and has the template for texts.")


def examine_chats(settings: Settings) -> Findings:
    """Whether chats have an address that can be read. Nothing is sent."""
    carrier = chat_carrier(settings)
    if carrier is None:
        return
    problems = carrier.check()
    yield from (bad("chats", problem) for problem in problems)
    if not problems:
        yield ok("chats", f"Chats that hear of notices: {len(settings.chats)}.")


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
