"""Archives of an incident: recorded first, then given, and kept nowhere."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from amends.web.again import again
from amends.web.bodies import ExportBody
from amends.web.caller import Caller, Here
from amends.web.reference import Reference
from flows.bundle.making import export

ZIP = "application/zip"

router = APIRouter(prefix="/incidents/{reference}", tags=["exports"])


@router.post(
    "/exports",
    response_class=StreamingResponse,
    responses={200: {"description": "the archive", "content": {ZIP: {}}}},
)
def make(reference: Reference, body: ExportBody, here: Here, person: Caller) -> StreamingResponse:
    """An archive of the incident at one level, as a ZIP. That it was made, by whom and at which
    level is recorded before its first byte."""
    made = again(lambda: export(here, person, reference, body.level))
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Content-Length": str(made.size),
        "Cache-Control": "no-store",
        "Amends-Archive": made.number,
        "Amends-Archive-Key": made.key,
    }
    return StreamingResponse(made.pieces, media_type=ZIP, headers=headers)
