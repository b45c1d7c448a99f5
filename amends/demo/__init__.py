"""``amends demo``: one mistake from report to proof, on the practice platform, on this machine."""

from amends.demo.telling import run, show_stories

__all__ = ["run", "show_stories"]
