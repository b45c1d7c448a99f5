"""Put a statement up, as a post of its own (lines 120, 122)."""

import json
from datetime import datetime, timedelta

from sqlmodel import col, update

from flows.acts.base import NOTHING, Again, Finding, Receipt, platform_of, platform_to_act_on
from flows.asking import ask_for_words, ask_to_publish
from flows.hands import Hands, hands_here
from flows.restored import may_be_up_since, not_of_others
from flows.truth import untrue_claims
from flows.untrue_words import void_untrue
from integrations.errors import NotSent, OutcomeUnknown, OutsideError
from integrations.platforms.base import FOR_EVER, Platform, Published, Words
from models.effects import Effect
from models.holding_lines import is_ahead, is_moot
from models.incident import Incident, Post
from models.office import Office, office
from models.people import Account
from models.publishing import AFTER_PUBLISHING, why_not_sent
from models.retries import HELD
from models.snapshot import snapshot
from models.statements import Statement, Wording
from models.store import Transaction
from models.words import Audience, Outcome, Presence, StatementState
from policy.clearing import has_run_out

CLOCK_SKEW = timedelta(minutes=2)
"""How far a platform's clock may be off ours when our own posts are looked for."""


UNTRUE = "claims-untrue"
"""Why words are withdrawn that a fact does not bear out any more."""


def freeze_words(
    wording: Wording, text: str, audience: Audience, at: datetime, edits: Post | None = None
) -> bytes:
    """The bytes of a publication's payload; ``edits`` is the post in whose place the words go."""
    frozen = {
        "text": text,
        "wording": wording.digest,
        "language": wording.language,
        "audience": audience.value,
        "at": at.isoformat(),
    }
    if edits is not None:
        frozen |= {"edits": edits.remote_id, "url": edits.url}
    return json.dumps(frozen).encode()


def words_of(effect: Effect, payload: bytes) -> Words:
    """The words that a publication's payload holds."""
    frozen = json.loads(payload)
    return Words(
        frozen["text"],
        effect.idempotency_key,
        datetime.fromisoformat(frozen["at"]) if "at" in frozen else effect.planned_at,
        frozen.get("language", "en"),
        Audience(frozen.get("audience", Audience.PUBLIC)),
    )


def _edited(payload: bytes) -> Receipt | None:
    """The post that the words replace, where they do."""
    frozen = json.loads(payload)
    return Receipt(frozen["edits"], frozen["url"]) if "edits" in frozen else None


def _look_at_edit(platform: Platform, edited: Receipt, words: Words) -> tuple[Finding, Receipt]:
    """Whether the post's own words are these by now."""
    captured = platform.capture(str(edited.remote_id), media=False)
    if captured is not None and platform.same_words(captured.text, words.text):
        return Finding.THERE, edited
    return Finding.ABSENT, NOTHING


def _is_past_its_key(hands: Hands, platform: Platform, effect: Effect) -> bool:
    """Whether the platform knew a key once, and has forgotten it: an attempt that was put off."""
    holds = platform.key_holds
    if holds is None or holds == FOR_EVER:
        return False
    with hands.office.store.read() as tx:
        return tx.now() - effect.planned_at >= holds


def _found_before(
    hands: Hands, platform: Platform, effect: Effect, words: Words, since: datetime
) -> Receipt | None:
    """What an earlier attempt made after we had looked, or before a restore. Raises OutcomeUnknown
    where it made several: that is read back, and a person's."""
    try:
        found = _ours(
            hands, effect, platform.find_published(words, since - CLOCK_SKEW, any_key=True)
        )
    except OutcomeUnknown as unknown:
        code = unknown.code
    else:
        if len(found) > 1:
            raise OutcomeUnknown("not-seen")
        return Receipt(found[0].remote_id, found[0].url) if found else None
    raise NotSent(code)


def _ours(hands: Hands, effect: Effect, found: tuple[Published, ...]) -> tuple[Published, ...]:
    if not found:
        return found
    with hands.office.store.read() as tx:
        return not_of_others(tx, effect, found)


def _since_before_a_restore(hands: Hands, effect: Effect) -> datetime | None:
    with hands.office.store.read() as tx:
        return may_be_up_since(tx, effect)


def again_with_key(holds: timedelta | None, age: timedelta) -> Again:
    """When words may be sent again unasked, by how long the platform honours a key (pure)."""
    if holds is None or age >= holds:
        return Again.NEVER
    # A key that is remembered only once the post is made does not stop one still being made.
    return Again.AT_ONCE if holds == FOR_EVER else Again.ONCE_SETTLED


def _office() -> Office:
    hands = hands_here()
    return hands.office if hands else office()


class PublishWords:
    """Put a statement up, as a post of its own or in the place of one (lines 120, 122).

    Tried again unasked only where the platform honours a key.
    """

    def again(self, hands: Hands, account: Account | None, age: timedelta) -> Again:
        try:
            return again_with_key(platform_of(hands, account).key_holds, age)
        except OutsideError:
            return Again.NEVER

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        statement = tx.get_one(Statement, effect.target)
        incident = tx.get_one(Incident, effect.incident_id)
        wording = tx.get(Wording, statement.wording_id) if statement.wording_id else None
        why = why_not_sent(
            statement,
            wording,
            of_incident=incident.generation,
            of_effect=effect.generation,
            held_until=account.held_until if account else None,
            now=now,
        )
        if why is not None or wording is None:
            return why
        seen = snapshot(tx, incident)
        if is_ahead(statement) and is_moot(seen, statement, now):
            return "holding-line-moot"
        if untrue_claims(_office(), seen, statement, wording):
            return UNTRUE
        # The clearers are asked again by the step that asks them: until then it waits.
        return HELD if has_run_out(seen, statement, now) else None

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        platform = platform_to_act_on(hands, account)
        words = words_of(effect, payload)
        since = _since_before_a_restore(hands, effect)
        if edited := _edited(payload):
            if since is None or _look_at_edit(platform, edited, words)[0] != Finding.THERE:
                platform.edit(str(edited.remote_id), words)
            return edited
        if since is None and effect.attempts > 1 and _is_past_its_key(hands, platform, effect):
            since = effect.planned_at
        if since is not None:
            earlier = _found_before(hands, platform, effect, words, since)
            if earlier is not None:
                return earlier
        made = platform.publish(words)
        if platform.presence(made.remote_id, public=False) == Presence.GONE:
            raise OutcomeUnknown("not-seen")  # it says that it published, and shows nothing
        return Receipt(made.remote_id, made.url)

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        words = words_of(effect, payload)
        if edited := _edited(payload):
            return _look_at_edit(platform_of(hands, account), edited, words)
        restored = _since_before_a_restore(hands, effect) is not None
        platform = platform_of(hands, account)
        found = platform.find_published(words, since - CLOCK_SKEW, any_key=restored)
        found = _ours(hands, effect, found)
        if len(found) > 1:
            return Finding.SEVERAL, NOTHING
        if not found:
            return Finding.ABSENT, NOTHING
        return Finding.THERE, Receipt(found[0].remote_id, found[0].url)

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        statement = tx.get_one(Statement, effect.target)
        statement.state = AFTER_PUBLISHING[outcome]
        if outcome == Outcome.DONE:
            statement.published_at = tx.now()
            statement.remote_id, statement.url = effect.remote_id, effect.url
        elif outcome == Outcome.NOT_AUTHORISED:
            statement.length = None
            ask_to_publish(tx, statement)
        elif outcome == Outcome.REFUSED:
            ask_for_words(tx, statement)
        tx.add(statement)

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        if effect.code == UNTRUE:
            self._ask_anew(tx, effect)
        tx.exec(
            update(Statement)
            .where(col(Statement.id) == effect.target)
            .where(col(Statement.state) == StatementState.CLEARED)
            .values(state=StatementState.WITHDRAWN)
        )

    def _ask_anew(self, tx: Transaction, effect: Effect) -> None:
        """Whatever the plan calls for: somebody wanted this said, and hears why it was not."""
        statement = tx.get_one(Statement, effect.target)
        wording = tx.get(Wording, statement.wording_id) if statement.wording_id else None
        if wording is not None and statement.state == StatementState.CLEARED:
            seen = snapshot(tx, tx.get_one(Incident, effect.incident_id))
            void_untrue(tx, statement, untrue_claims(_office(), seen, statement, wording))

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        tx.exec(
            update(Statement)
            .where(col(Statement.id) == effect.target)
            .values(state=StatementState.NEEDS_HUMAN)
        )
