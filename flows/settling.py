"""Settling: a person has said what is true where we could not read it; look once, and act on it."""

import json
from collections.abc import Sequence

from sqlmodel import col, select

from flows.acts.base import NOTHING, Finding, Receipt
from flows.acts.registry import act_for
from flows.asking import ask_for_words
from flows.hands import Hands
from flows.ledger import Claim, plan_effect, record_move
from flows.reading_back import look, settle_for_person
from integrations.errors import OutsideError
from models.columns import new_id
from models.decisions import Decision
from models.effects import Effect
from models.incident import Post
from models.links import BadLinkError, KnownAccount, parse_link
from models.moves import move
from models.notices import Notice
from models.people import Account
from models.sealed import place
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import (
    Choice,
    DecisionType,
    EffectKind,
    EffectState,
    NoticeState,
    PostState,
    Presence,
    StatementState,
)


def carry_out_settlements(hands: Hands, incident_id: str) -> None:
    """Act on each answer once: what was acted on has moved, and is not found waiting again."""
    with hands.office.store.read() as tx:
        answers = tx.exec(
            select(Decision)
            .where(col(Decision.incident_id) == incident_id)
            .where(col(Decision.type) == DecisionType.SETTLE)
            .where(col(Decision.choice).is_not(None), col(Decision.withdrawn_at).is_(None))
            .order_by(col(Decision.decided_at))
        ).all()
    for answer in {answer.target: answer for answer in answers}.values():
        if not _asked_again(hands, answer):
            _carry_out(hands, answer)


def _asked_again(hands: Hands, answer: Decision) -> bool:
    """Whether the same question is open once more: then this answer is spent."""
    with hands.office.store.read() as tx:
        newest = tx.exec(
            select(Decision.generation)
            .where(col(Decision.incident_id) == answer.incident_id)
            .where(col(Decision.type) == DecisionType.SETTLE)
            .where(col(Decision.target) == answer.target)
            .order_by(col(Decision.generation).desc())
        ).first()
    return newest != answer.generation


def _carry_out(hands: Hands, answer: Decision) -> None:
    with hands.office.store.read() as tx:
        effect = tx.get(Effect, answer.target)
        post = tx.get(Post, answer.target)
        statement = tx.get(Statement, answer.target)
        notice = tx.get(Notice, answer.target)
    if effect is not None and effect.state == EffectState.NEEDS_HUMAN:
        settle_for_person(hands, effect.id, *_finding(hands, answer, effect))
    elif post is not None and post.state == PostState.NEEDS_HUMAN:
        _settle_post(hands, answer, post)
    elif statement is not None and statement.state == StatementState.NEEDS_HUMAN:
        _settle_statement(hands, answer, statement)
    elif notice is not None and notice.state == NoticeState.FAILED:
        _settle_notice(hands, answer, notice)


def _finding(hands: Hands, answer: Decision, effect: Effect) -> tuple[Finding, Receipt]:
    """The person's word, and for what can be looked at a last look of ours."""
    there = answer.choice == Choice.THERE
    if effect.kind == EffectKind.NOTICE:
        return (Finding.THERE if there else Finding.ABSENT), NOTHING
    linked = _linked(hands, answer, effect.account_id)
    if there and linked is not None:
        return Finding.THERE, linked
    payload = hands.office.content.open(
        effect.payload_sealed, place("effect", effect.id, "payload")
    )
    with hands.office.store.read() as tx:
        account = tx.get(Account, effect.account_id) if effect.account_id else None
    finding, receipt = look(
        hands, act_for(effect.kind), Claim(effect, effect.fence, payload, account)
    )
    if there and finding != Finding.THERE:
        return Finding.UNREADABLE, NOTHING
    return finding, receipt


def _linked(hands: Hands, answer: Decision, account_id: str | None) -> Receipt | None:
    """The post that a person pasted, if it is on the account meant and can be seen there: by us,
    or, where our credentials are refused, by a stranger."""
    if answer.text_sealed is None or account_id is None:
        return None
    link = hands.office.content.open_text(answer.text_sealed, place("decision", answer.id, "text"))
    with hands.office.store.read() as tx:
        account = tx.get_one(Account, account_id)
    known = [KnownAccount(account.platform, account.handle, account.base_url)]
    try:
        parsed = parse_link(link, known)
        platform = hands.platform(account)
    except (BadLinkError, OutsideError):
        return None
    if not parsed.configured:
        return None
    seen = (platform.presence(parsed.remote_id, public=public) for public in (False, True))
    return Receipt(parsed.remote_id, parsed.url) if Presence.PRESENT in seen else None


def _settle_post(hands: Hands, answer: Decision, post: Post) -> None:
    """ "It is there": delete once more, at a person's word. "It is not": verification looks."""
    if answer.choice != Choice.THERE:
        return
    with hands.office.store.write("settle-post") as tx:
        row = tx.get_one(Post, post.id)
        if row.state != PostState.NEEDS_HUMAN or row.account_id is None:
            return
        earlier = tx.exec(
            select(Effect)
            .where(col(Effect.target) == post.id)
            .where(col(Effect.kind) == EffectKind.DELETE)
        ).all()
        _abandon(tx, earlier)
        plan_effect(
            tx,
            hands.office,
            incident_id=row.incident_id,
            kind=EffectKind.DELETE,
            target=row.id,
            payload=json.dumps({"remote_id": row.remote_id}).encode(),
            account_id=row.account_id,
            generation=max((e.generation for e in earlier), default=0) + 1,
        )
        row.state, row.deleted_at, row.look_at = PostState.DELETING, None, None
        tx.add(row)


def _abandon(tx: Transaction, effects: Sequence[Effect]) -> None:
    for effect in effects:
        if effect.state == EffectState.NEEDS_HUMAN:
            effect.state = move(effect.state, EffectState.ABANDONED)
            effect.settled_at = tx.now()
            tx.add(effect)
            record_move(tx, effect, "abandoned")
    tx.flush()


def _settle_statement(hands: Hands, answer: Decision, statement: Statement) -> None:
    """Our credentials were refused: a person published by hand, or wants it sent again."""
    linked = _linked(hands, answer, statement.account_id)
    with hands.office.store.write("settle-statement") as tx:
        row = tx.get_one(Statement, statement.id)
        if answer.choice == Choice.THERE and linked is not None:
            row.state, row.published_at = StatementState.PUBLISHED, tx.now()
            row.remote_id, row.url = linked.remote_id, linked.url
        elif answer.choice == Choice.NOT_THERE and row.wording_id is not None:
            row.wording_id = _same_words_again(hands, tx, tx.get_one(Wording, row.wording_id))
            row.state = StatementState.CLEARED
        else:
            row.state = StatementState.WITHDRAWN
            ask_for_words(tx, row)
        tx.add(row)


def _same_words_again(hands: Hands, tx: Transaction, wording: Wording) -> str:
    """A new version with the same bytes, so the same clearance: a fresh effect can send it."""
    seal = hands.office.content
    text = seal.open_text(wording.text_sealed, place("wording", wording.id, "text"))
    fresh = Wording(**wording.model_dump(exclude={"id", "version", "text_sealed"}), text_sealed=b"")
    fresh.id, fresh.version = new_id(), wording.version + 1
    fresh.text_sealed = seal.close(text, place("wording", fresh.id, "text"))
    tx.add(fresh)
    tx.flush()
    return fresh.id


def _settle_notice(hands: Hands, answer: Decision, notice: Notice) -> None:
    """The mail server refused it: they were told another way, or it is sent once more."""
    with hands.office.store.write("settle-notice") as tx:
        row = tx.get_one(Notice, notice.id)
        if answer.choice == Choice.THERE:
            row.state, row.sent_at = NoticeState.SENT, tx.now()
            tx.add(row)
            return
        earlier = tx.exec(
            select(Effect)
            .where(col(Effect.target) == notice.id)
            .order_by(col(Effect.generation).desc())
        ).first()
        if earlier is None:
            return
        row.state = NoticeState.QUEUED
        tx.add(row)
        seal = hands.office.content
        plan_effect(
            tx,
            hands.office,
            incident_id=row.incident_id,
            kind=EffectKind.NOTICE,
            target=row.id,
            payload=seal.open(earlier.payload_sealed, place("effect", earlier.id, "payload")),
            generation=earlier.generation + 1,
        )
