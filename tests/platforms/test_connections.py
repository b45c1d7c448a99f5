"""Each account has one platform, kept warm until its credentials change."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from integrations.errors import NotAuthorised, NotSupported
from integrations.platforms.base import Connection
from integrations.platforms.connections import Connections
from integrations.platforms.registry import connect
from integrations.platforms.x import X

DEPT = Connection("x", "dept", "{}", "http://127.0.0.1:8931")


def test_an_account_has_the_same_platform_in_every_thread() -> None:
    connections = Connections()
    with ThreadPoolExecutor(16) as pool:
        platforms = set(pool.map(lambda _: connections.get(DEPT), range(64)))
    assert len(platforms) == 1
    connections.close()


def test_new_credentials_make_a_new_connection() -> None:
    connections = Connections()
    first = connections.get(DEPT)
    assert connections.get(replace(DEPT, secret='{"access_token": "new"}')) is not first
    connections.close()


def test_two_accounts_share_nothing() -> None:
    connections = Connections()
    assert connections.get(DEPT) is not connections.get(replace(DEPT, handle="embassy"))
    connections.close()


def test_a_platform_without_an_api_is_a_persons() -> None:
    with pytest.raises(NotSupported):
        connect(replace(DEPT, platform="tiktok"))


@pytest.mark.parametrize("url", ["http://10.0.0.5", "http://x.example", "ftp://127.0.0.1x", ""])
def test_no_token_is_sent_in_the_clear_to_another_machine(url: str) -> None:
    with pytest.raises(NotAuthorised):
        connect(replace(DEPT, base_url=url))


@pytest.mark.parametrize(
    "secret",
    ["", "not JSON", "[]", "{}", '{"consumer_key": "a"}', '{"consumer_key": "a", "consumer_secret":'
     ' "b", "access_token": "c", "access_token_secret": "d\\n"}'],
)  # fmt: skip
def test_credentials_that_cannot_be_read_are_explained_and_not_repeated(secret: str) -> None:
    platform = X(replace(DEPT, secret=secret))
    (problem,) = platform.check().problems
    assert "access_token_secret" in problem
    with pytest.raises(NotAuthorised) as refused:
        platform.delete("1")
    assert refused.value.code == "no-token"


def test_a_connection_does_not_show_its_secret() -> None:
    assert "hunter2" not in repr(replace(DEPT, secret="hunter2"))
