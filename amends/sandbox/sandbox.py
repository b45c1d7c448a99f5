"""The practice platform as a thing to start and stop."""

from types import TracebackType

from amends.sandbox.server import Server
from amends.sandbox.world import World


class Sandbox(World):
    """A practice platform on the loopback address; ``port`` 0 takes a free one and keeps it.

    Stopping it keeps what it holds: started again, it is the same platform on the same port.
    """

    def __init__(self, port: int = 0, latency: float = 0.0, *, limits: bool = True) -> None:
        super().__init__(latency=latency, limits=limits)
        self._port = port
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> "Sandbox":
        """Serve, in threads of its own. Raises OSError when the port is taken."""
        self._server = Server(self, self._port)
        self._port = self._server.server_port
        self._server.serve_in_a_thread()
        return self

    def stop(self) -> None:
        """Refuse every connection from now on, and cut those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
