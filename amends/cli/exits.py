"""Exit codes, a contract that scripts rely on (design §9), and the way out with one of them."""

from enum import IntEnum


class Code(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    WAITING_FOR_A_PERSON = 10
    NOT_ALLOWED = 12
    UNREACHABLE = 69
    INTERRUPTED = 130


class Stop(Exception):
    """End the command with this code; ``sentence`` goes to stderr and says what to do."""

    def __init__(self, code: Code, sentence: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


STATUSES = {
    400: Code.BAD_INPUT,
    401: Code.NOT_ALLOWED,
    403: Code.NOT_ALLOWED,
    404: Code.BAD_INPUT,
    413: Code.BAD_INPUT,
    422: Code.BAD_INPUT,
    502: Code.UNREACHABLE,
    503: Code.UNREACHABLE,
    504: Code.UNREACHABLE,
}
"""What an HTTP status means for a script; any other error is FAILED."""
