"""A team's chat reads that a notice waits: where to look, and nothing of what happened."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from department import DEE, Department, open_department
from practice_chat import PracticeChat

from amends.settings import load
from flows.deciding.acknowledging import acknowledge
from integrations.errors import NotAuthorised, OutcomeUnknown
from integrations.notices.apprise import AppriseCarrier
from integrations.notices.chats import ChatMessage, UnsafeChatError
from models.notices import Notice
from models.snapshot import Snapshot
from models.words import DecisionType, Kind, Medium, NoticeState

CHATS = """
[[chats]]
name = "dtu-team"
role = "dtu"
url = "env:DTU_CHAT"

[[chats]]
name = "security"
role = "security"
url = "env:SECURITY_CHAT"
"""
MESSAGE = ChatMessage("0123abcd", "dtu-team", "Amends AM-7K3Q2: please read")


@pytest.fixture
def chats() -> Iterator[tuple[PracticeChat, PracticeChat]]:
    """The DTU's, and security's."""
    made = (PracticeChat().start(), PracticeChat().start())
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def chatty(tmp_path: Path, chats: tuple[PracticeChat, PracticeChat]) -> Iterator[Department]:
    dtu, security = chats
    secrets = {"DTU_CHAT": dtu.url, "SECURITY_CHAT": security.url}
    department = open_department(tmp_path, more_accounts=CHATS, more_secrets=secrets)
    department.start_engine()
    yield department
    department.close()


def in_chat(seen: Snapshot) -> list[Notice]:
    return [one for one in seen.notices if one.by == Medium.CHAT]


def test_the_teams_chat_reads_where_to_look_and_nothing_of_what_happened(
    chatty: Department, chats: tuple[PracticeChat, PracticeChat]
) -> None:
    reference = chatty.report(chatty.post("Vote for the tall one"), Kind.PARTIAL)
    sent = {NoticeState.SENT}
    chatty.until(reference, lambda s: {one.state for one in in_chat(s)} == sent, 20)
    (said,) = chats[0].texts
    assert said == (
        f"Amends {reference}: a notice waits for this team. Please read: "
        f"http://127.0.0.1:8000/i/{reference} "
        "If the page does not open, ring +44 20 7946 0000"
    )
    assert chats[1].taken == []
    (notice,) = in_chat(chatty.seen(reference))
    assert (notice.to_address, notice.link_digest) == ("chat:dtu-team", None)

    acknowledge(chatty.office, chatty.person(DEE), reference)
    chatty.until(
        reference, lambda s: [n.state for n in in_chat(s)] == [NoticeState.ACKNOWLEDGED], 20
    )


def test_of_what_is_classified_no_chat_reads_that_there_is_anything(
    chatty: Department, chats: tuple[PracticeChat, PracticeChat]
) -> None:
    reference = chatty.report(chatty.post("Code word: HERONWOOD"), Kind.CLASSIFIED)
    chatty.until(reference, lambda s: len(s.notices) > 1, 20)
    chatty.until(reference, lambda s: all(n.state == NoticeState.SENT for n in s.notices), 20)
    assert in_chat(chatty.seen(reference)) == []
    assert [one.taken for one in chats] == [[], []]


def test_a_chat_that_does_not_confirm_is_looked_at_by_a_person_and_sent_nothing_twice(
    chatty: Department, chats: tuple[PracticeChat, PracticeChat]
) -> None:
    chats[0].answer = 500
    reference = chatty.report(chatty.post("Vote for the tall one"), Kind.PARTIAL)
    seen = chatty.until(
        reference, lambda s: any(d.type == DecisionType.SETTLE for d in s.open_decisions()), 20
    )
    assert [one.state for one in in_chat(seen)] == [NoticeState.UNKNOWN]
    assert len(chats[0].taken) == 1


def test_nothing_of_a_chats_address_or_message_is_in_an_error_or_a_log(
    chats: tuple[PracticeChat, PracticeChat], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier = AppriseCarrier({"dtu-team": chats[0].url, "security": None, "odd": "no-url"})
    carrier.send_chat(MESSAGE)
    chats[0].answer = 403
    with pytest.raises(OutcomeUnknown) as unknown:
        carrier.send_chat(MESSAGE)
    chats[0].stop()
    with pytest.raises(OutcomeUnknown):
        carrier.send_chat(MESSAGE)
    for name in ("security", "odd"):
        with pytest.raises(NotAuthorised):
            carrier.send_chat(ChatMessage("0123abcd", name, "please read"))
    written = caplog.text + str(unknown.value) + repr(MESSAGE) + " ".join(carrier.check())
    assert "s3cr3t" not in written
    assert "please read" not in written
    assert len(carrier.check()) == 2


@pytest.mark.parametrize(
    "field", [{"reference": "a b"}, {"to": "json://x"}, {"text": "one\ntwo"}], ids=str
)
def test_a_message_that_would_not_be_the_one_meant_is_refused(field: dict[str, str]) -> None:
    good = {"reference": "0123abcd", "to": "dtu-team", "text": "please read"}
    with pytest.raises(UnsafeChatError):
        ChatMessage(**(good | field))


def test_the_address_is_a_secret_of_the_environment(tmp_path: Path) -> None:
    department = open_department(tmp_path, more_accounts=CHATS, more_secrets={"DTU_CHAT": "x"})
    try:
        settings = load(
            {"AMENDS_HOME": str(tmp_path), "AMENDS_CONFIG": str(tmp_path / "amends.toml")}
        )
        assert {"DTU_CHAT", "SECURITY_CHAT"} <= set(settings.credential_variables)
    finally:
        department.close()
