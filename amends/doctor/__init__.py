"""The examination of an installation: what is well, what is not, and what to do about it."""

from amends.doctor import (
    accounts,
    cases,
    duty,
    languages,
    machine,
    outside,
    rules,
    signing_in,
    store,
)
from amends.doctor.findings import Finding, Verdict, bad, ok
from amends.settings import SettingsError, load
from models.register import check

__all__ = ["Finding", "Verdict", "examine"]


def examine() -> list[Finding]:
    """Look at everything, the accounts last. Nothing is changed, and nothing is posted or sent."""
    try:
        settings = load()
        check(settings)
    except SettingsError as error:
        return [bad("configuration", str(error))]
    found = [ok("configuration", "amends.toml can be read.")]
    for examination in (
        machine.examine,
        store.examine,
        cases.examine,
        rules.examine,
        languages.examine,
        duty.examine,
        outside.examine_mail,
        outside.examine_texts,
        outside.examine_chats,
        signing_in.examine,
        outside.examine_prefect,
    ):
        found += examination(settings)
    return [*found, *accounts.examine(settings, store.once_known(settings))]
