"""The register in rows: everybody of amends.toml, and everybody whom it only refers to."""

from datetime import timedelta
from pathlib import Path

import pytest
from organisation import ORGANISATION
from sqlmodel import select

from amends.settings import Settings, SettingsError, load
from models.columns import new_id
from models.people import Account, Person, Token
from models.register import sync
from models.store import Store

ANA = """
[[people]]
email = "Ana@dept.example"
name = "Ana Ahmed"
line_manager = "bo@dept.example"
roles = [{roles}]
"""
ACCOUNT = """
[[accounts]]
platform = "x"
handle = "@Dept"
owner = "cy@dept.example"
publishers = ["ana@dept.example", "di@dept.example"]
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty database."""
    made = Store(f"sqlite:///{tmp_path / 'amends.db'}")
    made.migrate()
    return made


def _settings(home: Path, text: str) -> Settings:
    (home / "amends.toml").write_text(ORGANISATION + text, encoding="utf-8")
    return load({"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")})


def _people(store: Store) -> dict[str, Person]:
    with store.read() as tx:
        return {one.email: one for one in tx.exec(select(Person))}


def test_everybody_named_is_a_person(store: Store, tmp_path: Path) -> None:
    sync(store, _settings(tmp_path, ANA.format(roles='"dtu"') + ACCOUNT))
    people = _people(store)
    assert set(people) == {f"{name}@dept.example" for name in ("ana", "bo", "cy", "di")}
    assert (people["ana@dept.example"].roles, people["bo@dept.example"].roles) == (["dtu"], [])
    assert people["bo@dept.example"].name == "bo@dept.example"
    with store.read() as tx:
        (account,) = tx.exec(select(Account)).all()
    assert account.handle == "dept"


def test_who_left_stays_a_row_and_may_come_back(store: Store, tmp_path: Path) -> None:
    whole = ANA.format(roles="") + ACCOUNT
    sync(store, _settings(tmp_path, whole))
    before = _people(store)
    sync(store, _settings(tmp_path, ""))
    assert not any(person.registered for person in _people(store).values())
    sync(store, _settings(tmp_path, whole))
    after = _people(store)
    assert all(person.registered for person in after.values())
    assert {p.id for p in before.values()} == {p.id for p in after.values()}


def test_an_unknown_role_stops_with_those_that_are_known(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'wizard'.*Use any of: dtu, dtu-duty"):
        sync(store, _settings(tmp_path, ANA.format(roles='"wizard"')))


@pytest.mark.parametrize("role", ["line-manager", "poster", "publisher", "account-owner"])
def test_a_relation_is_not_given_as_a_role(store: Store, tmp_path: Path, role: str) -> None:
    with pytest.raises(SettingsError):
        sync(store, _settings(tmp_path, ANA.format(roles=f'"{role}"')))


@pytest.mark.parametrize("twice", [ANA.format(roles="") * 2, ACCOUNT * 2])
def test_nobody_is_named_twice(store: Store, tmp_path: Path, twice: str) -> None:
    with pytest.raises(SettingsError, match="twice"):
        sync(store, _settings(tmp_path, twice))


def test_whoever_is_made_hr_loses_the_tokens_they_had(store: Store, tmp_path: Path) -> None:
    """Else an administrator would read cases by giving themselves the role (ADR 8)."""
    sync(store, _settings(tmp_path, ANA.format(roles='"admin"')))
    ana = _people(store)["ana@dept.example"]
    with store.write("make-token") as tx:
        tx.add(
            Token(
                id=new_id(),
                person_id=ana.id,
                digest="0" * 64,
                made_at=tx.now(),
                expires_at=tx.now() + timedelta(days=1),
            )
        )
    sync(store, _settings(tmp_path, ANA.format(roles='"admin"')))
    assert not _revoked(store)
    sync(store, _settings(tmp_path, ANA.format(roles='"admin", "hr"')))
    assert _revoked(store)


def _revoked(store: Store) -> bool:
    with store.read() as tx:
        return tx.exec(select(Token)).one().revoked_at is not None


@pytest.mark.parametrize("role", ["hr", "line-manager", "cousins"])
def test_a_chat_is_for_a_role_that_is_given_and_never_for_hr(
    store: Store, tmp_path: Path, role: str
) -> None:
    chat = f'[[chats]]\nname = "team"\nrole = "{role}"\nurl = "env:CHAT"\n'
    with pytest.raises(SettingsError, match="no role whose notices may go to a chat"):
        sync(store, _settings(tmp_path, chat))


@pytest.mark.parametrize(
    "odd", ["an\N{LATIN SMALL LETTER A WITH ACUTE}", "ana..b", ".ana", "ana,bo"]
)
def test_an_address_that_mail_cannot_be_written_to_is_refused(
    store: Store, tmp_path: Path, odd: str
) -> None:
    text = ANA.format(roles="").replace("Ana@", f"{odd}@")
    with pytest.raises(SettingsError, match="enter an e-mail address"):
        sync(store, _settings(tmp_path, text))
