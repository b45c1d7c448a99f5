"""Text that would do something if a page let it, and whether a page did."""

from html.parser import HTMLParser

CORPUS = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    '"><svg onload="window.pwned=1">',
    "' autofocus onfocus='window.pwned=1' x='",
    '" onmouseover="window.pwned=1" x="',
    "</textarea><script>window.pwned = 1</script>",
    "</title><script>window.pwned = 1</script>",
    "<a href='javascript:window.pwned=1'>x</a>",
    "javascript:window.pwned=1",
    "{{ 7919 * 7907 }}{% raw %}",
    "<!--<script>",
    "<style>*{background:url(//evil.example)}</style>",
    '<base href="https://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    '<form action="https://evil.example/"><button>Sign in</button></form>',
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "\u202egnp.exe\u202c<b onclick=window.pwned=1>",
)

OURS_ALONE = ("base", "iframe", "object", "embed", "style", "svg", "img")
"""Elements that no page of ours has."""

ADDRESSES = ("href", "src", "action", "formaction", "content")


class _Looker(HTMLParser):
    """Notes whatever a page of ours never has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in OURS_ALONE:
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("<script> that is not ours")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}=")
            if name in ADDRESSES and ("evil.example" in value or "script:" in value.lower()):
                self.found.append(f"{tag} {name}={value[:40]}")


def what_it_did(page: str) -> list[str]:
    """What a hostile text has brought into the page; nothing where it stayed text."""
    looker = _Looker()
    looker.feed(page)
    looker.close()
    return looker.found + (["a template of theirs ran"] if "62615533" in page else [])
