"""Fixtures of the command line: processes of their own that call a real server."""

import os
from dataclasses import dataclass

import pytest
from forked_command import Ended, typed
from paper import Paper
from served import Served

from amends.supervise import free_port


@dataclass
class Terminal:
    """What a person types, and what they then see."""

    paper: Paper
    web: Served | None

    def run(self, *words: str, by: str | None = None, **environ: str) -> Ended:
        """Run ``amends`` with these words, as this person."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AMENDS_")}
        environment |= {
            "AMENDS_HOME": str(self.paper.home),
            "AMENDS_CONFIG": str(self.paper.home / "amends.toml"),
            "AMENDS_URL": self.web.url if self.web else f"http://127.0.0.1:{free_port(0)}",
        }
        if by is not None and self.web is not None:
            environment["AMENDS_TOKEN"] = self.web.token(by)
        return typed(words, environment | environ, self.paper.home)


@pytest.fixture
def terminal(paper: Paper, web: Served) -> Terminal:
    """A terminal whose service answers."""
    return Terminal(paper, web)


@pytest.fixture
def cut_off(paper: Paper) -> Terminal:
    """A terminal whose service does not answer."""
    return Terminal(paper, None)
