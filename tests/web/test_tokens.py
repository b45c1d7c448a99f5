"""Tokens: hashed, ending, handed to their owner alone, and recorded."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

from paper import ADA, ANA, BO, CY, DEE, HAL, IDA, SUE, Paper
from served import Served
from sqlmodel import col, select

from amends.settings import load
from flows.hands import Hands
from flows.sign_in_mail import mail_links
from flows.signing_in import link_works
from flows.tokens import chain_of_tokens, claim, first_hr_code, first_token
from integrations.notices.outbox import OutboxCarrier
from integrations.platforms.connections import Connections
from models.audit import Entry
from models.people import Person, Token
from models.register import sync

CODE = re.compile(r"\b(?:[0-9a-f]{6}-){3}[0-9a-f]{6}\b")


def test_a_person_makes_a_token_of_their_own(web: Served) -> None:
    answer = web.post("/tokens", {}, ANA)
    assert answer.status_code == 201
    assert _works(web, answer.json()["token"])


def _works(web: Served, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return web.get("/incidents", headers=headers).status_code == 200


def test_whoever_asks_for_anothers_token_is_handed_nothing_of_it(web: Served, paper: Paper) -> None:
    answer = web.post("/tokens", {"person": BO}, ADA)
    assert (answer.status_code, answer.json()["token"]) == (202, None)
    ((to, code),) = mailed_codes(paper)
    assert to == BO
    assert code not in answer.text
    assert not _works(web, code)
    claimed = web.post("/tokens/claim", {"code": code})
    assert claimed.status_code == 201
    assert _works(web, claimed.json()["token"])
    assert web.post("/tokens/claim", {"code": code}).status_code == 404


def mailed_codes(paper: Paper) -> list[tuple[str, str]]:
    """An engine mails what is due; each code in the outbox, and to whom it went."""
    folder = paper.office.settings.outbox
    mail_links(Hands(paper.office, "engine-1", Connections(), OutboxCarrier(folder)))
    letters = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(folder.glob("sign-in.*.eml"))
    ]
    plain = [(str(one["To"]), one.get_body(("plain",)).get_content()) for one in letters]
    return [(to, found[0]) for to, text in plain if (found := CODE.findall(text))]


def test_a_code_is_had_for_others_by_an_administrator_but_not_for_hr(web: Served) -> None:
    assert web.post("/tokens", {"person": BO}, ADA).status_code == 202
    assert web.post("/tokens", {"person": BO}, DEE).status_code == 403
    assert web.post("/tokens", {"person": HAL}, ADA).status_code == 403


def test_hr_has_a_code_sent_to_hr_and_never_to_itself(web: Served, paper: Paper) -> None:
    assert web.post("/tokens", {"person": IDA}, HAL).json()["token"] is None
    assert web.post("/tokens", {"person": HAL}, HAL).status_code == 403
    assert [to for to, _ in mailed_codes(paper)] == [IDA]


def test_a_newer_code_ends_the_older_and_a_day_has_five(web: Served, paper: Paper) -> None:
    asked = [web.post("/tokens", {"person": BO}, ADA).status_code for _ in range(2)]
    codes = mailed_codes(paper)
    assert (asked, len(codes)) == ([202, 202], 1)
    later = [web.post("/tokens", {"person": BO}, ADA).status_code for _ in range(4)]
    assert later == [202, 202, 202, 409]
    assert web.post("/tokens/claim", {"code": codes[0][1]}).status_code == 404


def test_a_code_asked_for_before_somebody_is_of_hr_makes_no_token_of_hr(
    web: Served, paper: Paper
) -> None:
    web.post("/tokens", {"person": BO}, ADA)
    ((_, code),) = mailed_codes(paper)
    config = paper.home / "amends.toml"
    text = config.read_text()
    before = text.index('email = "bo@dept.example"')
    roles = text.index("roles = []", before)
    config.write_text(text[:roles] + 'roles = ["hr"]' + text[roles + len("roles = []") :])
    sync(paper.office.store, load({"AMENDS_CONFIG": str(config), "AMENDS_HOME": str(paper.home)}))
    assert web.post("/tokens/claim", {"code": code}).status_code == 404


def test_a_code_does_not_sign_in_and_a_link_is_no_code(web: Served, paper: Paper) -> None:
    web.post("/tokens", {"person": BO}, ADA)
    ((_, code),) = mailed_codes(paper)
    assert not link_works(paper.office, code)


def test_each_making_is_recorded_and_its_owner_told(web: Served, paper: Paper) -> None:
    web.post("/tokens", {"person": BO}, ADA)
    ((_, code),) = mailed_codes(paper)
    web.post("/tokens/claim", {"code": code})
    assert made_of(paper, BO) == [(ADA, "token-code-asked"), (BO, "token-made")]
    web.post("/tokens", {}, CY)
    assert made_of(paper, CY)[-1] == (CY, "token-made")
    first_token(paper.office, SUE)
    assert made_of(paper, SUE) == [("set-up", "token-made")]
    mailed_codes(paper)
    told = [file.read_text() for file in paper.office.settings.outbox.glob("sign-in.*.eml")]
    assert {to for to in (CY, SUE) for text in told if f"To: {to}" in text} == {CY, SUE}


def made_of(paper: Paper, email: str) -> list[tuple[str, str]]:
    """What the record says of this person's tokens."""
    chain = chain_of_tokens(paper.person(email).id)
    with paper.office.store.read() as tx:
        mine = select(Entry).where(Entry.chain == chain).order_by(col(Entry.seq))
        return [(one.actor, one.what) for one in tx.exec(mine)]


def test_a_token_is_kept_as_a_hash_and_ends(web: Served, paper: Paper) -> None:
    token = web.token(ANA)
    with paper.office.store.write("expire") as tx:
        (row,) = tx.exec(select(Token)).all()
        assert token not in (row.digest, row.claim_digest)
        row.expires_at = tx.now() - timedelta(seconds=1)
        tx.add(row)
    assert not _works(web, token)


def test_whoever_left_cannot_call(web: Served, paper: Paper) -> None:
    token = web.token(ANA)
    with paper.office.store.write("leave") as tx:
        person = tx.exec(select(Person).where(Person.email == ANA)).one()
        person.registered = False
        tx.add(person)
    assert not _works(web, token)


def test_hrs_first_token_is_claimed_by_a_code_once(web: Served, paper: Paper) -> None:
    code = first_hr_code(paper.office, HAL)
    assert not _works(web, code)
    answer = web.post("/tokens/claim", {"code": code})
    assert answer.status_code == 201
    assert _works(web, answer.json()["token"])
    again = web.post("/tokens/claim", {"code": code})
    assert again.status_code == 404
    mailed_codes(paper)
    told = [file.read_text() for file in paper.office.settings.outbox.glob("sign-in.*.eml")]
    assert any(f"To: {HAL}" in text for text in told), "HR's mailbox is read by others too"
    assert code not in again.text


def test_a_first_token_is_the_only_one_made_without_signing_in(paper: Paper) -> None:
    import pytest

    from flows.refusals import NotAllowedError, NotFoundError

    assert first_token(paper.office, ANA)
    with pytest.raises(NotAllowedError):
        first_token(paper.office, ANA)
    with pytest.raises(NotAllowedError):
        first_token(paper.office, HAL)
    with pytest.raises(NotFoundError):
        first_token(paper.office, "zed@dept.example")
    claim(paper.office, first_hr_code(paper.office, HAL))
    with pytest.raises(NotAllowedError):
        first_hr_code(paper.office, IDA)
