"""What ends the demo before its end."""


class DemoError(Exception):
    """The demo cannot go on. The text says what happened, for the person at the terminal."""
