"""The web app of one installation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool

from amends.settings import DRILL_MARK
from amends.web import (
    account_pages,
    advice_pages,
    case_door,
    case_pages,
    cases,
    clearances,
    decisions,
    desk_pages,
    exports,
    figure_pages,
    health,
    help_pages,
    incident_pages,
    incidents,
    list_pages,
    people_pages,
    problems,
    public,
    reconciliation,
    report,
    report_preview,
    retention,
    sign_in,
    sign_in_elsewhere,
    signed_in,
    statics,
    timelines,
    tokens,
)
from amends.web.answers import API
from amends.web.edge import Edge
from amends.web.live import Reader
from amends.web.pace import Pace
from flows.crowd import Crowd
from models.identity import IdentityProvider
from models.office import Office

DESCRIPTION = "What has to happen after a post goes out in error. Errors are RFC 9457 problems."

AREAS = (
    incidents, timelines, clearances, decisions, exports, cases, tokens, reconciliation, retention,
)  # fmt: skip


def create_app(office: Office, provider: IdentityProvider | None = None) -> FastAPI:
    """The app. It writes rows and wakes the engine; it calls no platform and no mail server.
    ``provider`` is the department's own sign-in service, where it has one: all that it calls."""
    app = FastAPI(
        title=f"{DRILL_MARK}Amends" if office.settings.drill else "Amends",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
        lifespan=_lifespan,
        # It would record whole addresses, and the address of an acknowledgement holds its token.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.office = office
    app.state.provider = provider
    app.state.pace = Pace()
    app.state.preview_pace = Pace(report_preview.MOST_A_MINUTE)
    app.state.sign_in_pace = Pace(sign_in.MOST_A_MINUTE)
    app.state.client_pace = Pace(sign_in.MOST_OF_A_CLIENT)
    app.state.crowd = Crowd(office)
    app.state.reader = Reader(office.store)
    api = APIRouter(prefix=API, responses=problems.DOCUMENTED)
    for area in AREAS:
        api.include_router(area.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(public.router)
    app.include_router(statics.router)
    app.include_router(sign_in_elsewhere.router)
    app.include_router(help_pages.router)
    app.include_router(sign_in.router)
    app.include_router(report.router)
    app.include_router(report_preview.router)
    app.include_router(advice_pages.router)
    app.include_router(list_pages.router)
    app.include_router(incident_pages.router)
    app.include_router(case_pages.router)
    app.include_router(desk_pages.router)
    app.include_router(figure_pages.router)
    app.include_router(account_pages.router)
    app.include_router(people_pages.router)
    problems.install(app)
    signed_in.install(app)
    case_door.install(app)
    app.add_middleware(Edge, drill=office.settings.drill is not None)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.reader.close()
    await run_in_threadpool(app.state.crowd.close)
