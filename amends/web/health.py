"""Whether the process lives, and whether the installation is ready to act."""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from amends.web.caller import Here
from models.beats import PREFECT_DOWN, Beat
from models.office import Office

router = APIRouter(tags=["health"])

FRESH = timedelta(seconds=30)
ENGINE = "engine"

Check = Literal["ok", "missing"]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """``degraded``: Prefect is down; the work goes on, and nobody can watch it there."""

    status: Literal["ready", "degraded", "unready"]
    database: Check
    migrations: Check
    engine: Check
    prefect: Literal["ok", "down", "unknown"]


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
    except DBAPIError:
        return unready
    if not fresh:
        return unready.model_copy(update={"database": "ok", "migrations": "ok"})
    down = all(beat.detail == PREFECT_DOWN for beat in fresh)
    return Ready(
        status="degraded" if down else "ready",
        database="ok",
        migrations="ok",
        engine="ok",
        prefect="down" if down else "ok",
    )
