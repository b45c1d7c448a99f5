"""What every process has at hand: settings, the store, and the seals it holds keys for."""

from functools import cached_property

from amends.settings import Settings, load
from models.bell import socket_path
from models.case_keys import CaseKeys
from models.sealed import Seal, seal_from_file
from models.store import Store


class Office:
    """One installation as one process sees it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.database_url, socket_path(settings.home))

    @cached_property
    def content(self) -> Seal:
        """Opens evidence, wordings and what people wrote."""
        return seal_from_file(self.settings.keys / "content.key")

    @cached_property
    def cases(self) -> Seal:
        """Opens what belongs to a referral."""
        return seal_from_file(self.settings.keys / "cases.key")

    @cached_property
    def case_keys(self) -> CaseKeys:
        """Finds and opens cases, each with a key of its own."""
        return CaseKeys(self.settings.keys)


_here: Office | None = None


def office() -> Office:
    """This process's office, opened from the configuration at the first call.

    Raises SettingsError."""
    global _here  # one process, one installation; flow code has no other way to be handed it
    if _here is None:
        _here = Office(load())
    return _here


def use(here: Office | None) -> None:
    """Work for this installation from now on; None forgets it."""
    global _here
    _here = here
