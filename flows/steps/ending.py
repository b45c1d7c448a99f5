"""Advice and closing: the DTU advises (line 124), and a named person ends the incident."""

from datetime import timedelta

from flows.asking import ask
from flows.step import step
from models.incident import Incident
from models.office import Office
from models.snapshot import incident_by, snapshot
from models.standing import standing
from models.words import DecisionType, Role, Step
from policy.plan import Plan


@step(Step.ADVISE)
def advise(here: Office, incident: Incident, plan: Plan) -> None:
    """Ask the Digital Transformation Unit for advice on further handling (line 124)."""
    with here.store.write("ask-advice") as tx:
        ask(
            tx,
            incident.id,
            DecisionType.ADVISE,
            of=(Role.DTU_DUTY, Role.DTU),
            within=timedelta(hours=24),
            falls_to=(Role.DTU_DUTY,),
            said="advice-asked",
            again=False,
        )


@step(Step.CLOSE)
def close(here: Office, incident: Incident, plan: Plan) -> None:
    """Ask for the closing once every step is done, or skipped by a named person."""
    with here.store.write("ask-closing") as tx:
        fresh = incident_by(tx, incident.reference)
        if fresh.closed_at is not None or standing(snapshot(tx, fresh)).undone:
            return
        ask(
            tx,
            incident.id,
            DecisionType.CLOSE,
            of=(Role.DTU_DUTY, Role.DTU),
            said="closing-asked",
            again=False,
        )
