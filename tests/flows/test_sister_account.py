"""A sister account says the words: whoever has to do with it has nothing to do with the mistake."""

from collections.abc import Iterator

import pytest
from chain import Chain, open_chain
from paper import ANA, BO, CY, EVE, PAT, Paper
from sqlmodel import select

from flows.hands import lend
from models.columns import new_id
from models.office import use
from models.people import Account
from models.statements import Statement
from models.words import DecisionType, Kind, Role, StatementKind
from policy.access import answerers
from policy.conflicts import involved_in
from policy.people import Register


@pytest.fixture
def chain(paper: Paper) -> Iterator[Chain]:
    """Bo, who manages Ana, owns the sister account, and Eve publishes there."""
    with paper.office.store.write("owner") as tx:
        for account in tx.exec(select(Account)):
            if account.handle == "embassy":
                account.owner, account.publishers = BO, [EVE]
                tx.add(account)
    yield open_chain(paper)
    use(None)
    lend(None)


def moved(chain: Chain) -> str:
    """Bo was told as Ana's manager; then the embassy was to say the words."""
    reference = chain.paper.report(kinds=(Kind.OFF_POLICY,))
    chain.tell(reference)
    seen = chain.paper.seen(reference)
    with chain.paper.office.store.write("elsewhere") as tx:
        same = select(Account).where(Account.handle == "embassy")
        tx.insert_once(
            Statement(
                id=new_id(), incident_id=seen.incident.id, account_id=tx.exec(same).one().id,
                kind=StatementKind.NOTE, speaks_for=seen.posts[0].account_id, drafted_at=tx.now(),
            )
        )  # fmt: skip
    return reference


def test_a_manager_who_owns_the_sister_account_stays_the_one_who_hears(chain: Chain) -> None:
    reference = moved(chain)
    assert BO not in involved_in(chain.paper.seen(reference))
    chain.tell(reference)
    assert chain.told(reference, "line_manager") == [BO]
    assert "line_manager" not in {
        n.template for n in chain.notices(reference) if n.to_address == PAT
    }


def test_the_sister_accounts_publishers_are_not_asked_about_the_mistake(chain: Chain) -> None:
    reference = moved(chain)
    chain.paper.ask(reference, DecisionType.FACTS, "", Role.PUBLISHER, Role.ACCOUNT_OWNER)
    seen = chain.paper.seen(reference)
    with chain.paper.office.store.read() as tx:
        register = Register((), tuple(tx.exec(select(Account))), "dtu@x", "hr@x")
    people = tuple(chain.paper.person(one) for one in (ANA, BO, CY, EVE))
    register = Register(people, register.accounts, "dtu@x", "hr@x")
    (question,) = [one for one in seen.open_decisions() if one.type == DecisionType.FACTS]
    assert answerers(question, seen, register, chain.clock.shows) == {ANA, CY}
