"""The HTTP server of the practice platform, on the loopback address only."""

import socket
import threading
from http.server import ThreadingHTTPServer

from amends.sandbox.handler import Handler
from amends.sandbox.world import World


class Server(ThreadingHTTPServer):
    """Serves one world until it is closed; then every open connection is cut."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, world: World, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()

    def process_request(self, request: object, client_address: object) -> None:
        """Remember the connection, so that it can be cut."""
        assert isinstance(request, socket.socket)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: object) -> None:
        """Forget the connection and close it."""
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""

    def close(self) -> None:
        """Stop, letting go of those who wait for an answer."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
