"""The plan that an incident's row holds: into the row, and out of it again."""

from typing import Any

from pydantic import TypeAdapter

from models.incident import Incident
from policy.plan import Plan

_JSON = TypeAdapter(Plan)


def plan_of(incident: Incident) -> Plan | None:
    """The stored plan; None until it is made, and while a change of kind makes it anew."""
    return None if incident.plan is None else _JSON.validate_python(incident.plan)


def as_stored(plan: Plan) -> dict[str, Any]:
    """The plan as the row holds it."""
    stored: dict[str, Any] = _JSON.dump_python(plan, mode="json")
    return stored
