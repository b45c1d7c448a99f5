"""Whether the process lives, and whether the installation is ready to act."""

from datetime import datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from amends.web.caller import Here
from models.beats import PREFECT_DOWN, Beat
from models.office import Office
from models.reconciliation import reconciliation_now

router = APIRouter(tags=["health"])

FRESH = timedelta(seconds=30)
ENGINE = "engine"

Check = Literal["ok", "missing"]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """``degraded``: Prefect is down and nobody can watch the work there; or the database was
    restored, and nothing is sent until a person lifts reconcile mode."""

    status: Literal["ready", "degraded", "unready"]
    database: Check
    migrations: Check
    engine: Check
    prefect: Literal["ok", "down", "unknown"]
    reconciling_since: datetime | None = None


@router.get("/healthz")
def healthz() -> Alive:
    """The process."""
    return Alive()


@router.get("/readyz")
def readyz(here: Here, response: Response) -> Ready:
    """Database, migrations and engine. 503 where one of them is missing."""
    ready = _look(here)
    if ready.status == "unready":
        response.status_code = 503
    return ready


def _look(here: Office) -> Ready:
    unready = Ready(
        status="unready", database="missing", migrations="missing", engine="missing",
        prefect="unknown",
    )  # fmt: skip
    try:
        if not here.store.is_current():
            return unready.model_copy(update={"database": "ok"})
        with here.store.read() as tx:
            fresh = tx.exec(
                select(Beat).where(col(Beat.role) == ENGINE, col(Beat.at) > tx.now() - FRESH)
            ).all()
            open_ = reconciliation_now(tx)
    except DBAPIError:
        return unready
    since = open_.since if open_ else None
    if not fresh:
        there = {"database": "ok", "migrations": "ok", "reconciling_since": since}
        return unready.model_copy(update=there)
    down = all(beat.detail == PREFECT_DOWN for beat in fresh)
    return Ready(
        status="degraded" if down or since else "ready",
        database="ok",
        migrations="ok",
        engine="ok",
        prefect="down" if down else "ok",
        reconciling_since=since,
    )
