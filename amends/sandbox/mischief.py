"""Answers that no well-behaved server gives: cut connections, silence, and drops."""

import socket
import struct
import threading

TICK_SECONDS = 0.02


def reset(connection: socket.socket) -> None:
    """Cut the connection so that the client sees ECONNRESET."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(connection.detach())


def hang(connection: socket.socket, stopping: threading.Event) -> None:
    """Never answer: wait until the client or the server goes."""
    while not stopping.wait(TICK_SECONDS) and not _client_left(connection):
        pass


def drip(connection: socket.socket, stopping: threading.Event) -> None:
    """Answer a byte at a time, so that no single read takes long and the whole never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not stopping.wait(TICK_SECONDS) and not _client_left(connection):
        connection.sendall(b" ")


def _client_left(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return len(connection.recv(1, socket.MSG_PEEK)) == 0
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.setblocking(True)
