"""The rules and the words: tables that load, roles that somebody fills, templates that render."""

from datetime import UTC, datetime

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import Settings
from models.people import Account, Person
from models.words import Kind, Role, StatementKind, Tier
from policy.decide import decide
from policy.escalation import load_ladders
from policy.people import Register, unfilled
from policy.reader import PolicyError
from policy.reminders import load_reminders
from policy.tables import load
from templates.choosing import NoTemplateError
from templates.letters import NoticeFacts, notice_names, render_notice
from templates.words import StatementFacts, render_statement

SAMPLE = StatementFacts("Department for Examples", "3 May", "5 June", "https://dept.example/fund")


def examine(settings: Settings) -> Findings:
    """Tables, roles and templates."""
    try:
        tables = load()
        load_ladders()
        load_reminders()
        plans = [decide([kind]) for kind in Kind]
    except PolicyError as error:
        yield bad("policy", str(error))
        return
    yield ok("policy", f"{len(plans)} kinds of mistake, tables {tables.table_digest[:12]}.")
    yield from _roles(settings)
    yield _templates()


def _roles(settings: Settings) -> Findings:
    found = unfilled(_register(settings))
    if not found:
        yield ok("roles", "Somebody fills every role.")
    by_fallback: dict[Role | None, list[str]] = {}
    for role, fallback in found:
        by_fallback.setdefault(fallback, []).append(role.value)
    for fallback, roles in by_fallback.items():
        names = ", ".join(roles)
        if fallback is None:
            yield warn(
                "roles",
                f"Nobody fills these, and nobody can stand in: {names}. Give somebody the role.",
            )
        else:
            yield warn("roles", f"Nobody fills these, so {fallback} is asked instead: {names}.")


def _register(settings: Settings) -> Register:
    people = [Person(email=p.email, name=p.name, roles=list(p.roles)) for p in settings.people]
    accounts = [
        Account(platform=a.platform, handle=a.handle, owner=a.owner, tier=Tier(a.tier))
        for a in settings.accounts
    ]
    organisation = settings.organisation
    return Register(tuple(people), tuple(accounts), organisation.dtu, organisation.hr)


def _templates() -> Finding:
    facts = NoticeFacts(
        organisation="Department for Examples",
        url="https://amends.dept.example",
        duty_officer="020 7946 0000",
        reference="AM-7K3QX",
        ack_url="https://amends.dept.example/ack/x",
        role=Role.DTU,
        references=("AM-7K3QX",),
        sign_in_url="https://amends.dept.example/sign-in/x",
        sign_in_code="abc-def",
        minutes=15,
        due_at=datetime(2026, 11, 23, 10, 38, tzinfo=UTC),
    )
    try:
        for name in notice_names():
            render_notice(name, facts)
        statements = sum(_renders(kind) for kind in Kind)
    except Exception as error:
        # Whatever a template can raise: an edited one may be wrong in any way.
        return bad("templates", f"A template does not render ({type(error).__name__}: {error}).")
    return ok("templates", f"{len(notice_names())} notices and {statements} statements render.")


def _renders(kind: Kind) -> bool:
    plan = decide([kind])
    if plan.statement is StatementKind.NONE:
        return False
    try:
        render_statement(plan.statement, plan.kinds, SAMPLE, frozenset())
    except NoTemplateError:
        return False
    return True
