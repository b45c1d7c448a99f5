"""What a carrier can be asked of a message that it took: whether it got there."""

from typing import Protocol, runtime_checkable

from models.words import Delivery


@runtime_checkable
class TellsDelivery(Protocol):
    """A carrier that says what became of its messages."""

    def delivery_of(self, reference: str) -> Delivery | None:
        """What became of the message with this reference; None where it does not know.

        May raise NotSent, TryAgainLater, Refused, NotAuthorised or OutcomeUnknown
        (``integrations.errors``) and nothing else.
        """
        ...
