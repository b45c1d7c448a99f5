"""Tell: the line manager and the DTU at minute 0, and whom the kind names (line 124)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.asking import ask
from flows.due import due_effects
from flows.escalating import escalate
from flows.ledger import carry_out
from flows.letters import NewNotice, queue_notice
from flows.register import read_register
from flows.step import step
from flows.telling_press import tell_press
from models.incident import Incident
from models.office import Office
from models.people import Account
from models.snapshot import Snapshot, incident_by, snapshot
from models.store import Transaction
from models.words import (
    DecisionType,
    DeleteWord,
    EffectKind,
    Medium,
    PosterKnown,
    Role,
    Step,
)
from policy.clocks import breach_due_at
from policy.conflicts import involved_in
from policy.hearing import is_elsewhere, manager_may_hear
from policy.people import Register, addresses, holders, line_of, manager_there
from policy.plan import Plan
from policy.working_time import OfficeTime, working_time

MANAGER = "manager"
"""The target of the question whether the line manager may hear."""

TEMPLATES = {
    Role.DTU: "dtu",
    Role.SECURITY: "security",
    Role.LINE_MANAGER: "line_manager",
}
SECURITY_LEADS = "security_leads"


@step(Step.TELL)
def tell(here: Office, incident: Incident, plan: Plan) -> None:
    """Tell the line manager and the Digital Transformation Unit, and whom the kind names."""
    with here.store.write("queue-notices") as tx:
        fresh = incident_by(tx, incident.reference)
        seen = snapshot(tx, fresh)
        register = read_register(tx, here.settings)
        told = [queue_notice(tx, here, fresh, one) for one in _notices(tx, seen, plan, register)]
        if any(told):  # whoever is on duty hears at minute 0
            escalate(tx, here, snapshot(tx, fresh), register)
        _ask_about_manager(tx, seen, plan, register)
    for effect_id in due_effects(here, incident.id, EffectKind.NOTICE):
        carry_out(effect_id)


def _notices(
    tx: Transaction, seen: Snapshot, plan: Plan, register: Register
) -> Iterator[NewNotice]:
    """Whom to tell, once each. The phone first, where the table says so, is the DTU's notice."""
    line = plan.digest_only
    due = next_working_morning(tx.now(), register.office) if line else None
    told = dict.fromkeys((*plan.told, Role.DTU))
    manager_due = plan.manager_hears_only_that_security_leads or Role.LINE_MANAGER in told
    for role in told:
        if role in (Role.LINE_MANAGER, Role.HR):
            continue
        for address in addresses(
            role, register, poster=seen.incident.poster_email, account=_account(seen),
            without=_not_yet(role, seen, register),
        ):  # fmt: skip
            reader = register.person(address)
            fills_in = reader is not None and not reader.has_role(role)
            clock = role is Role.DPO and breach_due_at(plan, seen.incident.opened_at)
            template = "dpo" if clock else TEMPLATES.get(role, "role")
            again = 2 if not line and _in_the_morning(seen, template, address) else 1
            yield NewNotice(
                role,
                address,
                template,
                line,
                due,
                generation=again,
                fills_in=fills_in,
                answer_by=clock or None,
            )
    if manager_due and not line and manager_may_hear(seen, register):
        template = SECURITY_LEADS if plan.manager_hears_only_that_security_leads else "line_manager"
        for address in _manager(seen, register, tx.now()):
            yield NewNotice(Role.LINE_MANAGER, address, template, line, due)
    if line and any(post.deleted_at for post in seen.posts):
        # Every deletion is told the DTU at once, outside the control of whoever asked for it.
        yield NewNotice(Role.DTU, register.dtu_address, "deleted")
    if not is_elsewhere(seen):
        yield from tell_press(seen, plan, register, tx.now())
    for generation in range(1, max((post.returns for post in seen.posts), default=0) + 1):
        for notice in seen.notices:
            if notice.template != "reopened" and notice.by == Medium.MAIL:
                yield NewNotice(
                    notice.to_role, notice.to_address, "reopened", generation=generation
                )


def _not_yet(role: Role, seen: Snapshot, register: Register) -> frozenset[str]:
    """Where a role falls back to whoever is there: no manager who may not hear of it yet."""
    poster = seen.incident.poster_email
    if poster is None or holders(role, register) or manager_may_hear(seen, register):
        return frozenset()
    return frozenset(line_of(poster, register))


def _in_the_morning(seen: Snapshot, template: str, address: str) -> bool:
    """Whether it was put off as a digest line, before the mistake turned out to be graver."""
    return any(
        n.digest_line and n.template == template and n.to_address == address for n in seen.notices
    )


def _account(seen: Snapshot) -> Account | None:
    return next(iter(seen.posted_on), None)


def _manager(seen: Snapshot, register: Register, now: datetime) -> list[str]:
    """The line manager, or the next one up where they own, cleared or shared the post, or are on
    leave. Whoever of the line was told is not followed by another, whoever comes back."""
    poster = seen.incident.poster_email
    if poster is None:
        return []
    involved = involved_in(seen)
    told = {n.to_address for n in seen.notices if n.to_role == Role.LINE_MANAGER}
    if told_already := [one for one in line_of(poster, register) if one in told - involved]:
        return told_already[:1]
    found = manager_there(poster, register, now, skipping=involved)
    return [found.email] if found else []


def _ask_about_manager(tx: Transaction, seen: Snapshot, plan: Plan, register: Register) -> None:
    """Who posted is one person's word: the DTU confirms before their manager hears."""
    named = seen.incident.poster_known != PosterKnown.UNKNOWN
    if not named or plan.digest_only or manager_may_hear(seen, register):
        return
    if is_elsewhere(seen) and plan.delete != DeleteWord.NO:
        return  # they are asked about the post, and their yes to that is a yes to this
    ask(
        tx,
        seen.incident.id,
        DecisionType.CONFIRM,
        target=MANAGER,
        of=(Role.DTU_DUTY, Role.DTU),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU_DUTY,),
        said="confirm-asked",
        again=False,
    )


def next_working_morning(now: datetime, office: OfficeTime) -> datetime:
    """When the office opens on its next working day: when digest lines leave."""
    return working_time(None, office).next_morning(now)
