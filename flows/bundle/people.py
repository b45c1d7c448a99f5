"""How people are named in an archive, and how their names are taken out of what others wrote."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flows.naming import ENGINE
from models.people import Person
from models.snapshot import Snapshot
from models.words import Role
from policy.disclosure import Disclosure, Part, Shown
from policy.people import Register
from policy.taint.common_words import common_words
from templates.labels import label

OURSELVES = "Amends"
STAFF = "a member of staff"
TAKEN_OUT = "[name taken out]"
NO_NUMBER = "[number taken out]"
SHORTEST = 6

NOT_OFFICES = frozenset({Role.HR, Role.ADMIN, Role.AUDITOR})
"""Whoever has no other role acts as a member of staff: with an incident these have nothing to do.
That somebody of HR did something would besides tell of more than the incident."""


@dataclass(frozen=True)
class People:
    """The people of the register before one incident, at one level."""

    register: Register
    seen: Snapshot
    rules: Disclosure
    duty_officer: str

    def name(self, email: str | None) -> str:
        """How this person is shown. Nobody is named who reported or posted, whatever their role,
        unless all are."""
        if email is None or email == ENGINE:
            return OURSELVES
        person = next((one for one in self.register.people if one.email == email), None)
        shown = self.rules.people(self._part(email, person))
        role = self._role(person)
        if person is None:
            return email if email and shown is Shown.ADDRESS else role
        if shown is Shown.ROLE:
            return role
        named = person.name if role == STAFF else f"{person.name}, for {role}"
        return f"{named} ({email})" if shown is Shown.ADDRESS else named

    def scrubbed(self, text: str | None) -> str | None:
        """The text without the names, addresses and numbers of those whom this level does not
        name; without phone numbers of the department at any level."""
        if text is None:
            return None
        for pattern, instead in self._unsaid:
            text = pattern.sub(instead, text)
        return text

    def _part(self, email: str, person: Person | None) -> Part:
        is_close = email == self.seen.incident.poster_email or email in self._reporters
        in_office = person is not None and not is_close and self._offices(person)
        return Part.PEOPLE_IN_OFFICE if in_office else Part.OTHER_STAFF

    def _role(self, person: Person | None) -> str:
        if person is None or self._part(person.email, person) is Part.OTHER_STAFF:
            return STAFF
        return label("role", self._offices(person)[0])

    @staticmethod
    def _offices(person: Person) -> list[Role]:
        found = dict.fromkeys(map(Role, (*person.roles, *person.group_roles)))
        return [role for role in found if role not in NOT_OFFICES]

    @cached_property
    def _reporters(self) -> frozenset[str]:
        ids = {report.reporter_id for report in self.seen.reports}
        return frozenset(one.email for one in self.register.people if one.id in ids)

    @cached_property
    def _unsaid(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        phones = [one.phone for one in self.register.people if one.phone]
        found = [
            (one, NO_NUMBER) for phone in (*phones, self.duty_officer) for one in _number(phone)
        ]
        for person in self.register.people:
            shown = self.rules.people(self._part(person.email, person))
            if shown is not Shown.ADDRESS:
                found.append((re.compile(re.escape(person.email), re.IGNORECASE), TAKEN_OUT))
            if shown is Shown.ROLE:
                found += [(one, TAKEN_OUT) for one in names_of(person.name)]
        return tuple(found)


def _number(phone: str) -> Iterator[re.Pattern[str]]:
    """The number however it is spaced, with the country's code or without. What is too short to
    be told from any other number stays."""
    digits = re.sub(r"\D", "", phone)
    national = digits.removeprefix("44") if digits.startswith("44") else digits.lstrip("0")
    spaced = r"[\s().-]*".join(national)
    if len(national) >= SHORTEST:
        yield re.compile(rf"(?:\+?\s*44[\s().-]*(?:\(0\))?[\s().-]*|\b0[\s().-]*)?{spaced}\b")


def names_of(name: str) -> Iterator[re.Pattern[str]]:
    """The whole name, then each of its parts that is no common word, as it is written."""
    parts = name.split()
    yield re.compile(r"\b" + r"\s+".join(map(re.escape, parts)) + r"\b", re.IGNORECASE)
    for part in _rare(parts):
        yield re.compile(rf"\b{re.escape(part)}\b")


def _rare(parts: Iterable[str]) -> Iterator[str]:
    common = common_words(())
    for part in parts:
        if part.lower() not in common and part[:1].isupper():
            yield part
