"""Which pages a person finds in the bar at the top: those that are for them, and no other."""

from collections.abc import Iterator

from models.people import Person
from policy.access import may_see_figures, may_see_register

Link = tuple[str, str]


def links_for(person: Person) -> tuple[Link, ...]:
    """Each an address, and the words of its link."""
    return tuple(_links(person))


def _links(person: Person) -> Iterator[Link]:
    yield "/report", "Report a post"
    yield "/incidents", "Open incidents"
    if may_see_figures(person):
        yield "/figures", "Figures"
    if may_see_register(person):
        yield "/accounts", "Accounts"
        yield "/people", "People"
