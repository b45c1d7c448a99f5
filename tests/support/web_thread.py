"""A web process that is a thread of the test: a real server on loopback."""

import threading
import time

import uvicorn
from fastapi import FastAPI


class WebThread:
    """One server, begun and listening. ``app`` is what it serves."""

    def __init__(self, app: FastAPI, port: int) -> None:
        self.app = app
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            # It would set up the logging of a process in which Prefect may be at work: that takes
            # the lock of logging and then waits for Prefect's worker, which may be waiting for it.
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "it could not listen"
            time.sleep(0.01)

    def close(self) -> None:
        """Stop it."""
        self._server.should_exit = True
        self._thread.join(timeout=10)
