"""The people of the demo's department, and whom an address stands for."""

from dataclasses import dataclass

DTU = "dtu@dept.example"
HR = "hr@dept.example"


@dataclass(frozen=True)
class Person:
    """One person: ``part`` is how the demo speaks of them."""

    email: str
    name: str
    part: str
    roles: tuple[str, ...] = ()
    manager: str | None = None

    @property
    def first_name(self) -> str:
        """What colleagues call them."""
        return self.name.partition(" ")[0]


ANA = Person("ana@dept.example", "Ana Ahmed", "posts for the department", (), "bo@dept.example")
BO = Person("bo@dept.example", "Bo Berg", "Ana’s line manager", (), "pat@dept.example")
CY = Person(
    "cy@dept.example", "Cy Chen", "owns the account and posts too", (), "bo@dept.example"
)  # fmt: skip
DEE = Person(
    "dee@dept.example", "Dee Diaz", "duty officer of the DTU",
    ("dtu", "dtu-duty"),
)  # fmt: skip
FLO = Person("flo@dept.example", "Flo Frank", "administrator", ("admin",))
HAL = Person("hal@dept.example", "Hal Hale", "HR", ("hr",))
PAT = Person(
    "pat@dept.example", "Pat Park", "press officer on duty", ("press-duty", "media-office")
)  # fmt: skip

EVE = Person("eve@dept.example", "Eve Eze", "of the DTU too", ("dtu",))
SID = Person("sid@dept.example", "Sid Sharp", "security officer", ("security", "it-security"))
GIL = Person(
    "gil@dept.example", "Gil Grant", "director for the region; owns the policy",
    ("geographic-director", "policy-owner"),
)  # fmt: skip
COL = Person(
    "col@dept.example", "Col Cole", "communications director", ("communications-director",)
)  # fmt: skip

PEOPLE = (ANA, BO, CY, DEE, FLO, HAL, PAT)
"""Who plays in every story."""

EVERYBODY = (*PEOPLE, SID, GIL, COL, EVE)

BY_FIRST_NAME = {one.first_name.lower(): one for one in EVERYBODY}

MAILBOXES = {DTU: "the DTU’s mailbox", HR: "HR’s mailbox"}


def addressee(address: str) -> str:
    """Who reads the mail that goes to this address."""
    for one in EVERYBODY:
        if one.email == address:
            return f"{one.first_name}, {one.part}"
    return MAILBOXES.get(address, address)


def first_name(actor: str) -> str:
    """Who acted, in one word; Amends itself where it was nobody of the department."""
    return next((one.first_name for one in EVERYBODY if one.email == actor), "Amends")
