"""Delete: per post, as the table's word and people allow (line 120, design §3.5)."""

import json
from datetime import timedelta

from sqlmodel import col, func, select

from flows.asking import ask, ask_by_hand
from flows.by_hand import ask_about_posts_elsewhere
from flows.due import due_by_account
from flows.hands import Hands, hands_here
from flows.ledger import Claim, attempt, carry_out, claim_effect, plan_effect
from flows.limits import put_off, put_off_with
from flows.own_words import may_be_ours
from flows.permission import Said, Verdict, verdict
from flows.step import urgent_step
from flows.steps.evidence import kept
from models.decisions import Decision
from models.effects import Effect
from models.incident import Capture, Incident, Post, Report
from models.office import Office
from models.people import Account, Person
from models.statements import Statement
from models.store import Transaction
from models.words import (
    Choice,
    Circumstance,
    DecisionType,
    DeleteWord,
    EffectKind,
    EffectState,
    PostState,
    Role,
    StatementState,
    Step,
)
from policy.plan import Plan

UNDELETED = (PostState.LIVE, PostState.ASKED)
SECURE = "secure"
"""The target of the question whether the account is secured."""


@urgent_step(Step.DELETE)
def delete(here: Office, incident: Incident, plan: Plan, account_id: str | None) -> None:
    """Take each post down that may come down now; ask people about the others."""
    hands = hands_here()
    assert hands is not None, "steps run their work where the hands are"
    if incident.shown >= 0 and _is_skipped(here, incident):
        return
    silent: set[str | None] = set()
    for post_id, of_account in _deletable(here, incident, account_id):
        claim = None
        if of_account not in silent:
            claim = _authorise(hands, incident, plan, post_id)
        if claim and not _goes_on(here, claim.effect.id, attempt(hands, claim)):
            silent.add(of_account)
    if account_id is None and plan.delete != DeleteWord.NO:
        ask_about_posts_elsewhere(here, incident)
    for of_one in due_by_account(here, incident.id, EffectKind.DELETE, account_id):
        for effect_id in of_one:
            if not _goes_on(here, effect_id, carry_out(effect_id)):
                break


def _goes_on(here: Office, effect_id: str, state: EffectState) -> bool:
    """Whether the account's next post may be tried in this round.

    A platform that does not answer is tried once a round: a thread of many posts must not hold the
    incident for as many timeouts. One that named a time is not tried before it.
    """
    if state == EffectState.RETRY:
        put_off_with(here, effect_id)
    return state not in (EffectState.INFLIGHT, EffectState.UNKNOWN, EffectState.RETRY)


def _is_skipped(here: Office, incident: Incident) -> bool:
    """A named person has let it go."""
    skipped = select(Decision.id).where(
        col(Decision.incident_id) == incident.id,
        col(Decision.type) == DecisionType.SKIP,
        col(Decision.target) == Step.DELETE.value,
    )
    with here.store.read() as tx:
        return tx.exec(skipped).first() is not None


def _deletable(
    here: Office, incident: Incident, account_id: str | None
) -> list[tuple[str, str | None]]:
    """Posts of ours that are still there, and of which a copy was kept, with their accounts."""
    query = (
        select(Post.id, Post.account_id)
        .join(Capture, col(Capture.post_id) == col(Post.id))
        .where(col(Capture.outdated_at).is_(None))
        .where(col(Post.incident_id) == incident.id, col(Post.state).in_(UNDELETED))
        .where(col(Post.account_id).is_not(None))
        .order_by(col(Post.id))
    )
    if account_id is not None:
        query = query.where(col(Post.account_id) == account_id)
    with here.store.read() as tx:
        return list(tx.exec(query))


def _authorise(hands: Hands, planned: Incident, plan: Plan, post_id: str) -> Claim | None:
    """Judge and act in one transaction, on rows as they are now. The claim, where it may go now,
    is committed with the authority for it."""
    with hands.office.store.write("authorise-delete") as tx:
        incident = tx.get_one(Incident, planned.id, with_for_update={"key_share": True})
        post = tx.get_one(Post, post_id)
        effect_id = None
        anew = incident.plan is None or incident.generation != planned.generation
        if post.state in UNDELETED and not anew:
            effect_id = _judge(tx, hands.office, incident, plan, post)
        if effect_id is None or put_off(tx, effect_id):
            return None
        return claim_effect(tx, hands, effect_id)


def _judge(tx: Transaction, here: Office, incident: Incident, plan: Plan, post: Post) -> str | None:
    """Ask, or authorise the deletion; returns its effect where there is one."""
    if plan.secure:
        _ask_secured(tx, incident, plan)
    said = _said(tx, incident, post)
    match verdict(plan, said):
        case Verdict.DELETE:
            return _plan_delete(tx, here, incident, plan, post)
        case Verdict.DELETE_UNCONFIRMED:
            _spend_unconfirmed(tx, post)
            effect_id = _plan_delete(tx, here, incident, plan, post)
            _ask_confirm(tx, incident, post, said="unconfirmed-delete")
            return effect_id
        case Verdict.ASK_CONFIRM:
            _ask_confirm(tx, incident, post, said="confirm-asked")
        case Verdict.ASK_KEEP:
            _ask_keep(tx, incident, plan, post)
        case Verdict.BY_HAND:
            post.state = PostState.BY_HAND
            tx.add(post)
            ask_by_hand(tx, post)
        case Verdict.AFTER_CORRECTION | Verdict.AFTER_SECURING | Verdict.LEAVE:
            pass
    return None


def _said(tx: Transaction, incident: Incident, post: Post) -> Said:
    account = tx.get_one(Account, post.account_id)
    entitled = any(is_entitled(person, account) for person in _asking(tx, post))
    decisions = tx.exec(
        select(Decision)
        .where(col(Decision.incident_id) == incident.id)
        .order_by(col(Decision.generation))
    ).all()
    waived = {d.target for d in decisions if d.type == DecisionType.WAIVE and d.choice}
    answered = {(d.type, d.target): d.choice for d in decisions if d.withdrawn_at is None}
    mine = tx.exec(
        select(Statement)
        .where(col(Statement.incident_id) == incident.id)
        .where(col(Statement.generation) == incident.generation)
        .where(col(Statement.expires_at).is_(None))  # a holding line corrects nothing
    ).all()
    return Said(
        entitled=entitled,
        unconfirmed_delete_left=not entitled and _unspent(tx, post) is not None,
        confirmed=answered.get((DecisionType.CONFIRM, post.id)),
        kept=answered.get((DecisionType.KEEP, post.id)),
        corrected=bool(mine)
        and all(s.state == StatementState.PUBLISHED or s.id in waived for s in mine),
        secured=answered.get((DecisionType.CONFIRM, SECURE)) == Choice.YES,
        registered=account.registered,
        skipped=(DecisionType.SKIP, Step.DELETE.value) in answered,
        own_words=may_be_ours(tx, post),
    )


def is_entitled(person: Person, account: Account) -> bool:
    """Whether this person's report alone may delete: a publisher, the owner, or the DTU (§8)."""
    return account.published_by(person.email) or any(
        person.has_role(role) for role in (Role.DTU, Role.DTU_DUTY)
    )


def _asking(tx: Transaction, post: Post) -> list[Person]:
    """Who reported this very post, for deletion: a report of another post of the incident, or one
    that asks for something else, takes nothing down."""
    return list(tx.exec(select(Person).where(col(Person.id).in_(post.delete_asked_by))))


def _has_spent(tx: Transaction, report: Report) -> bool:
    """One unconfirmed deletion per reporter, until a person has reviewed it."""
    spent = tx.exec(
        select(Report.id).where(
            col(Report.reporter_id) == report.reporter_id,
            col(Report.unconfirmed_delete).is_(True),
        )
    ).first()
    return spent is not None


def _unspent(tx: Transaction, post: Post) -> Report | None:
    """The first report of this post whose reporter may still delete without a confirmation."""
    reports = tx.exec(
        select(Report)
        .where(col(Report.incident_id) == post.incident_id)
        .where(col(Report.reporter_id).in_(post.delete_asked_by))
        .order_by(col(Report.id))
    ).all()
    return next((report for report in reports if not _has_spent(tx, report)), None)


def _spend_unconfirmed(tx: Transaction, post: Post) -> None:
    if report := _unspent(tx, post):
        report.unconfirmed_delete = True
        tx.add(report)


def _plan_delete(
    tx: Transaction, here: Office, incident: Incident, plan: Plan, post: Post
) -> str | None:
    """The act after the last one on this post: a person may have had it tried again before.

    Exactly what was kept is deleted; only where the detail itself does harm, whatever is there.
    """
    captured = tx.exec(kept(post)).first()
    if captured is None:
        return None  # found changed by another runner meanwhile: it is kept again first
    version = None if plan.may_delete_without_capture else captured.version
    last = tx.exec(
        select(func.coalesce(func.max(Effect.generation), 0)).where(
            col(Effect.incident_id) == incident.id,
            col(Effect.kind) == EffectKind.DELETE,
            col(Effect.target) == post.id,
        )
    ).one()
    effect_id = plan_effect(
        tx,
        here,
        incident_id=incident.id,
        kind=EffectKind.DELETE,
        target=post.id,
        payload=json.dumps({"remote_id": post.remote_id, "version": version}).encode(),
        account_id=post.account_id,
        generation=last + 1,
    )
    if effect_id:
        post.state = PostState.DELETING
        tx.add(post)
    return effect_id


def _ask_confirm(tx: Transaction, incident: Incident, post: Post, *, said: str) -> None:
    ask(
        tx,
        incident.id,
        DecisionType.CONFIRM,
        target=post.id,
        of=(Role.DTU_DUTY, Role.DTU, Role.PUBLISHER),
        within=timedelta(minutes=2 if incident.severity == 1 else 10),
        falls_to=(Role.DTU_DUTY,),
        said=said,
        again=False,
    )


def _ask_keep(tx: Transaction, incident: Incident, plan: Plan, post: Post) -> None:
    asked = ask(
        tx,
        incident.id,
        DecisionType.KEEP,
        target=post.id,
        of=plan.ask_of or (Role.DTU_DUTY,),
        within=timedelta(minutes=plan.ask_within or 20),
        falls_to=plan.falls_to or (Role.DTU_DUTY,),
        said="delete-asked",
        again=False,
    )
    if asked:
        post.state = PostState.ASKED
        tx.add(post)


def _ask_secured(tx: Transaction, incident: Incident, plan: Plan) -> None:
    """Asked anew after a "not yet": until then nothing goes on, so somebody must be asked. Of
    log-ins that a post showed nobody hears but those whom such a post is shown to (line 92)."""
    if _is_secured(tx, incident):
        return
    shown = Circumstance.CREDENTIALS_SHOWN in plan.circumstances
    ask(
        tx,
        incident.id,
        DecisionType.CONFIRM,
        target=SECURE,
        of=(Role.SECURITY if shown else Role.IT_SECURITY, Role.DTU_DUTY),
        within=timedelta(minutes=5),
        falls_to=(Role.DTU_DUTY,),
        said="reset-asked" if shown else "secure-asked",
    )


def _is_secured(tx: Transaction, incident: Incident) -> bool:
    yes = select(Decision.id).where(
        col(Decision.incident_id) == incident.id,
        col(Decision.type) == DecisionType.CONFIRM,
        col(Decision.target) == SECURE,
        col(Decision.choice) == Choice.YES,
        col(Decision.withdrawn_at).is_(None),
    )
    return tx.exec(yes).first() is not None
