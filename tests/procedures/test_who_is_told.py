"""Whom each kind of mistake names is told, by mail, of every kind that the table has."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from department import ANA, PEOPLE, Department, open_department
from pydantic import TypeAdapter

from flows.hands import Hands, lend, owner_name
from flows.steps.telling import tell
from integrations.notices.registry import mail_carrier, text_carrier
from integrations.platforms.connections import Connections
from models.incident import Incident
from models.notices import Notice
from models.register import GIVEN_ROLES
from models.snapshot import incident_by
from models.words import Kind, Medium, Role
from policy.decide import decide
from policy.plan import Plan
from policy.tables import HERE

ALWAYS = {Role.DTU, Role.LINE_MANAGER}
ON_DUTY = {Role.DTU_DUTY, Role.PRESS_DUTY}
"""Who is paged of severity 1, whatever the kind."""


def told_by_the_table() -> dict[Kind, tuple[set[Role], bool]]:
    """Of each kind: the roles of the column ``then told``, and whether it is a digest line. Read
    by itself, as a person reads the file."""
    with (HERE / "response.csv").open(encoding="utf-8", newline="") as file:
        return {
            Kind(row["if kind"]): (
                {Role(word) for word in row["then told"].split("+") if word},
                row["then digest"] == "yes",
            )
            for row in csv.DictReader(file)
        }


TABLE = told_by_the_table()
SPECIALISTS = "".join(
    f'\n[[people]]\nemail = "{role}@dept.example"\nname = "{role}"\nroles = ["{role}"]\n'
    for role in GIVEN_ROLES
    if role not in (Role.DTU, Role.DTU_DUTY, Role.PRESS_DUTY, Role.HR)
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """A department in which every role is somebody's; no engine runs, and mail stays in files."""
    home = tmp_path_factory.mktemp("full")
    department = open_department(home, people=PEOPLE + SPECIALISTS, smtp=False)
    settings = department.office.settings
    carriers = (mail_carrier(settings), text_carrier(settings))
    lend(Hands(department.office, owner_name(), Connections(), *carriers))
    yield department
    department.close()


def told(department: Department, kind: Kind) -> tuple[Incident, list[Notice]]:
    """Ana reports a post of her own: who is told, by mail."""
    reference = department.report(department.post(f"Of the kind {kind}"), kind, by=ANA)
    with department.office.store.write("plan") as tx:
        incident = incident_by(tx, reference)
        plan = decide([kind])
        incident.plan = TypeAdapter(Plan).dump_python(plan, mode="json")
        incident.severity = plan.severity
        tx.add(incident)
    tell.plainly(reference)
    seen = department.seen(reference)
    return seen.incident, [one for one in seen.notices if one.by == Medium.MAIL]


def letter(department: Department, notice: Notice) -> Message:
    path = department.office.settings.outbox / f"{notice.message_id}.eml"
    return message_from_bytes(path.read_bytes())


@pytest.mark.parametrize("kind", Kind)
def test_whom_the_table_names_is_told_and_nobody_besides(full: Department, kind: Kind) -> None:
    named, digest = TABLE[kind]
    incident, notices = told(full, kind)
    roles = {one.to_role for one in notices}
    assert roles - ALWAYS - ON_DUTY == named - ALWAYS - ON_DUTY
    assert named <= roles
    assert Role.DTU in roles
    if kind == Kind.CLASSIFIED:
        assert roles <= {Role.DTU, Role.DTU_DUTY, Role.SECURITY, Role.LINE_MANAGER}
    assert {one.digest_line for one in notices} == {digest}
    for notice in notices:
        if digest:
            assert not (full.office.settings.outbox / f"{notice.message_id}.eml").exists()
            continue
        mail = letter(full, notice)
        assert kind.value not in str(mail["Subject"])
        assert str(mail["Subject"]).startswith(f"Amends {incident.reference}: ")


@pytest.mark.parametrize("kind", [kind for kind, (named, _) in TABLE.items() if Role.DPO in named])
def test_the_data_protection_officer_reads_when_the_72_hours_end(
    full: Department, kind: Kind
) -> None:
    incident, notices = told(full, kind)
    (notice,) = [one for one in notices if one.to_role == Role.DPO]
    body = letter(full, notice).get_payload(0).get_payload(decode=True).decode()
    end = incident.opened_at + timedelta(hours=72)
    clock = f"by {end:%H:%M UTC on} {end.day} {end:%B %Y}"
    assert (clock in " ".join(body.split())) == (kind == Kind.PERSONAL_DATA)
    others = [one for one in notices if one.to_role != Role.DPO]
    assert all("Commissioner" not in letter(full, one).as_string() for one in others)


def test_the_table_names_every_one_of_whom_the_procedure_speaks() -> None:
    named = set().union(*(roles for roles, _ in TABLE.values()))
    assert named >= {Role.PRIVATE_OFFICE, Role.MEDIA_OFFICE, Role.SECURITY, Role.DPO}
