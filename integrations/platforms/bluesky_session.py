"""One session of an account, for every thread: opened once, kept, and refreshed."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

from atproto_client import models
from atproto_client.models.utils import get_model_as_json
from pydantic import BaseModel, Field, ValidationError

from integrations.errors import (
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    OutsideError,
    TryAgainLater,
)
from integrations.platforms.bluesky_answers import is_worn_out, meaning
from integrations.platforms.bluesky_service import Answer, Service
from integrations.platforms.bluesky_shapes import SessionShape
from integrations.platforms.bounded import Answered
from integrations.platforms.reading import read_as


class _Login(BaseModel):
    """The credentials of amends.toml."""

    identifier: str = Field(min_length=1)
    password: str = Field(min_length=1, repr=False)


@dataclass(frozen=True)
class Session:
    """What signs our calls. ``did`` is the account's own name, which stays when its handle changes;
    ``server`` keeps its posts, where that is another than the one that was asked."""

    did: str
    handle: str
    server: str | None
    token: str = field(repr=False)
    renewal: str = field(repr=False)


class Sessions:
    """Opens at most one session at a time, however many threads want one.

    The real service opens 30 sessions of an account in five minutes and 300 a day. Once it says
    that these are used up, nothing of this account is sent before the time that it names.
    """

    def __init__(self, service: Service, handle: str, secret: str) -> None:
        self._service = service
        self._handle = handle
        self._login = _login(secret)
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._worn_out: Session | None = None
        self._opening: Future[Session | OutsideError] | None = None
        self._closed_until: datetime | None = None
        self.found: str | None = None
        """Whose the credentials are, once the server has said so."""

    def current(self) -> Session:
        """The session, opened where there is none.

        Raises NotAuthorised, TryAgainLater, Refused, and NotSent: what was to be done with it was
        not sent, whatever became of the session.
        """
        with self._lock:
            if self._session is not None:
                return self._session
            opening, ours = self._opening, self._opening is None
            if opening is None:
                opening = self._opening = Future()
        if ours:
            self._open(opening)
        opened = opening.result()
        if isinstance(opened, OutsideError):
            raise _anew(opened)
        return opened

    def drop(self, worn_out: Session) -> None:
        """This one is no longer good: the next that is wanted is made of it, or anew."""
        with self._lock:
            if self._session == worn_out:
                self._session, self._worn_out = None, worn_out

    def _open(self, opening: "Future[Session | OutsideError]") -> None:
        """Open one, and tell everybody who waits what came of it."""
        outcome: Session | OutsideError = NotSent("session-broken-off")
        try:
            outcome = self._opened()
        except OutsideError as error:
            outcome = _anew(error)
        finally:
            with self._lock:
                self._opening = None
                if isinstance(outcome, Session):
                    self._session, self._worn_out = outcome, None
                elif isinstance(outcome, TryAgainLater):
                    self._closed_until = outcome.at
            opening.set_result(outcome)

    def _opened(self) -> Session:
        now = datetime.now(UTC)
        if self._closed_until is not None and now < self._closed_until:
            raise TryAgainLater("rate-limit", self._closed_until)
        if self._login is None:
            raise NotAuthorised("no-token")
        session = self._refreshed() or self._logged_in(self._login)
        self.found = session.handle
        if self._handle not in (session.handle.lower(), session.did):
            raise NotAuthorised("another-account")
        return session

    def _refreshed(self) -> Session | None:
        """A new session out of the old; None where the old one is too old for that."""
        if self._worn_out is None:
            return None
        try:
            return _read(
                self._service.procedure(
                    "com.atproto.server.refreshSession", None, self._worn_out.renewal
                )
            )
        except Answered as answered:
            if is_worn_out(answered):
                return None
            error = _not_opened(meaning(answered, "read", datetime.now(UTC)))
        except OutsideError as broken:
            error = _not_opened(broken)
        raise error

    def _logged_in(self, login: str) -> Session:
        try:
            return _read(self._service.procedure("com.atproto.server.createSession", login))
        except Answered as answered:
            error = _not_opened(meaning(answered, "read", datetime.now(UTC)))
        except OutsideError as broken:
            error = _not_opened(broken)
        raise error


def _login(secret: str) -> str | None:
    """What opens a session, as JSON; None where the credentials cannot be used."""
    try:
        login = _Login.model_validate_json(secret)
    except ValidationError:
        return None
    wanted = models.ComAtprotoServerCreateSession.Data(
        identifier=login.identifier.lstrip("@"), password=login.password
    )
    return str(get_model_as_json(wanted))


def _read(answer: Answer) -> Session:
    shape = read_as(SessionShape, answer.content)
    return Session(shape.did, shape.handle, shape.didDoc.server, shape.accessJwt, shape.refreshJwt)


def _not_opened(error: OutsideError) -> OutsideError:
    """Where no session came of it, what needed one was not sent: it may be tried again."""
    return NotSent(f"session-{error.code}") if isinstance(error, OutcomeUnknown) else error


def _anew(error: OutsideError) -> OutsideError:
    """The same error for another thread: one that was raised carries where it was."""
    if isinstance(error, TryAgainLater):
        return TryAgainLater(error.code, error.at)
    return type(error)(error.code)
