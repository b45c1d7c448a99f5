"""The practice Mastodon's process: ``mastodon_mock``, put right where Mastodon does otherwise.

Put right: who sees a post that is not public, and a token that nobody gave (401); what belongs to
others or is gone (404, under an old Idempotency-Key too); what a text weighs; how it comes back as
HTML; a deletion's media. Written from Mastodon's source: ``statuses_controller.rb``,
``post_status_service.rb``, ``status_length_validator.rb``, ``text_formatter.rb``.
"""

import contextlib
import html
import os
import re
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

import regex
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from mastodon._url_regex import url_regex
from mastodon_mock.app import create_app
from mastodon_mock.config import AuthConfig, DatabaseConfig, MastodonMockConfig, SeedConfig
from mastodon_mock.db.models import Account, Idempotency, OAuthToken, Status, utcnow
from mastodon_mock.routers import statuses
from mastodon_mock.routers.helpers import validation_error
from mastodon_mock.serializers.statuses import serialize_status
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

LONGEST = 500
LINK_WEIGHS = 23
SHOWN_OF_A_LINK = 30
OPEN = ("public", "unlisted")

Json = dict[str, object]

_STATUS = re.compile(r"/api/v1/statuses/(\d{1,20})(?:/\w+)?")
_MENTION = re.compile(r"(?<![/\w])@(\w+)(?:@[\w.-]+\w)?")
_HASHTAG = re.compile(r"(?<![/\w&])#(\w+)")
_PREFIX = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


class _NewAccount(BaseModel):
    username: str
    display_name: str = ""
    scopes: list[str] = ["read", "write"]


def practice_app(address: str, folder: Path) -> FastAPI:
    """The server, as it answers at this address; what it holds is in ``folder``."""
    config = MastodonMockConfig(
        domain=address,
        url_scheme="http",
        auth=AuthConfig(enforce_scopes=True),
        seed=SeedConfig(),
        database=DatabaseConfig(path=str(folder / "instance.sqlite")),
        media_storage_path=str(folder / "media"),
    )
    vars(statuses)["render_status_html"] = as_html
    vars(statuses)["serialize_status"] = _with_mentions(serialize_status)
    vars(statuses)["_validate_status_params"] = _checked
    app = create_app(config)
    app.middleware("http")(_put_right)
    app.post("/practice/accounts")(_add_account)
    return app


def weighed(text: str) -> int:
    """How many characters Mastodon counts: letters as people see them, links alike, no domains."""
    links_alike = url_regex.sub(lambda found: found.group(2) + "x" * LINK_WEIGHS, text)
    return len(regex.findall(r"\X", _MENTION.sub(r"@\1", links_alike)))


def as_html(text: str) -> str:
    """The text as Mastodon gives it back."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "".join(f"<p>{'<br />'.join(map(_line, one.split(chr(10))))}</p>" for one in paragraphs)


def _line(text: str) -> str:
    parts, rest = [], 0
    for found in url_regex.finditer(text):
        start, end = found.end(2), found.end()
        parts += [_words(text[rest:start]), _link(text[start:end])]
        rest = end
    return "".join([*parts, _words(text[rest:])])


def _words(text: str) -> str:
    escaped = html.escape(text, quote=True)
    tagged = _HASHTAG.sub(
        r'<a href="/tags/\1" class="mention hashtag">#<span>\1</span></a>', escaped
    )
    return _MENTION.sub(_mention, tagged)


def _mention(found: re.Match[str]) -> str:
    """Everybody is known here; the text shows the name alone, the link whose it is."""
    return (
        f'<span class="h-card"><a href="/{found.group()}" class="u-url mention">'
        f"@<span>{found.group(1)}</span></a></span>"
    )


def _with_mentions(serialize: Callable[..., Json]) -> Callable[..., Json]:
    """Name everybody whom the text names."""

    def serialized(db: Session, status: Status, *given: object, **more: object) -> Json:
        named = [
            {"id": "0", "username": one.group(1), "acct": one.group()[1:], "url": f"/{one.group()}"}
            for one in _MENTION.finditer(status.text or "")
        ]
        return {**serialize(db, status, *given, **more), "mentions": named}

    return serialized


def _link(url: str) -> str:
    found = _PREFIX.match(url)
    prefix = found.group() if found else ""
    shown, hidden = url[len(prefix) :][:SHOWN_OF_A_LINK], url[len(prefix) + SHOWN_OF_A_LINK :]
    one, two, three = (html.escape(part) for part in (prefix, shown, hidden))
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener">'
        f'<span class="invisible">{one}</span><span class="{"ellipsis" if hidden else ""}">{two}'
        f'</span><span class="invisible">{three}</span></a>'
    )


def _checked(params: Mapping[str, object]) -> JSONResponse | None:
    text = str(params.get("status") or "")
    if not text.strip() and not params.get("media_ids"):
        return validation_error("Validation failed: Text can't be blank")
    if weighed(text) + len(str(params.get("spoiler_text") or "")) > LONGEST:
        return validation_error(f"Validation failed: Text character limit of {LONGEST} exceeded")
    return None


async def _put_right(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Answer as Mastodon does where the one behind us does not."""
    if request.method == "DELETE" and (sent := dict(parse_qsl((await request.body()).decode()))):
        request.scope["query_string"] = f"delete_media={sent.get('delete_media', 0)}".encode()
    with request.app.state.session_factory() as db:
        refusal = _refused(db, request)
    return refusal or await call_next(request)


def _refused(db: Session, request: Request) -> Response | None:
    signed = request.headers.get("authorization", "")
    token = db.scalar(
        select(OAuthToken).where(OAuthToken.access_token == signed.removeprefix("Bearer "))
    )
    if signed and token is None:
        return _problem(401, "The access token is invalid")
    viewer = token.account_id if token else None
    found = _STATUS.fullmatch(request.url.path)
    if found and not _may(db, request.method, int(found.group(1)), viewer, token):
        return _problem(404, "Record not found")
    key = request.headers.get("idempotency-key")
    if request.method == "POST" and key and not _is_there_still(db, key, viewer):
        return _problem(404, "Record not found")
    return None


def _may(
    db: Session, method: str, status_id: int, viewer: int | None, token: OAuthToken | None
) -> bool:
    status = db.get(Status, status_id)
    if method in ("PUT", "DELETE"):
        wants_scope = token is None or "write" not in (token.scopes or [])
        return wants_scope or (status is not None and status.account_id == viewer)
    return status is None or status.visibility in OPEN or status.account_id == viewer


def _is_there_still(db: Session, key: str, viewer: int | None) -> bool:
    made = db.scalar(
        select(Idempotency).where(Idempotency.key == key, Idempotency.account_id == viewer)
    )
    return made is None or db.get(Status, made.status_id) is not None


def _problem(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status)


def _add_account(request: Request, wanted: _NewAccount) -> dict[str, str]:
    """An account, or another token of one that is there."""
    with request.app.state.session_factory() as db:
        account = db.scalar(select(Account).where(Account.username == wanted.username))
        if account is None:
            name = wanted.display_name or wanted.username
            account = Account(
                username=wanted.username, display_name=name, created_at=utcnow(), fields=[]
            )
            db.add(account)
            db.flush()
        token = os.urandom(16).hex()
        db.add(
            OAuthToken(
                access_token=token,
                account_id=account.id,
                scopes=wanted.scopes,
                created_at=utcnow(),
            )
        )
        account_id = str(account.id)
        db.commit()
    return {"id": account_id, "access_token": token}


def _end_with_our_parent() -> None:
    """However the process that started us ends, our standard input ends with it."""
    with contextlib.suppress(OSError):
        # Past sys.stdin: Python cannot end in order while a thread waits in it.
        while os.read(sys.stdin.fileno(), 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(port: int) -> None:
    """Serve on this port of 127.0.0.1 until told to end."""
    # uvicorn gives the signal back when it has ended; by default that would end us in between.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=_end_with_our_parent, daemon=True).start()
    with TemporaryDirectory(prefix="amends-mastodon-", ignore_cleanup_errors=True) as folder:
        uvicorn.run(
            practice_app(f"127.0.0.1:{port}", Path(folder)),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
