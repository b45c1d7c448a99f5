"""The practice platform's own API under ``/sandbox/``: seed it, make it fail, count its calls."""

from base64 import b64decode
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from amends.sandbox.answers import Answer, Json, answer
from amends.sandbox.timeline import Credentials, Picture, Post
from amends.sandbox.world import World


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Credentials(_Body):
    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str


class _Account(_Body):
    handle: str
    name: str = ""
    credentials: _Credentials | None = None
    access: str = "read-write"


class _Picture(_Body):
    content_base64: str
    content_type: str = "image/png"
    alt_text: str | None = None


class _Post(_Body):
    handle: str
    text: str
    media: tuple[_Picture, ...] = ()
    created_at: datetime | None = None
    metrics: dict[str, int] = {}
    edit_of: str | None = None


class _Fault(_Body):
    verb: str
    fault: str
    times: int | None = 1
    after: int = 0
    seconds: float = 1.0
    reset_in: float = 900.0


class _Latency(_Body):
    seconds: float


def controlled(world: World, method: str, path: str, body: bytes) -> Answer | None:
    """Answer a request under ``/sandbox/``; None where there is no such thing."""
    try:
        match method, path.removeprefix("/sandbox/"):
            case "POST", "accounts":
                return _add_account(world, _Account.model_validate_json(body))
            case "POST", "posts":
                return _add_post(world, _Post.model_validate_json(body))
            case "POST", "faults":
                laid_up = _Fault.model_validate_json(body)
                world.fail(**laid_up.model_dump())
                return answer({}, 201)
            case "DELETE", "faults":
                world.heal()
                return answer({})
            case "POST", "latency":
                world.latency = _Latency.model_validate_json(body).seconds
                return answer({})
            case "GET", "calls":
                calls = [asdict(call) | {"at": call.at.isoformat()} for call in world.calls()]
                return answer({"calls": calls})
            case "GET", "posts":
                return answer(
                    {"posts": [_shown(one) for one in world.timeline.of(None, deleted_too=True)]}
                )
    except ValidationError as error:
        return answer(
            {"error": error.errors(include_url=False, include_context=False, include_input=False)},
            400,
        )
    except (KeyError, ValueError) as error:
        return answer({"error": str(error)}, 400)
    return None


def _add_account(world: World, body: _Account) -> Answer:
    given = Credentials(**body.credentials.model_dump()) if body.credentials else None
    credentials = world.add_account(body.handle, body.name, credentials=given, access=body.access)
    return answer({"handle": body.handle, "credentials": asdict(credentials)}, 201)


def _add_post(world: World, body: _Post) -> Answer:
    at = body.created_at
    post = world.add_post(
        body.handle,
        body.text,
        pictures=[
            Picture(b64decode(one.content_base64), one.content_type, one.alt_text)
            for one in body.media
        ],
        created_at=at.replace(tzinfo=at.tzinfo or UTC) if at else None,
        metrics=body.metrics,
        edit_of=body.edit_of,
    )
    return answer({"id": post.id, "url": post.url}, 201)


def _shown(post: Post) -> Json:
    return {
        "id": post.id,
        "handle": post.handle,
        "text": post.text,
        "url": post.url,
        "created_at": post.created_at.isoformat(),
        "deleted_at": post.deleted_at.isoformat() if post.deleted_at else None,
    }
