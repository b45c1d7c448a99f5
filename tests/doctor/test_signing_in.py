"""What the examination says of the department's own sign-in service."""

from collections.abc import Iterator

import pytest
from sign_in_service import House, Liar, lying_service, open_house

from amends.doctor import Finding, Verdict
from amends.doctor.signing_in import examine

GROUPS = """
[oidc.groups]
"GRP Digital" = ["dtu"]
"GRP Propriety" = ["propriety"]
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Liar]]:
    """An installation, and the service that it knows."""
    with lying_service() as liar:
        house = open_house(tmp_path_factory.mktemp("doctor"), liar.register, GROUPS)
        yield house, liar
        house.close()


def _found(both: tuple[House, Liar]) -> list[Finding]:
    house, _ = both
    return list(examine(house.paper.office.settings))


def test_a_service_that_answers_and_knows_us_is_well(both: tuple[House, Liar]) -> None:
    both[1].anew()
    first, second = _found(both)
    assert first.verdict is Verdict.OK
    assert f"{both[0].web.url}/sign-in/back" in first.what
    assert (second.verdict, "has propriety: groups alone" in second.what) == (Verdict.WARN, True)


@pytest.mark.parametrize(
    ("lie", "says"),
    [
        ({"/token": (401, b"{}")}, "does not take our client id or secret"),
        ({"/jwks": (500, b"")}, "does not answer"),
        ({"/.well-known/openid-configuration": (404, b"")}, "does not answer"),
    ],
)
def test_what_is_wrong_there_is_said(
    both: tuple[House, Liar], lie: dict[str, tuple[int, bytes]], says: str
) -> None:
    both[1].anew()
    both[1].answers = lie
    first = _found(both)[0]
    assert (first.verdict, says in first.what) == (Verdict.BAD, True), first.what


@pytest.mark.parametrize(
    ("discovery", "says"),
    [
        ({"issuer": "https://evil.example"}, "is not that service"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "nothing that we take"),
        ({"code_challenge_methods_supported": ["plain"]}, "does not take PKCE"),
    ],
)
def test_what_it_says_of_itself_is_held_against_what_we_need(
    both: tuple[House, Liar], discovery: dict[str, object], says: str
) -> None:
    both[1].anew()
    both[1].discovery = discovery
    first = _found(both)[0]
    assert (first.verdict, says in first.what) == (Verdict.BAD, True), first.what


def test_a_secret_that_is_not_there_and_links_that_are_off_are_said(
    both: tuple[House, Liar], monkeypatch: pytest.MonkeyPatch
) -> None:
    both[1].anew()
    settings = both[0].paper.office.settings
    monkeypatch.setattr(type(settings), "links_sign_in", False)
    monkeypatch.setattr(type(settings), "secret", lambda *_: None)
    first, *_, last = _found(both)
    assert first.what == "There is no secret at env:OIDC_SECRET. Put it there."
    assert last.what.startswith("Links are not mailed")


def test_without_a_service_nothing_is_said(both: tuple[House, Liar]) -> None:
    settings = both[0].paper.office.settings
    was, settings.oidc = settings.oidc, None
    assert _found(both) == []
    settings.oidc = was
