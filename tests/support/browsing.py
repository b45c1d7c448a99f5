"""Chromium for the tests: pages at a phone's and a desk's width, looked at by axe, and kept."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chromium import find
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    sync_playwright,
)

AXE = Path(__file__).parents[1] / "browser" / "axe.min.js"
SHOTS = Path(os.environ.get("SCREENSHOTS", "/tmp/amends-screenshots"))
"""Where screenshots are kept: CI takes them from there."""

SIZES = {"phone": (390, 844), "desk": (1280, 900), "narrow": (320, 640)}
QUIET = (
    "--no-sandbox",
    "--disable-dev-shm-usage",  # a container has 64 MB of it
    "--disable-background-networking",
    "--disable-component-update",
)

RUN_AXE = """async () => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(", "));
}"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """One Chromium. Raises NoChromiumError."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Seen:
    """One person's browser, and all that it complained of."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def take(self, cookies: Mapping[str, str]) -> None:
        """Hold these cookies of the site from now on."""
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )

    def go(self, path: str) -> None:
        """Open the page at this path."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of this name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=name)).first.click()

    def heading(self) -> str:
        """The page's own heading."""
        return self.page.locator("h1").first.inner_text().strip()

    def look(self, name: str) -> None:
        """Take its picture on a phone and at a desk; fail at what axe finds, at what does not fit
        into 320 px and at what the browser complained of."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        before = self.page.viewport_size
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            if size != "narrow":
                self.page.screenshot(path=SHOTS / f"{name}-{size}.png", full_page=True)
                found = self._axe()
                assert found == [], f"{name} {size}: {found}"
            assert self._overhang() <= 0, f"{name} is wider than {width} px"
        if before:
            self.page.set_viewport_size(before)
        assert self.complaints == [], name

    def _overhang(self) -> int:
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(width))

    def _axe(self) -> list[str]:
        # Not as a script of the page: its policy would rightly refuse one.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return list(self.page.evaluate(RUN_AXE))


def browse(browser: Browser, url: str, *, scripts: bool = True) -> Seen:
    """A new person's browser, on a phone."""
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=scripts
    )
    page = context.new_page()
    seen = Seen(context, page, url)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            seen.complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    return seen
