"""Why something that a person asked for is not done, by what they can do next.

Every text is a sentence for that person. None repeats what they wrote.
"""

from collections.abc import Iterable

from models.words import Step


class Refusal(Exception):
    """Nothing was changed. The text says why, and what to do."""


class NotFoundError(Refusal):
    """There is no such thing, or the person may not know of it: the two look alike (design §8)."""


class NotAllowedError(Refusal):
    """The person may know of it, but this is for others to decide."""


class BadRequestError(Refusal):
    """What was asked cannot be understood or is incomplete."""


class NotNowError(Refusal):
    """It stands in a way in which this cannot be done."""


class AlreadyDecidedError(NotNowError):
    """Somebody was quicker. The text says who, and when."""


class DigestDiffersError(NotNowError):
    """The words have changed since they were shown."""


class KeyReusedError(NotNowError):
    """The Idempotency-Key came before, with another request."""


class UnfinishedError(NotNowError):
    """The incident cannot be closed yet. ``steps`` are those that are neither done nor skipped."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = tuple(steps)
        names = ", ".join(step.value for step in self.steps)
        super().__init__(
            f"These steps are not done yet: {names}. Do them, or skip them with a reason."
        )


NO_INCIDENT = "There is no incident with this reference. Check it and try again."
