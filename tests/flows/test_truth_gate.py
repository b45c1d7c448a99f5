"""The truth gate on words that people write: when they write, when others clear, and at the end."""

import pytest
from paper import ANA, CY, DEE, EVE, PLAN, SAM, SUE, Paper
from sqlalchemy import event

from flows.acts.publish_words import PublishWords
from flows.deciding.clearing import clear
from flows.deciding.establishing import establish
from flows.deciding.writing import write_words
from flows.ledger import withdraw
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError, NotNowError
from flows.steps import publication
from flows.steps.publication import _authorise, measure_for_hands
from flows.view import view, viewer
from integrations.platforms.base import Length
from models.effects import Effect
from models.office import use
from models.snapshot import incident_by
from models.standing import standing
from models.words import (
    DecisionType,
    EffectState,
    Kind,
    PostState,
    Role,
    StatementState,
    Step,
    Wait,
)
from policy.decide import decide
from policy.words import Claim, Fact

REMOVED = "We are sorry. It’s been deleted."
FRENCH = "Le message a été supprimé. Nous sommes désolés."


def _write(paper: Paper, reference: str, text: str, by: str = CY, **more: str) -> str:
    return write_words(paper.office, paper.person(by), reference, text=text, **more)


def _clear(paper: Paper, reference: str, claims: list[Claim] | None, by: str = DEE) -> object:
    return clear(
        paper.office,
        paper.person(by),
        reference,
        statement=None,
        digest=paper.digest(reference),
        approve=True,
        claims=claims,
    )


def _establish(paper: Paper, reference: str, by: str, fact: Fact, **more: str) -> None:
    establish(paper.office, paper.person(by), reference, fact=fact, holds=True, **more)


def _shown(paper: Paper, reference: str, by: str = DEE) -> dict[Claim, object]:
    with paper.office.store.read() as tx:
        seen = view(viewer(tx, paper.office, paper.person(by), reference))
    return {one.claim: one for one in seen.statements[0].claims}


def test_words_that_are_not_true_cannot_be_written_and_say_which_fact_is_missing(
    paper: Paper,
) -> None:
    reference = paper.worded()
    before = paper.digest(reference)
    with pytest.raises(NotNowError) as refused:
        _write(paper, reference, REMOVED)
    assert str(refused.value) == (
        "Sentence 2 says that it has been removed, and that may not be said now. Not every copy "
        "has been seen gone. It is recorded by itself, once every copy has been seen gone. Leave "
        "it out until then."
    )
    assert paper.digest(reference) == before


def test_once_the_fact_is_recorded_the_same_words_may_be_written(paper: Paper) -> None:
    reference = paper.worded()
    paper.set_posts(reference, PostState.GONE)
    _write(paper, reference, REMOVED)
    assert _clear(paper, reference, None) == StatementState.CLEARED


def test_words_that_have_become_untrue_cannot_be_cleared(paper: Paper) -> None:
    reference = paper.worded()
    paper.set_posts(reference, PostState.GONE)
    _write(paper, reference, REMOVED)
    paper.set_posts(reference, PostState.LIVE)
    with pytest.raises(NotNowError, match="Not every copy has been seen gone"):
        _clear(paper, reference, None)
    assert paper.seen(reference).clearances == ()


def test_cleared_words_that_have_become_untrue_are_not_sent_and_a_person_hears_why(
    paper: Paper,
) -> None:
    reference = paper.worded()
    paper.set_posts(reference, PostState.GONE)
    _write(paper, reference, REMOVED)
    _clear(paper, reference, None)
    paper.set_posts(reference, PostState.LIVE)
    _authorise(paper.office, reference, paper.seen(reference).statements[0].id)
    seen = paper.seen(reference)
    assert seen.effects == ()
    assert seen.statements[0].state == StatementState.WITHDRAWN
    (asked,) = [one for one in seen.open_decisions() if one.type == DecisionType.WORDS]
    assert asked.because == "untrue"
    assert "claim-untrue" in paper.said(reference)


def test_nor_when_they_were_already_on_their_way(paper: Paper) -> None:
    reference = paper.worded()
    paper.set_posts(reference, PostState.GONE)
    _write(paper, reference, REMOVED)
    _clear(paper, reference, None)
    paper.publish(reference, EffectState.AUTHORISED)
    use(paper.office)
    try:
        assert _forbidden(paper, reference) is None
        paper.set_posts(reference, PostState.LIVE)
        assert _forbidden(paper, reference) == "claims-untrue"
    finally:
        use(None)


@pytest.mark.parametrize("kind", [Kind.WRONG_ACCOUNT, Kind.CLASSIFIED])
def test_whatever_the_plan_calls_for_somebody_is_asked_for_others(paper: Paper, kind: Kind) -> None:
    reference = paper.worded()
    paper.set_posts(reference, PostState.GONE)
    _write(paper, reference, REMOVED)
    paper.set_statement(reference, StatementState.CLEARED)
    plan(paper, reference, kind)
    effect_id = paper.publish(reference, EffectState.RETRY)
    paper.set_posts(reference, PostState.LIVE)
    use(paper.office)
    try:
        with paper.office.store.write("withdraw") as tx:
            withdraw(tx, tx.get_one(Effect, effect_id), "claims-untrue")
    finally:
        use(None)
    seen = paper.seen(reference)
    assert seen.statements[0].state == StatementState.WITHDRAWN
    (asked,) = [one for one in seen.open_decisions() if one.type == DecisionType.WORDS]
    assert (asked.target, asked.because) == (seen.statements[0].id, "untrue")
    assert "claim-untrue" in paper.said(reference)
    steps = {one.step: one for one in standing(seen).steps}
    assert [one.wait for one in steps[Step.WORD].waits] == [Wait.WORDS]


def plan(paper: Paper, reference: str, kind: Kind) -> None:
    """As if that had been the plan; what was written stays."""
    with paper.office.store.write("plan") as tx:
        incident = incident_by(tx, reference)
        incident.plan = PLAN.dump_python(decide([kind], []), mode="json")
        tx.add(incident)


def test_the_length_of_other_words_is_not_theirs(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = paper.worded()
    paper.set_statement(reference, StatementState.NEEDS_HUMAN)

    def meanwhile(*_: object) -> Length:
        if paper.seen(reference).statements[0].state == StatementState.NEEDS_HUMAN:
            _write(paper, reference, "We are sorry. Please do not share it.")
        return Length(used=63, limit=280)

    monkeypatch.setattr(publication, "length_of", meanwhile)
    monkeypatch.setattr(publication, "hands_here", lambda: paper)
    measure_for_hands(paper.office, reference)
    assert paper.seen(reference).statements[0].length is None


def test_the_incident_is_held_before_its_words_are_read(either: Paper) -> None:
    """Else newer words, stored in between, would be voided for what the older ones said."""
    reference = either.worded()
    either.set_statement(reference, StatementState.CLEARED)
    statement = either.seen(reference).statements[0].id
    engine, said = either.office.store.engine, list[str]()

    def listen(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        said.append(sql)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        _authorise(either.office, reference, statement)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    read = next(at for at, sql in enumerate(said) if "FROM statement" in sql)
    held = [at for at, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql]
    one_writer = engine.dialect.name == "sqlite"
    assert one_writer or held[0] < read


def _forbidden(paper: Paper, reference: str) -> str | None:
    with paper.office.store.write("look") as tx:
        effect = tx.get_one(Effect, paper.seen(reference).effects[0].id)
        effect.generation = 2
        return PublishWords().forbidden(tx, effect, None, tx.now())


def test_what_is_not_understood_is_for_the_clearer_to_say(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, "We are sorry. The travel ban has been removed.")
    asked = _shown(paper, reference)[Claim.HAS_BEEN_REMOVED]
    assert (asked.how, asked.asked, asked.sentences) == ("may-say", True, [2])
    with pytest.raises(BadRequestError, match=r"has-been-removed \(that it has been removed\)"):
        _clear(paper, reference, None)
    assert _clear(paper, reference, []) == StatementState.CLEARED
    assert paper.said(reference)[-2:] == ["cleared", "no-claim-confirmed"]


def test_what_is_not_recognised_is_for_the_clearer_to_say(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, "We are sorry. Please disregard it. Nothing is up today.")
    asked = _shown(paper, reference)
    assert {one.how for one in asked.values()} == {"not-read"}
    assert {tuple(one.sentences) for one in asked.values()} == {(3,)}
    with pytest.raises(BadRequestError, match="Say which of these claims the words make"):
        _clear(paper, reference, None)
    with pytest.raises(NotNowError, match="You say that the words say that it has been removed"):
        _clear(paper, reference, [Claim.HAS_BEEN_REMOVED])
    assert _clear(paper, reference, []) == StatementState.CLEARED


def test_sentences_of_our_own_templates_are_known(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, "We are sorry for the confusion. Please do not share it.")
    assert _shown(paper, reference) == {}
    assert _clear(paper, reference, None) == StatementState.CLEARED


def test_what_the_report_says_is_right_is_asked_about_and_not_refused(paper: Paper) -> None:
    right = "The scaffolding was taken down on Friday"
    reference = paper.worded(wrong="It stays", right=right, source_url="https://dept.example/x")
    _write(paper, reference, f"We are sorry. {right}.")
    assert _shown(paper, reference)[Claim.HAS_BEEN_REMOVED].asked
    assert _clear(paper, reference, []) == StatementState.CLEARED


def test_another_language_is_cleared_claim_by_claim(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, FRENCH, language="fr")
    assert {one.how for one in _shown(paper, reference).values()} == {"not-read"}
    with pytest.raises(BadRequestError, match="Say which of these claims the words make"):
        _clear(paper, reference, None)
    with pytest.raises(NotNowError, match="You say that the words say that it has been removed"):
        _clear(paper, reference, [Claim.HAS_BEEN_REMOVED])
    paper.set_posts(reference, PostState.GONE)
    assert _clear(paper, reference, [Claim.HAS_BEEN_REMOVED]) == StatementState.CLEARED
    (clearance,) = paper.seen(reference).clearances
    assert clearance.claims == ["has-been-removed"]
    assert paper.said(reference)[-1] == "claim-confirmed"


def test_french_that_is_called_english_is_asked_about_all_the_same(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, FRENCH)
    with pytest.raises(BadRequestError):
        _clear(paper, reference, None)


def test_what_a_clearer_confirmed_is_looked_at_again_before_it_goes_out(paper: Paper) -> None:
    reference = paper.worded()
    _write(paper, reference, FRENCH, language="fr")
    paper.set_posts(reference, PostState.GONE)
    _clear(paper, reference, [Claim.HAS_BEEN_REMOVED])
    paper.set_posts(reference, PostState.LIVE)
    _authorise(paper.office, reference, paper.seen(reference).statements[0].id)
    assert paper.seen(reference).statements[0].state == StatementState.WITHDRAWN


@pytest.mark.parametrize("text", ["The account was not hacked.", "Nobody broke into our account."])
def test_a_fact_is_recorded_by_who_can_know_it(paper: Paper, text: str) -> None:
    reference = paper.worded(kinds=(Kind.UNATTENDED,))
    with pytest.raises(NotNowError, match="establish REFERENCE not-hacked-verified"):
        _write(paper, reference, text)
    with pytest.raises(NotAllowedError):
        _establish(paper, reference, ANA, Fact.NOT_HACKED_VERIFIED)
    _establish(paper, reference, CY, Fact.NOT_HACKED_VERIFIED)
    assert "fact-established" in paper.said(reference)
    _write(paper, reference, text, by=ANA)


def test_the_last_word_on_a_fact_counts(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.UNATTENDED,))
    _establish(paper, reference, CY, Fact.NOT_HACKED_VERIFIED)
    person = paper.person(CY)
    establish(paper.office, person, reference, fact=Fact.NOT_HACKED_VERIFIED, holds=False)
    with pytest.raises(NotNowError):
        _write(paper, reference, "The account was not hacked.")


def test_a_duty_officer_records_it_for_others_and_says_for_whom(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.UNATTENDED,))
    with pytest.raises(BadRequestError, match="Say who told you"):
        _establish(paper, reference, DEE, Fact.DPO_SAYS_NO_PERSONAL_DATA)
    said = "The data protection officer, by telephone at 10:00."
    _establish(paper, reference, DEE, Fact.DPO_SAYS_NO_PERSONAL_DATA, reason=said)
    _write(paper, reference, "No personal data was involved.")


def test_who_recorded_the_fact_does_not_clear_the_words_that_rest_on_it(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.UNATTENDED,))
    _establish(paper, reference, DEE, Fact.NOT_HACKED_VERIFIED, reason="IT security, at 10:00.")
    _write(paper, reference, "The account was not hacked.")
    with pytest.raises(NotAllowedError, match="gave their facts"):
        _clear(paper, reference, None, by=DEE)


def test_nor_where_a_clearer_says_that_they_rest_on_it(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.UNATTENDED,))
    _establish(paper, reference, DEE, Fact.NOT_HACKED_VERIFIED, reason="IT security, at 10:00.")
    _write(paper, reference, "Nid oedd neb wedi hacio ein cyfrif.", language="cy")
    with pytest.raises(NotAllowedError, match="gave their facts"):
        _clear(paper, reference, [Claim.WAS_NOT_HACKED], by=DEE)
    assert paper.seen(reference).clearances == ()
    assert _clear(paper, reference, [], by=DEE) == StatementState.CLEARED


def test_nor_after_an_earlier_clearer_has_said_so(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.OFF_POLICY,))
    _establish(paper, reference, DEE, Fact.DPO_SAYS_NO_PERSONAL_DATA, reason="The DPO, at 10:00.")
    _write(paper, reference, "Il n'y avait aucune information sur des personnes.", language="fr")
    first = _clear(paper, reference, [Claim.NO_PERSONAL_DATA], by="pat@dept.example")
    assert first == StatementState.WAITING
    with pytest.raises(NotAllowedError, match="gave their facts"):
        _clear(paper, reference, [], by=DEE)


def test_what_amends_sees_itself_nobody_records(paper: Paper) -> None:
    reference = paper.worded()
    with pytest.raises(BadRequestError, match="Nobody records this fact"):
        _establish(paper, reference, DEE, Fact.EVERY_COPY_GONE)


def test_a_stranger_records_nothing_and_security_only_what_it_was_told_of(paper: Paper) -> None:
    reference = paper.worded(kinds=(Kind.INTRUDER,), poster="unknown", by=SAM)
    with pytest.raises(NotFoundError):
        _establish(paper, reference, EVE.replace("eve", "ida"), Fact.UNAUTHORISED_VERIFIED)
    paper.tell(reference, SUE, Role.IT_SECURITY)
    _establish(paper, reference, SUE, Fact.UNAUTHORISED_VERIFIED)
    with pytest.raises(NotNowError, match="never said of"):
        _write(paper, paper.worded(paper.link(2), kinds=(Kind.UNATTENDED,)), "We were hacked.")
