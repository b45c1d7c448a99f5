"""First response: what is urgent is done at once, plainly, and never waits for Prefect."""

from flows.steps.deletion import delete
from flows.steps.evidence import preserve
from flows.steps.verification import verify


def respond_at_once(reference: str) -> None:
    """Preserve, delete, and see that it is gone (line 120). Makes no Prefect call."""
    preserve.plainly(reference)
    delete.plainly(reference)
    verify.plainly(reference)
