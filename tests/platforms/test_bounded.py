"""Calls end in time, and a call that never left is known not to have been sent."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from amends.sandbox import Picture, Sandbox
from integrations.errors import NotSent, OutcomeUnknown
from integrations.platforms.bounded import Answered, asked, bound
from integrations.platforms.bounded_connection import Bounds

QUICK = Bounds(connect=0.5, read=0.4, whole=0.8, size=10_000)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with bound(requests.Session(), QUICK) as session:
        yield session


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.add_account("dept")
        yield sandbox


def _code(call: Callable[[], requests.Response], kind: type[NotSent] | type[OutcomeUnknown]) -> str:
    with pytest.raises(kind) as raised:
        asked(call)
    return raised.value.code


def test_a_name_that_does_not_exist_was_sent_nothing(session: requests.Session) -> None:
    assert _code(lambda: session.post("https://nowhere.invalid/"), NotSent) == "dns"


def test_a_port_where_nobody_listens_was_sent_nothing(session: requests.Session) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert _code(lambda: session.post(f"http://127.0.0.1:{port}/"), NotSent) == "refused"


def test_a_server_that_never_takes_the_connection_was_sent_nothing(
    session: requests.Session,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server:
        address = server.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        code = _code(lambda: session.post(f"http://127.0.0.1:{address[1]}/"), NotSent)
        for filler in fillers:
            filler.close()
    assert code == "connect-timeout"


def _own_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    written = folder / "own.pem"
    written.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return written


def test_a_server_with_a_certificate_of_its_own_was_sent_nothing(
    session: requests.Session, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection, pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=greet)
        thread.start()
        port = server.getsockname()[1]
        assert _code(lambda: session.post(f"https://localhost:{port}/"), NotSent) == "tls"
        thread.join()


def test_a_server_that_hangs_up_after_the_request_may_have_done_it(
    session: requests.Session,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert _code(lambda: session.post(url), OutcomeUnknown) == "broken-off"
        thread.join()


@pytest.mark.parametrize("where", ["headers", "body"])
def test_an_answer_that_trickles_ends_at_the_overall_deadline(
    session: requests.Session, where: str
) -> None:
    """Each single read is short, so only the deadline over the whole can end it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            start = b"HTTP/1.1 200 OK\r\n"
            connection.sendall(start if where == "headers" else start + b"\r\n")
            try:
                while True:
                    connection.sendall(b"a" if where == "body" else b"A: b\r\n")
                    time.sleep(0.02)
            except OSError:
                connection.close()

        thread = threading.Thread(target=trickle)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        assert _code(lambda: session.get(url), OutcomeUnknown) == "timeout"
        assert time.monotonic() - started < 2
        thread.join()


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    session: requests.Session, sandbox: Sandbox
) -> None:
    post = sandbox.add_post("dept", "Look", pictures=[Picture(b"a" * 50_000)])
    url = f"{sandbox.url}/media/{post.id}/0.png"
    assert _code(lambda: session.get(url), OutcomeUnknown) == "too-large"


def test_no_redirect_is_followed(session: requests.Session, sandbox: Sandbox) -> None:
    sandbox.fail("oembed", "login-wall")
    with pytest.raises(Answered) as answered:
        asked(lambda: session.get(f"{sandbox.url}/oembed"))
    assert answered.value.status == 302
    assert str(answered.value) == "302"
    assert len(sandbox.calls()) == 1


def test_a_connection_is_used_again_with_its_full_patience(
    session: requests.Session, sandbox: Sandbox
) -> None:
    post = sandbox.add_post("dept", "Hello")
    for _ in range(3):
        asked(lambda: session.get(f"{sandbox.url}/oembed", params={"url": post.url}))
    sandbox.latency = 0.3
    asked(lambda: session.get(f"{sandbox.url}/oembed", params={"url": post.url}))


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(
    session: requests.Session, sandbox: Sandbox
) -> None:
    post = sandbox.add_post("dept", "Hello")
    asked(lambda: session.get(f"{sandbox.url}/oembed", params={"url": post.url}))
    sandbox.stop()
    sandbox.start()
    asked(lambda: session.get(f"{sandbox.url}/oembed", params={"url": post.url}))


def test_an_address_of_ones_own_is_the_only_one_called(sandbox: Sandbox) -> None:
    """With a base_url nothing can reach a live platform, whatever address is asked for."""
    session = bound(requests.Session(), QUICK, sandbox.url)
    with pytest.raises(Answered) as answered:
        asked(lambda: session.post("https://api.twitter.com/2/tweets", json={"text": "Hello"}))
    assert answered.value.status == 401
    assert sandbox.calls("create")[0].outcome == "401"


def test_no_proxy_is_used_for_an_address_of_ones_own(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    session = bound(requests.Session(), QUICK, sandbox.url)
    with pytest.raises(Answered):
        asked(lambda: session.get("https://publish.twitter.com/oembed"))


def test_a_proxy_that_will_not_connect_was_sent_nothing(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert _code(lambda: session.post("https://nowhere.invalid/"), NotSent)


def test_passwords_in_netrc_are_left_alone(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password hunter2")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    session = bound(requests.Session(), QUICK)
    with pytest.raises(Answered):
        asked(lambda: session.get(f"{sandbox.url}/oembed"))
    assert not sandbox.calls("oembed")[0].signed
