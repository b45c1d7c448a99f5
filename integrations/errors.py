"""What went wrong outside, by what to do next, in texts without content or secrets."""

from datetime import datetime


class OutsideError(Exception):
    """Something outside did not go well. ``code`` is a short word for records and timelines."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotSent(OutsideError):
    """The request never left (DNS, refused, connect timeout, TLS): try again."""


class TryAgainLater(OutsideError):
    """Not done, by the other side's own word (429): try again at ``at`` (UTC)."""

    def __init__(self, code: str, at: datetime) -> None:
        super().__init__(code)
        self.at = at


class Refused(OutsideError):
    """The other side said no (400, 403, 404 on create, 422): a person is told."""


class NotAuthorised(Refused):
    """Our credentials do not let us (401, 403 of permission): a person acts by hand."""


class NotSupported(OutsideError):
    """The platform has no such act: a person does it by hand."""


class OutcomeUnknown(OutsideError):
    """It may or may not have happened (timeout after sending, reset, 5xx, unreadable answer)."""
