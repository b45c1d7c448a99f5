"""Settling: a person has said what is true where we could not read it; look once, and act on it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from flows.acts.base import NOTHING, Finding
from flows.acts.registry import act_for
from flows.asking import ask_to_publish
from flows.audience import audience_of
from flows.deciding.pasted import parsed_on
from flows.hands import Hands
from flows.ledger import Claim, plan_effect, record_move
from flows.reading_back import Looked, believed, look_for, settle_for_person
from flows.refusals import BadRequestError
from flows.words_by_hand import ReadBack, read_words_back
from integrations.platforms.base import Words
from models.audit import chain_of_incident
from models.columns import new_id
from models.decisions import Decision
from models.effects import Effect
from models.incident import Post
from models.moves import move
from models.notices import Notice
from models.people import Account
from models.sealed import place
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import (
    Because,
    Choice,
    DecisionType,
    EffectKind,
    EffectState,
    NoticeState,
    PostState,
    StatementState,
)

READ_BACK_FOR = timedelta(minutes=1)
"""How long we try to read words that a person published, before they stand on that word alone."""


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
        if effect.kind == EffectKind.PUBLISH and answer.text_sealed is not None:
            _settle_linked(hands, answer, effect)
            return
        _settle_effect(hands, answer, effect)
    elif post is not None and post.state == PostState.NEEDS_HUMAN:
        _settle_post(hands, answer, post)
    elif statement is not None and statement.state == StatementState.NEEDS_HUMAN:
        _settle_statement(hands, answer, statement)
    elif notice is not None and notice.state == NoticeState.FAILED:
        _settle_notice(hands, answer, notice)


def _settle_effect(hands: Hands, answer: Decision, effect: Effect) -> None:
    """The person's word, and for what can be looked at a last look of ours."""
    assert answer.choice is not None, "only answers are carried out"
    if effect.kind == EffectKind.NOTICE:
        there = answer.choice == Choice.THERE
        settle_for_person(hands, effect.id, Finding.THERE if there else Finding.ABSENT, NOTHING)
        return
    payload = hands.office.content.open(
        effect.payload_sealed, place("effect", effect.id, "payload")
    )
    with hands.office.store.read() as tx:
        account = tx.get(Account, effect.account_id) if effect.account_id else None
    claim = Claim(effect, effect.fence, payload, account)
    looked = look_for(hands, act_for(effect.kind), claim)
    finding = believed(answer.choice, looked.finding)
    receipt = looked.receipt if finding == Finding.THERE else NOTHING
    settle_for_person(
        hands, effect.id, finding, receipt, _why_not(answer.choice, looked.finding), looked
    )


def _why_not(choice: Choice, seen: Finding) -> Because | None:
    """Why the answer is not enough, for who is asked anew."""
    if seen == Finding.ABSENT and choice == Choice.THERE:
        return Because.NOT_FOUND
    return {Finding.UNREADABLE: Because.UNREADABLE, Finding.SEVERAL: Because.SEVERAL}.get(seen)


def _settle_linked(hands: Hands, answer: Decision, effect: Effect) -> None:
    """Words that we sent ourselves, and that a person has found."""
    with hands.office.store.read() as tx:
        statement = tx.get_one(Statement, effect.target)
    found = _read_back(hands, answer, statement)
    if found.later and _is_fresh(hands, answer):
        return
    finding = Finding.THERE if found.because is None else Finding.UNREADABLE
    settle_for_person(
        hands,
        effect.id,
        finding,
        found.receipt,
        found.because,
        _as_looked(found),
        attested_by=None if found.read else answer.decided_by,
    )


def _as_looked(found: ReadBack) -> Looked:
    """What was at the link, as one more look."""
    if found.because is not None:
        return Looked(Finding.ABSENT, code=found.because.value)
    return Looked(Finding.THERE if found.read else Finding.UNREADABLE)


def _read_back(hands: Hands, answer: Decision, statement: Statement) -> ReadBack:
    """What is at the link that the person pasted."""
    seal = hands.office.content
    with hands.office.store.read() as tx:
        account = tx.get_one(Account, statement.account_id)
        wording = tx.get_one(Wording, statement.wording_id)
        audience = audience_of(tx, statement)
    link = seal.open_text(answer.text_sealed or b"", place("decision", answer.id, "text"))
    text = seal.open_text(wording.text_sealed, place("wording", wording.id, "text"))
    try:
        parsed = parsed_on(account, link)
    except BadRequestError:  # the account's address has changed since the link was taken
        return ReadBack(NOTHING, because=Because.ANOTHER_ACCOUNT)
    key, at = f"by-hand:{statement.id}", statement.drafted_at
    words = Words(text, key, at, wording.language, audience)
    return read_words_back(hands, account, parsed, words, _no_older_than(hands, statement))


def _no_older_than(hands: Hands, statement: Statement) -> datetime:
    """When the words can have been put up first: a post that was put right is as old as it was."""
    with hands.office.store.read() as tx:
        edited = tx.get(Post, statement.edits) if statement.edits else None
    return (edited.posted_at or edited.reported_at) if edited else statement.drafted_at


def _is_fresh(hands: Hands, answer: Decision) -> bool:
    """Whether what could not be read may still be waited for, before a word alone is taken."""
    with hands.office.store.read() as tx:
        return answer.decided_at is not None and tx.now() - answer.decided_at < READ_BACK_FOR


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
    """A person published by hand, or wants it sent again. What is not accepted is asked anew."""
    found = None
    if answer.choice == Choice.THERE and answer.text_sealed is not None:
        found = _read_back(hands, answer, statement)
        if found.later and _is_fresh(hands, answer):
            return
    with hands.office.store.write("settle-statement") as tx:
        row = tx.get_one(Statement, statement.id)
        if row.state != StatementState.NEEDS_HUMAN or row.wording_id is None:
            return
        if answer.choice == Choice.NOT_THERE:
            row.wording_id = _same_words_again(hands, tx, tx.get_one(Wording, row.wording_id))
            row.state = StatementState.CLEARED
            tx.record(chain_of_incident(row.incident_id), "amends", "words-again", statement=row.id)
        elif found is None or found.because:
            ask_to_publish(tx, row, found.because if found else Because.NOT_THERE)
        else:
            _published_by_hand(tx, row, answer, found)
        tx.add(row)


def _published_by_hand(
    tx: Transaction, statement: Statement, answer: Decision, found: ReadBack
) -> None:
    statement.state, statement.published_at = StatementState.PUBLISHED, tx.now()
    statement.remote_id, statement.url = found.receipt.remote_id, found.receipt.url
    statement.published_by = answer.decided_by
    statement.attested_by = None if found.read else answer.decided_by
    what = "published-by-hand" if found.read else "published-on-a-word"
    chain = chain_of_incident(statement.incident_id)
    tx.record(chain, "amends", what, statement=statement.id)


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
        row = tx.get_one(Notice, notice.id, with_for_update={"key_share": True})
        if row.state != NoticeState.FAILED:
            return  # another runner has acted on this answer meanwhile
        if answer.choice == Choice.THERE:
            row.state, row.sent_at = NoticeState.SENT, tx.now()
            tx.add(row)
            tx.record(chain_of_incident(row.incident_id), "amends", "told-otherwise", notice=row.id)
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
