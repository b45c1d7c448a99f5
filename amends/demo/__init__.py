"""``amends demo``: one mistake from report to proof, on the practice platform, on this machine."""

from amends.demo.telling import run

__all__ = ["run"]
