"""The Digital Transformation Unit: whether enough people are there to say yes."""

from amends.doctor.findings import Findings, bad, ok, warn
from amends.doctor.staff import Staff
from amends.settings import Settings
from models.words import Role
from policy.duty import DUTIES

ABOUT = "duty"
REACHED = "reached"


def examine(settings: Settings) -> Findings:
    """Who is in the unit, and who of it is on duty."""
    staff = Staff(settings)
    unit = staff.with_role(Role.DTU, Role.DTU_DUTY)
    on_duty = staff.with_role(Role.DTU_DUTY)
    if not unit:
        yield bad(
            ABOUT,
            "Nobody of [[people]] is in the Digital Transformation Unit, so nobody can confirm, "
            "advise or close. Give somebody the roles dtu and dtu-duty.",
        )
        return
    if len(unit) == 1:
        yield warn(
            ABOUT,
            f"{staff.names(unit)} is the only person in the Digital Transformation Unit. Nobody "
            "clears or confirms their own work, so what they post or report waits for others. "
            "Give a second person the role dtu.",
        )
    if not on_duty:
        yield warn(
            ABOUT,
            "There is no duty officer: what is urgent is asked of the whole unit and of nobody "
            "by name. Give somebody the role dtu-duty.",
        )
    if len(unit) > 1 and on_duty:
        yield ok(ABOUT, f"On duty: {staff.names(on_duty)}.")
    yield from _reached(settings, staff)


def _reached(settings: Settings, staff: Staff) -> Findings:
    """Whether those who are called at night have a phone, and somebody to stand in for them."""
    called = [
        part
        for email in staff.with_role(*DUTIES, *(Role(rota.role) for rota in settings.rotas))
        if (part := staff.part(email))
    ]
    if silent := [part.email for part in called if part.phone is None]:
        yield warn(
            REACHED,
            f"No phone is known of {staff.names(silent)}, so at night nothing wakes them. "
            "Set phone in [[people]].",
        )
    if alone := [part.email for part in called if part.deputy is None]:
        yield warn(
            REACHED,
            f"Nobody stands in for {staff.names(alone)} when they do not answer. "
            "Set deputy in [[people]].",
        )
