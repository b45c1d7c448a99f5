"""Stylesheets and scripts: below an address that changes with them, so that they are kept long."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from starlette.exceptions import HTTPException

from templates.assets import assets, digest

router = APIRouter(include_in_schema=False)

FOR_GOOD = "public, max-age=31536000, immutable"
NOT_KEPT = "no-store"


@router.get("/static/{version}/{name}")
def asset(
    version: Annotated[str, Path(max_length=64)], name: Annotated[str, Path(max_length=64)]
) -> Response:
    """One file. A page of another version of ours may ask for its own: it gets what we have, for
    this once."""
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    kept = FOR_GOOD if version == digest() else NOT_KEPT
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": kept})
