"""The proxy passes all on unchanged, and goes wrong exactly as the practice platform does."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fault_proxy import Dialect, FaultProxy, Reply, Request
from stages import QUICK

from amends.sandbox import Picture, Sandbox, answers, api, lies
from amends.sandbox.answers import Answer
from amends.sandbox.faults import TROUBLES, VERBS, Fault
from integrations.errors import OutsideError
from integrations.platforms.base import Connection
from integrations.platforms.x import X


def _verb_of(request: Request) -> str:
    found = api.routed(request.method, request.path)
    return found[0] if found else ""


def _refusal(fault: Fault) -> Reply:
    return _reply(answers.troubled(fault))


def _reply(given: Answer) -> Reply:
    return Reply(
        given.status, given.body, (("Content-Type", given.content_type), *given.headers.items())
    )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.add_account("dept")
        yield sandbox


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    def lie(verb: str, request: Request) -> Reply:
        subject = request.path.rpartition("/")[2]
        asked = api.Request(request.method, request.target, "", request.body, verb, subject)
        return _reply(lies.lie(sandbox, asked))

    with FaultProxy(sandbox.url, Dialect(VERBS, _verb_of, _refusal, lie)) as proxy:
        yield proxy


def _x(sandbox: Sandbox, url: str) -> X:
    account = sandbox.timeline.account("dept")
    assert account is not None
    return X(Connection("x", "dept", account.credentials.secret, url), bounds=QUICK)


def _ended(x: X, post_id: str) -> str:
    """How the deletion ended for the caller."""
    try:
        x.delete(post_id)
    except OutsideError as error:
        return repr(error)
    return "done"


@pytest.mark.parametrize("fault", TROUBLES)
def test_a_delete_goes_wrong_as_on_the_practice_platform(
    sandbox: Sandbox, proxy: FaultProxy, fault: str
) -> None:
    ended, live = [], []
    for server in (sandbox, proxy):
        post_id = sandbox.add_post("dept", f"A mistake {server.url}").id
        server.fail("delete", fault, seconds=0.2)
        x = _x(sandbox, server.url)
        ended.append(_ended(x, post_id))
        server.settle()
        live.append([one.id for one in sandbox.live_posts("dept")] == [post_id])
        _ended(x, post_id)
        x.close()
    assert ended[0] == ended[1]
    assert live[0] == live[1]
    assert [call.outcome for call in proxy.calls("delete")] == [fault, "passed on"]


def test_a_fault_falls_on_the_call_it_was_meant_for(sandbox: Sandbox, proxy: FaultProxy) -> None:
    posts = [sandbox.add_post("dept", f"A mistake {number}").id for number in range(3)]
    x = _x(sandbox, proxy.url)
    proxy.fail("delete", "500-before", after=1)
    assert [_ended(x, one) for one in posts] == ["done", "OutcomeUnknown('http-500')", "done"]


def test_a_stale_answer_is_what_the_server_said_before(sandbox: Sandbox, proxy: FaultProxy) -> None:
    post_id = sandbox.add_post("dept", "A mistake").id
    x = _x(sandbox, proxy.url)
    kept = x.capture(post_id)
    x.delete(post_id)
    proxy.fail("get", "stale")
    assert x.capture(post_id) == kept
    assert x.capture(post_id) is None


def test_every_byte_is_passed_on_and_credentials_are_remembered(
    sandbox: Sandbox, proxy: FaultProxy
) -> None:
    picture = bytes(range(256)) * 100
    post = sandbox.add_post("dept", "Look", pictures=[Picture(picture)])
    for headers in ({}, {"Authorization": "Bearer token"}):
        assert _got(proxy.url, f"/media/{post.id}/0.png", headers) == picture
    assert [call.signed for call in proxy.calls("media")] == [False, True]
    assert [call.did for call in proxy.calls()] == [200, 200]


def test_a_stopped_proxy_refuses_and_comes_back_where_it_was(
    sandbox: Sandbox, proxy: FaultProxy
) -> None:
    post = sandbox.add_post("dept", "Look", pictures=[Picture(b"png")])
    proxy.stop()
    with pytest.raises(ConnectionRefusedError):
        _got(proxy.url, f"/media/{post.id}/0.png", {})
    proxy.start()
    assert _got(proxy.url, f"/media/{post.id}/0.png", {}) == b"png"


@pytest.mark.parametrize(("verb", "fault"), [("delte", "429"), ("delete", "4299")])
def test_a_fault_that_nobody_knows_is_refused(proxy: FaultProxy, verb: str, fault: str) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        proxy.fail(verb, fault)


def _got(url: str, path: str, headers: dict[str, str]) -> bytes:
    address = urlsplit(url)
    server = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        server.request("GET", path, headers=headers)
        return server.getresponse().read()
    finally:
        server.close()
