"""A platform that no machine of ours calls: its posts are what a person says they did there."""

from itertools import count

NUMBERS = count(7_000_000_001)


class ByHandPlace:
    """An account of the department where everything is done by hand."""

    ours = True
    by_hand = True
    base_url = ""
    page: str | None = None
    credentials = ""

    def __init__(self, platform: str, handle: str, title: str) -> None:
        self.platform, self.handle, self.title = platform, handle, title
        self._posts: dict[str, str] = {}

    def post(self, text: str) -> str:
        """Somebody posts there; the link is made up, and nobody follows it."""
        link = f"https://www.{self.platform}.com/@{self.handle}/video/{next(NUMBERS)}"
        self._posts = {link: text} | self._posts
        return link

    def take_down(self, link: str) -> None:
        """Somebody deletes it there."""
        self._posts.pop(link, None)

    def seen_by_a_stranger(self) -> list[str]:
        """What is there."""
        return list(self._posts.values())

    def answer_to_a_stranger(self, _: str) -> str:
        """Nothing that a machine could read."""
        return ""
