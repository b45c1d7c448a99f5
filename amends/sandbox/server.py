"""The HTTP server of the practice platform."""

from amends.sandbox.handler import Handler
from amends.sandbox.loopback import LoopbackServer
from amends.sandbox.world import World


class Server(LoopbackServer):
    """Serves one world until it is closed; then every open connection is cut."""

    def __init__(self, world: World, port: int) -> None:
        super().__init__(port, Handler)
        self.world = world
