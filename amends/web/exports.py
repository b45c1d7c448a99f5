"""Archives of an incident or about a person: recorded first, then given, and kept nowhere."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from amends.web.again import again
from amends.web.bodies import ExportBody, SubjectBody
from amends.web.caller import Caller, Here
from amends.web.reference import Reference
from flows.bundle.making import export
from flows.bundle.packing import Archive
from flows.subject_access.making import export_about

ZIP = "application/zip"

router = APIRouter(tags=["exports"])
ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "the archive", "content": {ZIP: {}}}
}


@router.post("/incidents/{reference}/exports", response_class=StreamingResponse, responses=ANSWERS)
def make(reference: Reference, body: ExportBody, here: Here, person: Caller) -> StreamingResponse:
    """An archive of the incident at one level, as a ZIP. That it was made, by whom and at which
    level is recorded before its first byte."""
    return _given(again(lambda: export(here, person, reference, body.level)))


@router.post("/subject-access", response_class=StreamingResponse, responses=ANSWERS)
def make_about(body: SubjectBody, here: Here, person: Caller) -> StreamingResponse:
    """Everything held about one person, as a ZIP, for the data protection officer and HR. That it
    was made, by whom and about whom is recorded before its first byte."""
    return _given(again(lambda: export_about(here, person, body.subject)))


def _given(made: Archive) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Content-Length": str(made.size),
        "Cache-Control": "no-store",
        "Amends-Archive": made.number,
        "Amends-Archive-Key": made.key,
    }
    return StreamingResponse(made.pieces, media_type=ZIP, headers=headers)
