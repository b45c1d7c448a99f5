"""Each account before an incident: what can be done, who is there, what is wrong."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from paper import ANA, CY, DEE, EVE, Paper

from amends.doctor import Finding, Verdict, examine, platforms
from amends.sandbox import Sandbox
from models.people import Person


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The practice platform."""
    with Sandbox() as running:
        yield running


@dataclass
class Registered:
    """What amends.toml says of the accounts, and what the examination says to that."""

    paper: Paper
    monkeypatch: pytest.MonkeyPatch
    toml: str = ""

    def add(
        self, handle: str, url: str | None, secret: str | None, *, platform: str = "x",
        owner: str = CY, publishers: tuple[str, ...] = (ANA, CY), languages: str = "en",
        tier: str = "official",
    ) -> None:  # fmt: skip
        """One more account."""
        name = f"SECRET_{handle.upper()}"
        if secret is not None:
            self.monkeypatch.setenv(name, secret)
        self.toml += f"""
[[accounts]]
platform = "{platform}"
handle = "{handle}"
tier = "{tier}"
owner = "{owner}"
publishers = {list(publishers)}
languages = ["{languages}"]
"""
        self.toml += f'credentials = "env:{name}"\n' if secret is not None else ""
        self.toml += f'base_url = "{url}"\n' if url else ""

    def examined(self, account: str = "x/dept") -> dict[str, Finding]:
        """The lines about one account, by topic; the worst where a topic has several."""
        config = self.paper.home / "amends.toml"
        before = config.read_text(encoding="utf-8").partition("[[accounts]]")[0]
        config.write_text(before + self.toml, encoding="utf-8")
        order = [Verdict.OK, Verdict.WARN, Verdict.BAD]
        found = [one for one in examine() if one.about == account]
        return {one.topic: one for one in sorted(found, key=lambda f: order.index(f.verdict))}


@pytest.fixture
def registered(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> Registered:
    """No account yet."""
    return Registered(paper, monkeypatch)


def test_a_good_account_says_what_can_be_done_and_by_whom(
    registered: Registered, sandbox: Sandbox
) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept").secret)
    found = registered.examined()
    assert found["posts"].verdict == found["credentials"].verdict == Verdict.OK
    assert found["posts"].what == "Amends can delete and publish here, and cannot edit or reply."
    assert found["owner"].what == "Cy answers for it; an official account."
    assert found["publishers"].what == "Cy and Ana may publish."
    assert found.pop("log-ins").what.startswith("Nobody was ever asked")
    assert {one.verdict for one in found.values()} == {Verdict.OK}
    assert sandbox.calls("create") == sandbox.calls("delete") == []


def test_an_expired_token_is_bad_and_its_posts_are_deleted_by_hand(
    registered: Registered, sandbox: Sandbox
) -> None:
    token = replace(sandbox.add_account("dept"), access_token="expired")
    registered.add("dept", sandbox.url, token.secret)
    found = registered.examined()
    assert found["credentials"].verdict == Verdict.BAD
    assert "does not accept the credentials of @dept" in found["credentials"].what
    assert found["posts"].verdict == Verdict.WARN
    assert "deleted by hand. Cy, Ana and Dee would be asked." in found["posts"].what
    assert token.access_token_secret not in repr(found)


def test_an_app_that_may_only_read_is_bad(registered: Registered, sandbox: Sandbox) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept", access="read").secret)
    found = registered.examined()
    assert (found["credentials"].verdict, found["posts"].verdict) == (Verdict.BAD, Verdict.WARN)
    assert "may not write" in found["credentials"].what


def test_credit_that_has_run_out_is_bad(registered: Registered, sandbox: Sandbox) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept").secret)
    sandbox.fail("me", "credit-402")
    assert "credit for @dept has run out" in registered.examined()["credentials"].what


def test_a_rate_limit_is_named_with_its_end(registered: Registered, sandbox: Sandbox) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept").secret)
    sandbox.fail("me", "429")
    assert "asks to be left alone until" in registered.examined()["credentials"].what


def test_the_token_of_another_account_is_bad(registered: Registered, sandbox: Sandbox) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("somebody").secret)
    found = registered.examined()["credentials"]
    assert found.verdict == Verdict.BAD
    assert "those of @somebody, not of @dept" in found.what


def test_a_platform_that_is_not_there_is_bad(registered: Registered, sandbox: Sandbox) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept").secret)
    sandbox.stop()
    found = registered.examined()
    assert found["credentials"].verdict == Verdict.BAD
    assert "could not be reached" in found["credentials"].what
    assert "posts" not in found  # what it can do could not be seen


def test_a_platform_that_never_answers_holds_up_its_own_accounts_alone(
    registered: Registered, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "PATIENCE_SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        secret = sandbox.add_account("dept").secret
        for number in range(platforms.AT_ONCE * 2):
            registered.add(f"silent{number}", url, secret)
        registered.add("dept", sandbox.url, secret)
        began = time.monotonic()
        assert registered.examined()["credentials"].verdict == Verdict.OK
        assert time.monotonic() - began < 10
        assert "took too long" in registered.examined("x/silent7")["credentials"].what


def test_one_publisher_alone_is_said_with_what_to_do(
    registered: Registered, sandbox: Sandbox
) -> None:
    registered.add("dept", sandbox.url, sandbox.add_account("dept").secret, publishers=(CY,))
    found = registered.examined()["publishers"]
    assert found.verdict == Verdict.WARN
    assert found.what.startswith("Cy alone may publish")
    assert "Add a second person" in found.what


def test_a_publisher_whom_nobody_knows_is_named(registered: Registered, sandbox: Sandbox) -> None:
    secret = sandbox.add_account("dept").secret
    registered.add("dept", sandbox.url, secret, publishers=(ANA, "zed@dept.example"))
    found = registered.examined()["publishers"]
    assert found.verdict == Verdict.WARN
    assert "zed@dept.example is not in [[people]]" in found.what


def test_an_owner_who_is_only_an_address_is_named(registered: Registered) -> None:
    registered.add("dept", None, None, owner="zed@dept.example")
    found = registered.examined()["owner"]
    assert (found.verdict, "not in [[people]]" in found.what) == (Verdict.WARN, True)


def test_an_owner_who_has_left_is_bad(registered: Registered) -> None:
    office = registered.paper.office
    with office.store.write("rename") as tx:
        tx.add(Person(email="old@dept.example", name="Olu Old"))
    registered.add("dept", None, None, owner="old@dept.example")
    found = registered.examined()["owner"]
    assert found.verdict == Verdict.BAD
    assert "old@dept.example, has left" in found.what


def test_publishers_without_a_line_manager_are_named(registered: Registered) -> None:
    registered.add("dept", None, None, owner=DEE, publishers=(EVE, ANA))
    found = registered.examined()["line managers"]
    assert found.verdict == Verdict.WARN
    assert found.what.startswith("Dee and Eve have no line manager")


def test_a_language_without_words_is_named(registered: Registered) -> None:
    registered.add("dept", None, None, languages="de")
    assert "no statements in German" in registered.examined()["languages"].what
    registered.toml = ""
    registered.add("dept", None, None, languages="en-GB")
    assert "languages" not in registered.examined()


def test_an_account_that_amends_does_not_reach_names_who_is_asked(registered: Registered) -> None:
    registered.add("dept", None, None, platform="instagram", tier="personal-official")
    found = registered.examined("instagram/dept")
    assert "deleted by hand. Cy, Ana and Dee would be asked." in found["posts"].what
    assert "no way in to this platform" in found["posts"].what
    assert "a personal official account" in found["owner"].what
    registered.toml = ""
    registered.add("dept", None, "a secret", platform="instagram")
    found = registered.examined("instagram/dept")
    assert "no way in to this platform" in found["posts"].what


def test_an_address_in_the_clear_is_bad_before_anything_is_sent(registered: Registered) -> None:
    registered.add("dept", "http://social.example", "a secret")
    found = registered.examined()["address"]
    assert (found.verdict, "https://" in found.what) == (Verdict.BAD, True)


def test_an_instance_that_is_not_named_is_bad(registered: Registered) -> None:
    registered.add("dept", None, '{"access_token": "x"}', platform="mastodon")
    found = registered.examined("mastodon/dept")["credentials"]
    assert (found.verdict, "base_url" in found.what) == (Verdict.BAD, True)


def _duty(paper: Paper, **roles: str) -> list[Finding]:
    config = paper.home / "amends.toml"
    text = config.read_text(encoding="utf-8")
    for was, now in (("['dtu']", roles["eve"]), ("['dtu', 'dtu-duty']", roles["dee"])):
        text = text.replace(f"roles = {was}", f"roles = {now}")
    config.write_text(text, encoding="utf-8")
    return [one for one in examine() if one.about == "duty"]


@pytest.mark.parametrize(
    ("dee", "eve", "verdicts", "said"),
    [
        ("['dtu', 'dtu-duty']", "['dtu']", [Verdict.OK], "On duty: Dee."),
        ("['dtu', 'dtu-duty']", "[]", [Verdict.WARN], "Dee is the only person"),
        ("['dtu']", "['dtu']", [Verdict.WARN], "no duty officer"),
        ("['dtu']", "[]", [Verdict.WARN, Verdict.WARN], "Dee is the only person"),
        ("[]", "[]", [Verdict.BAD], "Nobody of [[people]]"),
    ],
)
def test_who_is_there_to_say_yes(
    paper: Paper, dee: str, eve: str, verdicts: list[Verdict], said: str
) -> None:
    found = _duty(paper, dee=dee, eve=eve)
    assert [one.verdict for one in found] == verdicts
    assert said in found[0].what
