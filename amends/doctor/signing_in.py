"""Signing in by the department's own service: whether it answers, knows us, and what it gives."""

from amends.doctor.findings import Findings, bad, ok, warn
from amends.doctor.staff import Staff, listed
from amends.settings import OidcPart, Settings, SettingsError, is_loopback
from integrations.identity.authlib import OpenIdProvider
from integrations.identity.authlib_tokens import can_sign
from integrations.identity.registry import provider_of
from integrations.identity.shapes import Provider
from models.identity import COMES_BACK_TO, Stop, StoppedError
from models.words import Role

ABOUT = "sign-in"
S256 = "S256"

STOPPED = {
    Stop.DOWN: "The sign-in service of [oidc] issuer does not answer. Nobody signs in by it.",
    Stop.UNTRUSTED: "What answers at [oidc] issuer is not that service: its discovery document "
    "names another issuer, or an address without https. Copy the issuer as the service writes it.",
}
NOT_OURS = (
    "The sign-in service does not take our client id or secret; secrets run out. Have it make "
    "another, and put it where [oidc] client_secret says."
)


def examine(settings: Settings) -> Findings:
    """Nobody is signed in, and nothing is changed there."""
    if settings.oidc is None:
        return
    yield from _provider(settings, settings.oidc)
    yield from _roles(settings, settings.oidc)
    if not settings.links_sign_in:
        yield warn(
            ABOUT, "Links are not mailed: while the sign-in service is down, nobody signs in."
        )


def _provider(settings: Settings, part: OidcPart) -> Findings:
    if not (settings.public_url.startswith("https://") or is_loopback(settings.public_url)):
        yield bad(ABOUT, "People reach Amends without https. Set [organisation] url to https://….")
    try:
        provider = provider_of(settings)
    except SettingsError as error:
        yield bad(ABOUT, str(error))
        return
    if provider is None or not settings.secret(part.client_secret):
        yield bad(ABOUT, f"There is no secret at {part.client_secret}. Put it there.")
        return
    try:
        yield from _answers(settings, provider)
    except StoppedError as stopped:
        yield bad(ABOUT, STOPPED.get(stopped.why, STOPPED[Stop.DOWN]))


def _answers(settings: Settings, provider: OpenIdProvider) -> Findings:
    """Raises StoppedError."""
    said = provider.look()
    problems = list(_problems(said))
    if not provider.takes_us():
        problems.append(NOT_OURS)
    yield from (bad(ABOUT, problem) for problem in problems)
    if not problems:
        back = settings.public_url + COMES_BACK_TO
        yield ok(ABOUT, f"The sign-in service answers. It has to send people back to {back}")


def _problems(said: Provider) -> list[str]:
    found = []
    signs = said.id_token_signing_alg_values_supported
    if signs and not can_sign(signs):
        found.append("The sign-in service signs with nothing that we take (RS256 and the like).")
    if said.code_challenge_methods_supported and S256 not in said.code_challenge_methods_supported:
        found.append("The sign-in service does not take PKCE with S256.")
    return found


def _roles(settings: Settings, part: OidcPart) -> Findings:
    """Who is asked and told at any hour stands in the file: a group gives for half a day."""
    staff = Staff(settings)
    given = sorted({role for roles in part.groups.values() for role in roles})
    alone = [role for role in given if not staff.with_role(Role(role))]
    if alone:
        yield warn(
            ABOUT,
            f"Nobody in [[people]] has {listed(alone)}: groups alone give it, for 12 hours from "
            "signing in. Whoever has to be told or asked at any hour stands in [[people]].",
        )
