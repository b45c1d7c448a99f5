"""What each account's platform says of it; looking changes nothing there."""

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.doctor.staff import listed
from amends.settings import AccountPart, Settings, SettingsError
from integrations.errors import NotSupported, OutsideError
from integrations.platforms.base import Capabilities, Connection, Health
from integrations.platforms.registry import REGISTRY, connect
from templates.labels import label
from templates.reasons import because

AT_ONCE = 4
"""Accounts of one server that are tried at a time; each server has its own turn."""

PATIENCE_SECONDS = 60.0
"""After this an account that could not be tried is said to be so: its server is slow or dead."""

BY_HAND = "its posts are deleted by hand"
TOO_SLOW = "Its platform took too long to be asked. Check the network, then try again."

Asked = tuple[Finding, ...]


def ask_platforms(settings: Settings, by_hand: dict[str, str]) -> dict[str, Asked]:
    """Account → what was found, every server asked beside the others.

    ``by_hand`` says for each account who deletes its posts where Amends cannot.
    """
    pools: dict[str, ThreadPoolExecutor] = defaultdict(lambda: ThreadPoolExecutor(AT_ONCE))
    asked: dict[str, Future[Asked]] = {}
    for account in settings.accounts:
        server = account.base_url or account.platform
        about = about_of(account)
        asked[about] = pools[server].submit(_ask, settings, account, by_hand[about])
    wait(asked.values(), timeout=PATIENCE_SECONDS)
    for pool in pools.values():
        pool.shutdown(wait=False, cancel_futures=True)
    return {about: _answer(about, answer) for about, answer in asked.items()}


def about_of(account: AccountPart) -> str:
    """How findings name the account."""
    return f"{account.platform}/{account.handle}"


def _answer(about: str, answer: "Future[Asked]") -> Asked:
    if answer.done() and not answer.cancelled():
        return answer.result()
    return (bad(about, TOO_SLOW).on("credentials"),)


def _ask(settings: Settings, account: AccountPart, hands: str) -> Asked:
    return tuple(finding.on(_topic(finding)) for finding in _findings(settings, account, hands))


def _topic(finding: Finding) -> str:
    return finding.topic or "credentials"


def _findings(settings: Settings, account: AccountPart, hands: str) -> Findings:
    about = about_of(account)
    if account.credentials is None and account.platform not in REGISTRY:
        yield _no_way_in(about, hands)
        return
    if account.credentials is None:
        yield warn(about, f"It has no credentials: {BY_HAND}. {hands} would be asked.").on("posts")
        return
    try:
        secret = settings.secret(account.credentials)
    except SettingsError as error:
        yield bad(about, str(error))
        return
    if not secret:
        yield bad(
            about, f"There is no secret at {account.credentials}. {_put_it(account.credentials)}"
        )
        return
    yield from _with_secret(account, secret, hands)


def _no_way_in(about: str, hands: str) -> Finding:
    said = f"Amends has no way in to this platform: {BY_HAND}. {hands} would be asked."
    return warn(about, said).on("posts")


def _put_it(where: str) -> str:
    if where.startswith("file:"):
        return "Put it there."
    return "Put it there, and run this with what the engine is given, or it is not seen."


def _with_secret(account: AccountPart, secret: str, hands: str) -> Findings:
    about = about_of(account)
    try:
        health = _check(Connection(account.platform, account.handle, secret, account.base_url))
    except NotSupported:
        yield _no_way_in(about, hands)
    except OutsideError as error:
        yield _refused(account, error)
    else:
        yield from _of(about, health, hands)


def _check(connection: Connection) -> Health:
    platform = connect(connection)
    try:
        return platform.check()
    finally:
        platform.close()


def _refused(account: AccountPart, error: OutsideError) -> Finding:
    if error.code == "insecure-address":
        return bad(
            about_of(account),
            f"base_url is {account.base_url}, where its credentials would travel in the clear. "
            "Write an address that begins with https://.",
        ).on("address")
    other = label("platform", account.platform)
    why = because(error.code, {"other": other, "account": f"@{account.handle}"}) or error.code
    return bad(about_of(account), f"{why}. Put right what amends.toml says of it, then try again.")


def _of(about: str, health: Health, hands: str) -> Findings:
    """The problems first; what it can do where that is known; its credentials where all is well."""
    able = health.capabilities
    for problem in health.problems:
        yield bad(about, problem)
    if not (health.problems and able.delete):
        yield _can(about, able, hands)
    if not health.problems:
        yield ok(about, "They work, and are those of this account.")


def _can(about: str, able: Capabilities, hands: str) -> Finding:
    can = [word for word, may in _words(able) if may]
    cannot = [word for word, may in _words(able) if not may]
    said = f"Amends can {listed(can)} here" if can else "Amends can do nothing here"
    if can and cannot:
        said += f", and cannot {listed(cannot, 'or')}"
    if able.delete:
        return (ok if able.publish else warn)(about, f"{said}.").on("posts")
    return warn(about, f"{said}: {BY_HAND}. {hands} would be asked.").on("posts")


def _words(able: Capabilities) -> Iterable[tuple[str, bool]]:
    return (
        ("delete", able.delete),
        ("publish", able.publish),
        ("edit", able.edit),
        ("reply", able.reply),
    )
