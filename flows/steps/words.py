"""Word and clear: the statement on each account, within the truth gate (lines 76-80, 120, 122)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from flows.asking import ask, ask_for_words
from flows.due import due_effects
from flows.expiring import ASK_AGAIN, expire_clearances, was_cleared_before
from flows.hands import Hands, hands_here
from flows.ledger import carry_out
from flows.letters import NewNotice, queue_notice
from flows.register import read_register
from flows.speaking import (
    kind_of_stand_in,
    language_of,
    note_language,
    overdue_abroad,
    stands_in_for,
)
from flows.step import step
from flows.tainting import note_taint, taint_of
from flows.truth import facts_of, text_of, true_claims_of
from flows.words_by_hand import length_of
from integrations.errors import OutsideError
from models.audit import chain_of_incident
from models.columns import new_id
from models.holding_lines import is_ahead
from models.incident import Incident
from models.office import Office
from models.people import Account
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot
from models.statements import Statement, Wording, wording_digest
from models.store import Transaction
from models.words import (
    DecisionType,
    DeleteWord,
    EffectKind,
    PostState,
    Role,
    StatementKind,
    StatementState,
    Step,
)
from policy.at_once import AtOnce, allowed_at_once
from policy.clearing import groups_for
from policy.plan import ClearanceMode, Plan
from templates.locales import ENGLISH
from templates.words import (
    MissingFactError,
    Rendered,
    StatementFacts,
    TooLongError,
    always,
    render_statement,
)


@step(Step.WORD)
def word(here: Office, incident: Incident, plan: Plan) -> None:
    """Write the statement for each account that carried the error."""
    if plan.statement == StatementKind.NONE:
        return
    with here.store.read() as tx:
        seen = snapshot(tx, incident)
        overdue = overdue_abroad(seen, tx.now())
    for account in seen.posted_on:
        if not _spoken_for(seen, account) and not _moved_on(
            here, incident.reference, plan, account
        ):
            _draft(here, incident.reference, plan, account)
    with here.store.read() as tx:
        seen = snapshot(tx, incident)
    for statement in seen.statements:
        if _is_to_be_drafted(seen, statement):
            account = seen.accounts[statement.account_id]
            _draft(here, incident.reference, plan, account, statement.id)
    for statement in overdue:
        account = seen.accounts[statement.account_id]
        _draft(here, incident.reference, plan, account, late=statement.id)
    if any(_needs_words(seen, statement) for statement in seen.statements):
        _ask_again(here, incident.reference)


def _needs_words(seen: Snapshot, statement: Statement) -> bool:
    """Taken back by a clearer, and neither asked for again nor waived."""
    settled = (DecisionType.WORDS, DecisionType.WAIVE)
    about = [d for d in seen.decisions if d.target == statement.id and d.type in settled]
    waived = any(d.type == DecisionType.WAIVE and d.withdrawn_at is None for d in about)
    answered = waived or any(d.choice is None for d in about)
    current = statement.generation == seen.incident.generation
    withdrawn = statement.state == StatementState.WITHDRAWN and not is_ahead(statement)
    return current and withdrawn and not answered


def _ask_again(here: Office, reference: str) -> None:
    with here.store.write("ask-words") as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        for statement in seen.statements:
            if _needs_words(seen, statement):
                ask_for_words(tx, statement)


def _is_to_be_drafted(seen: Snapshot, statement: Statement) -> bool:
    """A sister account was chosen to say the words, and has none yet."""
    current = statement.generation == seen.incident.generation
    return current and statement.state == StatementState.DRAFTED and statement.wording_id is None


def _spoken_for(seen: Snapshot, account: Account) -> bool:
    return any(
        account.id in (s.account_id, s.speaks_for)
        and s.generation == seen.incident.generation
        and not s.restores
        and not is_ahead(s)
        for s in seen.statements
    )


def _moved_to(seen: Snapshot, account: Account) -> Account | None:
    """The account that was chosen by name to speak for this one, which is not safe: whatever kind
    of mistake it turns out to be, that holds for all later words."""
    chosen = [s for s in seen.statements if s.speaks_for == account.id]
    return seen.accounts[chosen[-1].account_id] if chosen else None


def _moved_on(here: Office, reference: str, plan: Plan, account: Account) -> bool:
    """Open the words of a new plan where those of the earlier one were said. False where nobody
    has moved them, or that account says words of its own now."""
    with here.store.write("words-elsewhere") as tx:
        incident = incident_by(tx, reference)
        seen = snapshot(tx, incident)
        other = _moved_to(seen, account)
        if other is None:
            return False
        if _spoken_for(seen, account):  # another runner was here
            return True
        due = plan.words_due
        made = Statement(
            id=new_id(),
            incident_id=incident.id,
            account_id=other.id,
            kind=plan.statement,
            generation=incident.generation,
            speaks_for=account.id,
            drafted_at=tx.now(),
            words_due_at=incident.opened_at + timedelta(minutes=due) if due else None,
        )
        if _spoken_for(seen, other) or not tx.insert_once(made):
            return False
        facts = {"statement": made.id, "account": other.id}
        tx.record(chain_of_incident(incident.id), "amends", "said-elsewhere", **facts)
        return True


def _draft(
    here: Office,
    reference: str,
    plan: Plan,
    account: Account,
    asked: str | None = None,
    late: str | None = None,
) -> None:
    """``asked`` is the statement that a person opened, where one did; ``late`` the one in whose
    language nothing is cleared in time."""
    hands = hands_here()
    assert hands is not None, "steps run their work where the hands are"
    fits = _measure(hands, account)
    with here.store.write("draft-words") as tx:
        incident = incident_by(tx, reference)
        seen = snapshot(tx, incident)
        opened = next((one for one in seen.statements if one.id == asked), None)
        overdue = next((one for one in overdue_abroad(seen, tx.now()) if one.id == late), None)
        if late and overdue is None:
            return
        if not late and (
            not _is_to_be_drafted(seen, opened) if opened else _spoken_for(seen, account)
        ):
            return
        draft = _Draft(here, seen, plan, account, opened, overdue)
        try:
            rendered = draft.render(fits)
        except MissingFactError:
            _ask_for_facts(tx, incident)
            return
        except TooLongError:
            statement = draft.statement(tx, StatementState.WITHDRAWN)
            tx.record(
                chain_of_incident(incident.id), "amends", "words-too-long", statement=statement.id
            )
            ask_for_words(tx, statement)
            return
        for question in seen.open_decisions():
            if question.type == DecisionType.FACTS and draft.kind == plan.statement:
                question.withdrawn_at = tx.now()
                tx.add(question)
        if found := taint_of(tx, here, incident, draft.kind, rendered.text, rendered.language):
            statement = draft.statement(tx, StatementState.WITHDRAWN)
            note_taint(tx, statement, "words-tainted", found)
            ask_for_words(tx, statement)
            return
        state = draft.first_state(rendered)
        if _is_never_agreed(seen, draft):
            state = StatementState.WAITING
        statement = draft.statement(tx, state)
        draft.wording(tx, statement, rendered)
        if note_language(tx, statement, rendered.language):
            statement.state = StatementState.WAITING


def _is_never_agreed(seen: Snapshot, draft: "_Draft") -> bool:
    """What is said about our own words, and what is said for an account that is not safe, or on
    it: nobody agreed to that beforehand."""
    own = seen.incident.came_of or any(post.statement_id for post in seen.posts)
    speaks_for = draft.opened and draft.opened.speaks_for
    return bool(own or speaks_for or _moved_to(seen, draft.account))


def _measure(hands: Hands, account: Account) -> Callable[[str], bool]:
    """Whether this platform would take a text. Without credentials we cannot ask it, nor send.

    An instance is asked for its limits here: later a transaction is open.
    """
    try:
        platform = hands.platform(account)
    except OutsideError:
        return always
    platform.measure("")
    return lambda text: platform.measure(text).fits


def _ask_for_facts(tx: Transaction, incident: Incident) -> None:
    ask(
        tx,
        incident.id,
        DecisionType.FACTS,
        of=(Role.POSTER, Role.PUBLISHER, Role.DTU_DUTY),
        within=timedelta(minutes=10),
        falls_to=(Role.DTU_DUTY,),
        said="words-need-facts",
    )


@dataclass(frozen=True)
class _Draft:
    """What one statement is made from."""

    here: Office
    seen: Snapshot
    plan: Plan
    account: Account
    opened: Statement | None = None
    late: Statement | None = None

    @cached_property
    def language(self) -> str:
        """That of the words that are late; else of the post, on the account that carried it."""
        if self.late is not None and self.late.wording_id is not None:
            return self.seen.wordings[self.late.wording_id].language
        return language_of(self.here, self.seen, self._carried() or self.account)

    @property
    def in_place_of(self) -> str:
        """The language that English stands in for; empty where the words are in the post's own."""
        return self.language if self.late else stands_in_for(self.language)

    @property
    def kind(self) -> StatementKind:
        """What a person opened, what the plan calls for, or the note that stands in for it."""
        if self.opened is not None and self._is_ahead:
            return self.opened.kind
        return kind_of_stand_in(self.plan) if self.in_place_of else self.plan.statement

    @property
    def _is_ahead(self) -> bool:
        return self.opened is not None and is_ahead(self.opened)

    @property
    def _rendered_as(self) -> StatementKind:
        """Every note that stands in for other words is a removal note, whatever it is filed as."""
        stands_in = bool(self.in_place_of) and not self._is_ahead
        return StatementKind.REMOVAL_NOTE if stands_in else self.kind

    def render(self, fits: Callable[[str], bool]) -> Rendered:
        """Raises MissingFactError, TooLongError."""
        told = self.told()
        deleted = self.plan.delete in (DeleteWord.NOW, DeleteWord.ASK) and not any(
            post.state == PostState.KEPT for post in self.seen.posts
        )
        facts = StatementFacts(
            organisation=self.here.settings.organisation.name,
            wrong=told.get("wrong"),
            right=told.get("right"),
            source_url=told.get("source_url"),
            deleted=deleted,
            elsewhere=self._elsewhere(),
        )
        return render_statement(
            self._rendered_as,
            self.plan.kinds,
            facts,
            true_claims_of(self.here, self.seen, self.account),
            ENGLISH if self.in_place_of else self.language,
            fits,
        )

    def first_state(self, words: Rendered) -> StatementState:
        """Words straight from a pre-cleared template need nobody's yes (line 78); a reporter's do.
        What goes out ahead, or in English for another language, is agreed by a table of its own."""
        modes = (ClearanceMode.PRE_CLEARED, ClearanceMode.NOT_NEEDED)
        agreed = self.plan.clearance.mode in modes and not self._is_ahead
        if self._is_ahead or self.in_place_of:
            at_once = allowed_at_once(self._rendered_as, self.plan.kinds)
            agreed = agreed or at_once is AtOnce.PRE_CLEARED
        return StatementState.CLEARED if agreed and not words.repeats else StatementState.WAITING

    def _elsewhere(self) -> str | None:
        """The account that carried the error, as readers know it, where another one speaks."""
        carried = self._carried()
        return f"@{carried.handle}" if carried else None

    def _carried(self) -> Account | None:
        about = self.opened or self.late
        return self.seen.accounts.get((about and about.speaks_for) or "")

    def told(self) -> dict[str, str]:
        """The wrong claim, the right one and the source, as the reporter gave them."""
        return facts_of(self.here, self.seen.incident)

    def statement(self, tx: Transaction, state: StatementState) -> Statement:
        if self.opened is not None:
            self.opened.state, self.opened.in_place_of = state, self.in_place_of
            tx.add(self.opened)
            return self.opened
        now = tx.now()
        due = self.plan.words_due
        statement = Statement(
            id=new_id(),
            incident_id=self.seen.incident.id,
            account_id=self.account.id,
            kind=self.kind,
            generation=self.seen.incident.generation,
            in_place_of=self.in_place_of,
            speaks_for=self.late.speaks_for if self.late else None,
            state=state,
            drafted_at=now,
            words_due_at=self.seen.incident.opened_at + timedelta(minutes=due) if due else None,
        )
        tx.add(statement)
        tx.flush()
        return statement

    def wording(self, tx: Transaction, statement: Statement, rendered: Rendered) -> None:
        digest = wording_digest(
            rendered.text, platform=self.account.platform, handle=self.account.handle
        )
        wording = Wording(
            id=new_id(),
            statement_id=statement.id,
            version=1,
            text_sealed=b"",
            digest=digest,
            language=rendered.language,
            template=rendered.template,
            author=author_of(self.seen, self.told()),
            claims=list(rendered.claims_made),
            written_at=tx.now(),
        )
        wording.text_sealed = self.here.content.close(
            rendered.text, place("wording", wording.id, "text")
        )
        tx.add(wording)
        tx.flush()
        statement.wording_id = wording.id
        tx.add(statement)
        tx.record(
            chain_of_incident(self.seen.incident.id),
            "amends",
            "words-drafted",
            statement=statement.id,
            digest=digest,
            template=rendered.template,
            claims=list(rendered.claims_made),
        )


def author_of(seen: Snapshot, told: dict[str, str]) -> str | None:
    """Who supplied what the words say: never their clearer. The first reporter, where facts are."""
    return seen.incident.facts_by if told else None


@step(Step.CLEAR)
def clear(here: Office, incident: Incident, plan: Plan) -> None:
    """Ask those who may clear the exact words, once for each version (lines 76-80).

    A clearance is a row. Once the words are overdue, those to whom they fall are asked as well. A
    yes that has run out is asked for again.
    """
    expire_clearances(here, incident.reference)
    with here.store.read() as tx:
        seen = snapshot(tx, incident)
    waiting = [one for one in _waiting(seen) if not _is_too_long(here, seen, one)]
    if waiting:
        _ask_for_clearance(here, incident.reference)
    for effect_id in due_effects(here, incident.id, EffectKind.NOTICE):
        carry_out(effect_id)


def _is_too_long(here: Office, seen: Snapshot, statement: Statement) -> bool:
    """Count words that a person wrote as the platform does, once a version. Those that do not fit
    are asked for anew, before anybody reads them."""
    wording = seen.wordings.get(statement.wording_id or "")
    hands = hands_here()
    if wording is None or wording.template is not None or statement.length or hands is None:
        return False
    length = length_of(hands, seen.accounts[statement.account_id], text_of(here, wording))
    if length is None:
        return False
    with here.store.write("measure-words") as tx:
        # What a person does meanwhile waits for this, or is seen here.
        tx.get_one(Incident, statement.incident_id, with_for_update={"key_share": True})
        row = tx.get_one(Statement, statement.id)
        if row.state != StatementState.WAITING or row.wording_id != wording.id:
            return True
        row.length, row.longest = length.used, length.limit
        if not length.fits:
            row.state = StatementState.WITHDRAWN
            chain = chain_of_incident(row.incident_id)
            tx.record(chain, "amends", "words-too-long", statement=row.id)
            ask_for_words(tx, row)
        tx.add(row)
    return not length.fits


def _waiting(seen: Snapshot) -> list[Statement]:
    return [s for s in seen.statements if s.state == StatementState.WAITING]


def _ask_for_clearance(here: Office, reference: str) -> None:
    with here.store.write("ask-clearance") as tx:
        seen = snapshot(tx, incident_by(tx, reference))
        register = read_register(tx, here.settings)
        for statement in _waiting(seen):
            groups = groups_for(seen, statement, register, tx.now())
            people = dict.fromkeys(one.email for group in groups for one in group.people)
            # The count of versions names the notice: new words are a new thing to read.
            version = len(seen.wordings)
            again = was_cleared_before(seen, statement)
            asked = [
                queue_notice(
                    tx,
                    here,
                    seen.incident,
                    NewNotice(
                        Role.ONE_READER,
                        address,
                        ASK_AGAIN if again else "clear",
                        generation=version,
                        answer_by=None if again else statement.words_due_at,
                    ),
                )
                for address in people
            ]
            if any(asked):
                chain = chain_of_incident(seen.incident.id)
                tx.record(chain, "amends", "clearance-asked", statement=statement.id)
