"""Registers to resolve roles in: one that is full, and some that hold hardly anybody."""

import pytest

from models.people import Account, Person
from policy.people import Register
from policy.report import POSTER, sample_register

DTU_MAILBOX, HR_MAILBOX = "dtu-mailbox@dept.example", "hr-mailbox@dept.example"


def _register(*people: Person) -> Register:
    account = Account(platform="x", handle="dept", owner=POSTER, publishers=[POSTER])
    return Register(people, (account,), DTU_MAILBOX, HR_MAILBOX)


@pytest.fixture
def full() -> Register:
    """Somebody in each role."""
    return sample_register()


@pytest.fixture
def one_officer() -> Register:
    """The poster and one DTU officer."""
    officer = Person(email="officer@dept.example", name="Olu", roles=["dtu"])
    return _register(Person(email=POSTER, name="Pat"), officer)


@pytest.fixture
def one_manager() -> Register:
    """The poster and their line manager; no DTU at all."""
    manager = Person(email="manager@dept.example", name="Mo")
    return _register(Person(email=POSTER, name="Pat", line_manager=manager.email), manager)


@pytest.fixture
def one_administrator() -> Register:
    """The poster, who has no manager, and an administrator."""
    administrator = Person(email="admin@dept.example", name="Ada", roles=["admin"])
    return _register(Person(email=POSTER, name="Pat"), administrator)


@pytest.fixture
def nobody_else() -> Register:
    """The poster alone."""
    return _register(Person(email=POSTER, name="Pat"))
