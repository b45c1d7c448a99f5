"""The plan that an incident's row holds, as the plan that it is."""

from pydantic import TypeAdapter

from models.incident import Incident
from policy.plan import Plan

_JSON = TypeAdapter(Plan)


def plan_of(incident: Incident) -> Plan | None:
    """The stored plan; None until it is made, and while a change of kind makes it anew."""
    return None if incident.plan is None else _JSON.validate_python(incident.plan)
