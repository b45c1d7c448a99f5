"""Opens each platform, with the department's account on it; at the end of the context ends it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from amends.demo.installation import HANDLE, NAME
from amends.demo.places.base import Place
from amends.demo.places.bluesky import BlueskyPlace
from amends.demo.places.by_hand import ByHandPlace
from amends.demo.places.mastodon import MastodonPlace
from amends.demo.places.x import ANSWER_SECONDS, XPlace
from amends.demo.scenarios.shapes import Account
from amends.practice.bluesky import BlueskyServer, is_installed
from amends.practice.mastodon import PracticeMastodon
from amends.sandbox.sandbox import Sandbox

Say = Callable[[str], None]
PlaceOpener = Callable[[Say], AbstractContextManager[Place]]

FIRST_TIME = "Fetching Bluesky’s real server: some minutes, the first time only …"


@contextmanager
def on_x(_: Say) -> Iterator[Place]:
    """The practice platform in the place of X."""
    with Sandbox(latency=ANSWER_SECONDS) as sandbox:
        yield XPlace(sandbox, HANDLE, NAME)


@contextmanager
def on_bluesky(say: Say) -> Iterator[Place]:
    """The real server of Bluesky. Raises PracticeError where it cannot be had."""
    if not is_installed():
        say(FIRST_TIME)
    with BlueskyServer() as server:
        yield BlueskyPlace(server, f"{HANDLE}.test")


@contextmanager
def on_mastodon(_: Say) -> Iterator[Place]:
    """A Mastodon instance. Raises PracticeError where it cannot be had."""
    with PracticeMastodon() as instance:
        yield MastodonPlace(instance, HANDLE, NAME)


def accounts_of(
    accounts: Sequence[Account], latency: float = ANSWER_SECONDS
) -> tuple[PlaceOpener, ...]:
    """The accounts of a scenario. Those on X share one practice platform, started with the first;
    ``latency`` is how long it takes to answer, in seconds."""
    sandbox = Sandbox(latency=latency)
    first = next((one for one in accounts if one.platform == XPlace.platform), None)

    def opener(account: Account) -> PlaceOpener:
        if account.platform != XPlace.platform:
            made = ByHandPlace(account.platform, account.handle, account.title)
            return lambda _: nullcontext(made)

        @contextmanager
        def opened(_: Say) -> Iterator[Place]:
            with sandbox if account is first else nullcontext():
                title = account.title
                place = XPlace(sandbox, account.handle, title, title, ours=account.ours)
                place.shows(account.profile)
                yield place

        return opened

    return tuple(map(opener, accounts))
