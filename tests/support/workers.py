"""What a worker of Prefect's runs, in a process that holds no credentials."""

from flows.reminders import remind as reminders
from flows.steps.evidence import preserve


def ask_the_engines(reference: str) -> None:
    """A step where no hands are."""
    preserve.plainly(reference)


def remind() -> None:
    """The reminders, outside a flow run."""
    reminders.fn()
