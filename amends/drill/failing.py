"""What ends a drill before its end."""


class DrillError(Exception):
    """The drill cannot go on. The text says what to do, for the person at the terminal."""


class EndedEarly(Exception):
    """Whoever holds the drill has had enough of it, or nobody is at the keyboard any more."""
