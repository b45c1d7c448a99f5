"""Tokens: hashed, ending, and HR's only from HR."""

from datetime import timedelta

from paper import ADA, ANA, BO, DEE, HAL, IDA, Paper
from served import Served
from sqlmodel import select

from flows.tokens import claim, first_hr_code, first_token
from models.people import Person, Token


def test_a_person_makes_a_token_of_their_own(web: Served) -> None:
    answer = web.post("/tokens", {}, ANA)
    assert answer.status_code == 201
    assert _works(web, answer.json()["token"])


def _works(web: Served, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return web.get("/incidents", headers=headers).status_code == 200


def test_an_administrator_makes_one_for_others_but_not_for_hr(web: Served) -> None:
    assert web.post("/tokens", {"person": BO}, ADA).status_code == 201
    assert web.post("/tokens", {"person": BO}, DEE).status_code == 403
    assert web.post("/tokens", {"person": HAL}, ADA).status_code == 403


def test_hr_makes_hrs_and_never_its_own(web: Served) -> None:
    assert web.post("/tokens", {"person": IDA}, HAL).status_code == 201
    assert web.post("/tokens", {"person": HAL}, HAL).status_code == 403


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
