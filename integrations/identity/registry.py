"""Which sign-in service an installation has."""

from amends.settings import Settings
from integrations.identity.authlib import OpenIdProvider
from models.identity import COMES_BACK_TO


def provider_of(settings: Settings) -> OpenIdProvider | None:
    """The department's own service, where there is one. Raises SettingsError where the setting
    does not say where the secret is."""
    part = settings.oidc
    if part is None:
        return None
    secret = settings.secret(part.client_secret) or ""
    return OpenIdProvider(part, secret, settings.public_url + COMES_BACK_TO)
