"""A whole department in a browser: its engine, its practice platform, its mail and its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

from browsing import Seen, browse
from department import Department, open_department
from paper import Paper
from playwright.sync_api import Browser
from served import Served, serve
from waiting import until

PATIENCE = 30.0
"""Seconds for anything that an engine does while the machine is busy."""


@dataclass
class Rooms:
    """The people of a department, each at their own browser."""

    department: Department
    web: Served
    chromium: Browser
    opened: list[Seen] = field(default_factory=list)

    def window(self, *, scripts: bool = True) -> Seen:
        """A browser in which nobody is signed in."""
        self.opened.append(browse(self.chromium, self.web.url, scripts=scripts))
        return self.opened[-1]

    def sign_in(self, seen: Seen, email: str) -> None:
        """By the link that the engine mails, from the page that asks for the address."""
        before = len(self.links(email))
        seen.page.get_by_label("Sign in with your work email address").fill(email)
        seen.press("Send me a link")
        until(lambda: len(self.links(email)) > before, PATIENCE, "no link was mailed")
        seen.go(self.links(email)[-1])
        seen.press("Sign in")

    def enter(self, email: str, path: str, *, scripts: bool = True) -> Seen:
        """A browser in which this person has signed in, at this page."""
        seen = self.window(scripts=scripts)
        seen.go(path)
        self.sign_in(seen, email)
        seen.go(path)
        return seen

    def links(self, email: str, door: str = "sign-in") -> list[str]:
        """The paths of the links that this person was mailed, the newest last."""
        texts = [text_of(message) for message in self.department.mail.to(email)]
        return [found for text in texts for found in re.findall(rf"/{door}/[\w-]+", text)]

    def up(self, handle: str = "dept") -> list[str]:
        """What can be read on the account, the newest first."""
        return [post.text for post in self.department.sandbox.live_posts(handle)]


def text_of(message: Message) -> str:
    """The plain text of a mail."""
    parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    contents = [part.get_payload(decode=True) for part in parts]
    return "".join(one.decode() for one in contents if isinstance(one, bytes))


@contextmanager
def open_rooms(home: Path, chromium: Browser) -> Iterator[Rooms]:
    """Everything at work, in ``home``."""
    department = open_department(home)
    department.start_engine()
    web = serve(Paper(home, department.office))
    rooms = Rooms(department, web, chromium)
    yield rooms
    for one in rooms.opened:
        one.context.close()
    web.close()
    department.close()
