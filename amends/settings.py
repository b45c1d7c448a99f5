"""What an installation says of itself: amends.toml and the ``AMENDS_…`` environment."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

ENVIRONMENT = {
    "AMENDS_HOME": "the folder that holds the state; ./.amends when left out",
    "AMENDS_CONFIG": "the path of amends.toml",
    "AMENDS_URL": "where the CLI finds the service; http://127.0.0.1:8000 when left out",
    "AMENDS_TOKEN": "the token that the CLI sends",
    "AMENDS_DATABASE_URL": "goes before [database] url",
    "AMENDS_MAIL_SMTP": "goes before [mail] smtp",
    "AMENDS_MAIL_SENDER": "goes before [mail] sender",
    "AMENDS_PUBLIC_URL": "goes before [organisation] url: what links in mails start with",
    "AMENDS_PREFECT": "'off' runs without Prefect",
    "AMENDS_PREFECT_API_URL": "a Prefect server that somebody else runs",
    "AMENDS_CACHE": "where servers to practise on are kept; ~/.cache/amends when left out",
    "AMENDS_FAULT": "tests only: the fault point at which to die",
    "AMENDS_FAULT_LOG": "tests only: where to write the fault points passed",
}

DRILL = "DRILL"
"""The word that stands in front of whatever a drill says or shows, and of its references."""

DRILL_MARK = f"{DRILL}: "

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

NO_CONFIG = (
    "There is no amends.toml. Set AMENDS_CONFIG to its path, or start Amends in the folder that "
    "holds it. To try Amends without one, run: amends demo"
)


class SettingsError(Exception):
    """The configuration cannot be used. The text says which key, and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_WORDS = r"[A-Za-z0-9_%+'-]+(?:\.[A-Za-z0-9_%+'-]+)*"
MAILABLE = re.compile(rf"{_WORDS}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?<!-)")
"""The addresses that mail can be written to: nobody else is taken into the register."""


def _address(value: str) -> str:
    value = value.strip().lower()
    if not MAILABLE.fullmatch(value) or len(value) > 254:
        raise ValueError("enter an e-mail address, like name@dept.example")
    return value


def _phone(value: str) -> str:
    """The number without its spaces and marks, as carriers take it."""
    number = re.sub(r"[ ().-]", "", value)
    if not re.fullmatch(r"\+?[0-9]{7,15}", number):
        raise ValueError("enter a phone number, like +44 7700 900123")
    return number


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("enter a time zone, like Europe/London") from None
    return value


class OrganisationPart(_Part):
    """Who the department is, where its shared mailboxes are, and when it works.

    ``hours`` and ``holidays`` hold for everybody who has none of their own.
    """

    name: str
    duty_officer: str
    dtu: str
    hr: str
    url: str = "http://127.0.0.1:8000"
    accredited_for_classified: bool = False
    timezone: str = "Europe/London"
    hours: str = "09:00-17:00"
    holidays: str = "GB-ENG"
    two_people_to_connect: bool = False

    _lower = field_validator("dtu", "hr")(_address)
    _known = field_validator("timezone")(_zone)


class PersonPart(_Part):
    """One person of the register."""

    email: str
    name: str
    employer: Literal[
        "fco", "fco-services", "locally-engaged", "other-department", "contractor", "minister",
        "special-adviser",
    ] = "fco"  # fmt: skip
    line_manager: str | None = None
    deputy: str | None = None
    roles: tuple[str, ...] = ()
    phone: str | None = None
    timezone: str | None = None
    hours: str | None = None
    holidays: str | None = None
    away: tuple[str, ...] = ()

    _lower = field_validator("email")(_address)

    @field_validator("line_manager", "deputy")
    @classmethod
    def _lower_too(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)

    @field_validator("phone")
    @classmethod
    def _callable(cls, value: str | None) -> str | None:
        return None if value is None else _phone(value)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return None if value is None else _zone(value)


class RotaPart(_Part):
    """Who takes turns at a duty. ``starts`` is when the first turn begins, by the local clock."""

    role: str
    people: tuple[str, ...]
    starts: datetime
    every: Literal["day", "week"] = "week"
    timezone: str | None = None

    @field_validator("people")
    @classmethod
    def _lower_all(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_address(one) for one in value)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return None if value is None else _zone(value)


class AccountPart(_Part):
    """One official account. ``credentials`` says where the secret is, never what it is.

    ``mfa`` is what people say of its log-in, ``review_due`` when they look at the account again.
    """

    platform: str
    handle: str
    tier: Literal["official", "personal-official"] = "official"
    owner: str
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    credentials: str | None = None
    base_url: str | None = None
    purpose: str | None = Field(default=None, max_length=300)
    mfa: bool | None = None
    review_due: date | None = None
    dry_run: bool = False

    _lower = field_validator("owner")(_address)

    @field_validator("publishers")
    @classmethod
    def _lower_all(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_address(one) for one in value)

    @field_validator("handle")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().lstrip("@").lower()


class MailPart(_Part):
    """How mail leaves. Without ``smtp`` it is kept in the outbox folder."""

    smtp: str | None = None
    sender: str = "amends@localhost"

    _lower = field_validator("sender")(_address)


class NotifyPart(_Part):
    """GOV.UK Notify, which sends mails, texts or both: whatever has a template here."""

    key: str
    mail_template: str | None = None
    text_template: str | None = None
    base_url: str | None = None

    @field_validator("mail_template", "text_template")
    @classmethod
    def _id(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[0-9a-fA-F-]{36}", value):
            raise ValueError("enter the template's id, as Notify shows it")
        return value

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        """The key signs what is sent: in the clear only to this machine."""
        if value and not re.match(r"https://|http://(127\.0\.0\.1|localhost)(:|/|$)", value):
            raise ValueError("enter an address that starts with https://")
        return value


class ChatPart(_Part):
    """A team's chat: who has this ``role`` reads there that a notice waits. ``url`` says where the
    address is, in Apprise's form, never what it is: it holds a token."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    role: str
    url: str


class OidcPart(_Part):
    """The department's own sign-in service (OpenID Connect). ``groups`` says which roles people of
    the register have while the service says that they are in a group. With ``mailed_link = false``
    there is no other way in."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = Field(default="your department account", pattern=r"^[^\x00-\x1f\x7f]{1,80}$")
    scopes: tuple[str, ...] = ("openid", "email")
    groups_claim: str = "groups"
    verified_claim: str = "email_verified"
    mailed_link: bool = True
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        """Whoever stands in between could sign in as anybody: in the clear only to this machine."""
        if not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w/.~%-]*)?", value, re.ASCII) or not (
            value.startswith("https://") or is_loopback(value)
        ):
            raise ValueError("enter the address of the service, which starts with https://")
        return value

    @field_validator("scopes")
    @classmethod
    def _of_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("openid has to be among the scopes")
        return value


class DrillPart(_Part):
    """That this installation is a drill: it reaches no real account, no real database and no phone.

    ``says`` is what every message begins with, after the word DRILL: one line.
    """

    says: str = Field(pattern=r"^[^\x00-\x1f\x7f]+$")


class DatabasePart(_Part):
    """Where the rows live. Without ``url``: SQLite under AMENDS_HOME."""

    url: str | None = None


class _File(_Part):
    organisation: OrganisationPart
    people: tuple[PersonPart, ...] = ()
    accounts: tuple[AccountPart, ...] = ()
    rotas: tuple[RotaPart, ...] = ()
    mail: MailPart = Field(default_factory=MailPart)
    notify: NotifyPart | None = None
    chats: tuple[ChatPart, ...] = ()
    oidc: OidcPart | None = None
    database: DatabasePart = Field(default_factory=DatabasePart)
    drill: DrillPart | None = None


class Settings:
    """The configuration as read once, with the places that state is kept in."""

    def __init__(self, file: _File, home: Path, environ: Mapping[str, str]) -> None:
        self.home = home
        self.organisation = file.organisation
        self.people = file.people
        self.accounts = file.accounts
        self.rotas = file.rotas
        self.notify = file.notify
        self.chats = file.chats
        self.oidc = file.oidc
        self.drill = file.drill
        self._file = file
        self._environ = environ

    @cached_property
    def database_url(self) -> str:
        """An SQLAlchemy address; PostgreSQL always through psycopg 3."""
        url = self._environ.get("AMENDS_DATABASE_URL") or self._file.database.url
        if not url:
            return f"sqlite:///{self.home / 'amends.db'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @cached_property
    def smtp(self) -> str | None:
        """The mail server as ``smtp://host:port``, or None for the outbox folder."""
        return self._environ.get("AMENDS_MAIL_SMTP") or self._file.mail.smtp

    @property
    def mail_leaves(self) -> bool:
        """Whether this process knows of a carrier of mail; else mail stays in the outbox folder."""
        return self.smtp is not None or bool(self.notify and self.notify.mail_template)

    @cached_property
    def texts_leave(self) -> bool:
        """Whether there is a carrier of texts, be it the outbox folder; a drill has that alone."""
        if self.drill:
            return True
        if self.notify and self.notify.text_template:
            return True
        return not self.mail_leaves

    @cached_property
    def is_practice(self) -> bool:
        """Whether all that it reaches are practice platforms on this machine: nothing is live."""
        reached = [account.base_url or "" for account in self.accounts if account.credentials]
        return bool(reached) and all(map(is_loopback, reached))

    @cached_property
    def sender(self) -> str:
        """The address that mail comes from."""
        return self._environ.get("AMENDS_MAIL_SENDER") or self._file.mail.sender

    @cached_property
    def public_url(self) -> str:
        """What links in mails start with, without a slash at the end."""
        return (self._environ.get("AMENDS_PUBLIC_URL") or self.organisation.url).rstrip("/")

    @property
    def links_sign_in(self) -> bool:
        """Whether a mailed link signs in; otherwise only the department's own service does."""
        return self.oidc is None or self.oidc.mailed_link

    @cached_property
    def prefect_off(self) -> bool:
        """Whether the installation runs without Prefect."""
        return self._environ.get("AMENDS_PREFECT", "").lower() == "off"

    @cached_property
    def prefect_api_url(self) -> str | None:
        """A Prefect server that somebody else runs; None for the one that ``up`` starts."""
        return self._environ.get("AMENDS_PREFECT_API_URL") or None

    @property
    def reference_prefix(self) -> str:
        """What the reference of each incident begins with."""
        return DRILL if self.drill else "AM"

    @property
    def outbox(self) -> Path:
        """The folder of .eml files that stands in for a mail server."""
        return self.home / "outbox"

    @property
    def media(self) -> Path:
        """The folder of captured media, each file named by its SHA-256 and sealed."""
        return self.home / "media"

    @property
    def keys(self) -> Path:
        """The folder of keys, outside the database."""
        return self.home / "keys"

    @property
    def anchors(self) -> Path:
        """The folder of signed anchors, outside the database."""
        return self.home / "anchors"

    def secret(self, where: str) -> str | None:
        """The secret that ``env:NAME``, ``file:PATH`` or ``credential:NAME`` points to; None where
        there is none, or where this process may not read it."""
        scheme, _, name = where.partition(":")
        if scheme == "env":
            return self._environ.get(name)
        if scheme == "file":
            path = Path(name)
        elif scheme == "credential":
            path = Path(self._environ.get("CREDENTIALS_DIRECTORY", "/nonexistent")) / name
        else:
            raise SettingsError(
                "Write credentials as env:NAME, file:PATH or credential:NAME, never the secret."
            )
        try:
            return path.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            return None

    @property
    def credential_files(self) -> tuple[Path, ...]:
        """The files that hold credentials of platforms and carriers."""
        named = [one.removeprefix("file:") for one in self._credentials if one[:5] == "file:"]
        return tuple(map(Path, named))

    @property
    def credential_variables(self) -> tuple[str, ...]:
        """The names of the environment variables that hold credentials of platforms and
        carriers."""
        return _variables(self._credentials)

    @property
    def _credentials(self) -> list[str]:
        """Where each is, as ``secret`` takes it."""
        secrets = [account.credentials for account in self.accounts if account.credentials]
        secrets += [self.notify.key] if self.notify else []
        return secrets + [chat.url for chat in self.chats]

    @property
    def sign_in_variables(self) -> tuple[str, ...]:
        """The names of those that are the web process's alone: what it shows the department's own
        sign-in service."""
        return _variables([self.oidc.client_secret] if self.oidc else [])


def _variables(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(one.removeprefix("env:") for one in places if one.startswith("env:"))


def is_loopback(url: str) -> bool:
    """Whether the address can lead to this machine alone."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _explain(error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{path}: there is no setting named {where}. Remove it, or correct its spelling."
    if first["type"] == "missing":
        return f"{path}: {where} is missing. Add it."
    return f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}."


def _check_drill(settings: Settings, path: Path) -> None:
    """A drill that could reach anything live does not start. Raises SettingsError."""
    if settings.drill is None:
        return
    if settings.database_url != f"sqlite:///{settings.home / 'amends.db'}":
        raise SettingsError(f"{path}: a drill has a database of its own. Name no other.")
    if settings.notify or settings.chats:
        raise SettingsError(f"{path}: a drill has no [notify] and no [[chats]]. Remove them.")
    if settings.oidc:
        raise SettingsError(f"{path}: a drill has no [oidc]. Remove it.")
    for account in settings.accounts:
        where = urlsplit(account.base_url or "").hostname
        if account.credentials and where not in LOOPBACK:
            raise SettingsError(
                f"{path}: a drill has no credentials of a real account. Remove those of "
                f"{account.platform}/{account.handle}."
            )


def _config_path(environ: Mapping[str, str], home: Path) -> Path:
    if named := environ.get("AMENDS_CONFIG"):
        return Path(named)
    here = Path.cwd() / "amends.toml"
    return here if here.is_file() else home / "amends.toml"


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where amends.toml is looked for, be it there or not."""
    return _config_path(environ, home_of(environ))


def home_of(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds the state."""
    return Path(environ.get("AMENDS_HOME") or Path.cwd() / ".amends").resolve()


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration. Raises SettingsError with a sentence that says what to do."""
    for name in environ:
        if name.startswith("AMENDS_") and name not in ENVIRONMENT:
            raise SettingsError(
                f"The environment has {name}, which Amends does not know. Remove it, or correct "
                f"its spelling. Known: {', '.join(sorted(ENVIRONMENT))}."
            )
    home = home_of(environ)
    path = _config_path(environ, home)
    if not path.is_file():
        raise SettingsError(NO_CONFIG)
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = Settings(_File.model_validate(raw), home, environ)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from None
    except ValidationError as error:
        raise SettingsError(_explain(error, path)) from None
    if settings.smtp and settings.notify and settings.notify.mail_template:
        raise SettingsError(
            f"{path}: mail has two ways out. Remove [mail] smtp, or [notify] mail_template."
        )
    _check_drill(settings, path)
    return settings
