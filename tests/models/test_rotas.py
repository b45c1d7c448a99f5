"""Working time and rotas in amends.toml: kept in rows where they can be, refused where wrong."""

from pathlib import Path

import pytest
from organisation import ORGANISATION
from sqlmodel import col, select

from amends.settings import Settings, SettingsError, load
from flows.register import read_register
from models.people import Person
from models.register import check, sync
from models.store import Store
from models.words import Role

DEE = """
[[people]]
email = "dee@dept.example"
name = "Dee Diaz"
roles = ["dtu", "dtu-duty"]
"""
ROTA = """
[[rotas]]
role = "dtu-duty"
people = ["Dee@dept.example"]
starts = 2026-01-05T09:00:00
"""


def _settings(home: Path, text: str, head: str = ORGANISATION) -> Settings:
    (home / "amends.toml").write_text(head + text, encoding="utf-8")
    return load({"AMENDS_HOME": str(home), "AMENDS_CONFIG": str(home / "amends.toml")})


def test_working_time_is_kept_with_the_person(tmp_path: Path) -> None:
    more = """
phone = "+44 (0)7700 900-123"
timezone = "Asia/Tokyo"
hours = "Mon-Fri 08:30-17:15"
holidays = "JP"
away = ["2026-12-24", "2027-02-01/2027-02-12"]
deputy = "Eve@dept.example"
"""
    settings = _settings(tmp_path, DEE + more + ROTA)
    store = Store(settings.database_url)
    store.migrate()
    sync(store, settings)
    with store.read() as tx:
        dee = tx.exec(select(Person).where(col(Person.email) == "dee@dept.example")).one()
        register = read_register(tx, settings)
    assert (dee.phone, dee.timezone, dee.deputy) == (
        "+4407700900123", "Asia/Tokyo", "eve@dept.example",
    )  # fmt: skip
    assert (dee.hours, dee.holidays) == ("Mon-Fri 08:30-17:15", "JP")
    assert dee.away == ["2026-12-24", "2027-02-01/2027-02-12"]
    (rota,) = register.rotas
    assert (rota.role, rota.people, rota.timezone) == (
        Role.DTU_DUTY, ("dee@dept.example",), "Europe/London",
    )  # fmt: skip


def test_whoever_says_nothing_works_as_the_organisation_does(tmp_path: Path) -> None:
    head = ORGANISATION + 'timezone = "Europe/Paris"\nhours = "08:00-16:00"\nholidays = "FR"\n'
    settings = _settings(tmp_path, DEE, head)
    store = Store(settings.database_url)
    store.migrate()
    sync(store, settings)
    with store.read() as tx:
        dee = tx.exec(select(Person)).one()
        office = read_register(tx, settings).office
    assert (dee.timezone, dee.hours, dee.holidays) == ("Europe/Paris", None, None)
    assert (office.timezone, office.hours, office.holidays) == ("Europe/Paris", "08:00-16:00", "FR")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('phone = "ring Bo"', "phone number"),
        ('timezone = "Europe/Londinium"', "time zone"),
        ('timezone = "../../etc/passwd"', "time zone"),
        ('hours = "nine to five"', "Write hours like"),
        ('holidays = "GB-MARS"', "GB-SCT"),
        ('holidays = "Narnia"', "no calendar"),
        ('away = ["next week"]', "Write away as days"),
    ],
)
def test_what_cannot_be_read_stops_amends_with_what_to_write(
    line: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=says):
        check(_settings(tmp_path, f"{DEE}{line}\n"))


@pytest.mark.parametrize(
    ("rota", "says"),
    [
        (ROTA.replace("dtu-duty", "duty-dtu"), "no role that is given"),
        (ROTA.replace("dtu-duty", "line-manager"), "no role that is given"),
        (ROTA.replace('"Dee@dept.example"', ""), "names nobody"),
        (ROTA.replace("Dee@", "sam@"), "sam@dept.example, who does not have that role"),
        (ROTA + ROTA, "twice"),
        (ROTA + 'every = "fortnight"\n', "rotas.0.every"),
    ],
)
def test_a_rota_that_cannot_be_kept_is_refused(rota: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=says):
        check(_settings(tmp_path, DEE + rota))
