"""What a process without credentials runs: a worker of Prefect's, or a person's command."""

from bundles import made
from sqlmodel import col, select

from flows.reminders import remind as reminders
from flows.steps.evidence import preserve
from models.office import office
from models.people import Person
from policy.disclosure import Level


def ask_the_engines(reference: str) -> None:
    """A step where no hands are."""
    preserve.plainly(reference)


def remind() -> None:
    """The reminders, outside a flow run."""
    reminders.fn()


def make_an_archive(reference: str, email: str) -> None:
    """An archive of the incident for a committee, by this person."""
    with office().store.read() as tx:
        person = tx.exec(select(Person).where(col(Person.email) == email)).one()
    made(office(), person, reference, Level.COMMITTEE)
