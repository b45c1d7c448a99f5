"""Serving the app on loopback; a proxy with TLS stands in front of it in a department."""

import gc
import logging
import sys

import uvicorn

from amends.web.app import create_app
from models.identity import IdentityProvider
from models.office import Office
from models.register import sync

STREAMS_END_SECONDS = 2
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others waiting: the one that reads requests and sends answers
would wait Python's own 5 ms after each of them for the threads that work."""


def serve(office: Office, port: int = 8000, provider: IdentityProvider | None = None) -> None:
    """Serve until told to stop. Raises SettingsError."""
    office.store.migrate()
    sync(office.store, office.settings)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("amends").setLevel(logging.INFO)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(office, provider)
    gc.freeze()  # what the imports left is not looked through while a report waits
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        access_log=False,  # ours says the route's pattern, never a token
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=STREAMS_END_SECONDS,
    )
