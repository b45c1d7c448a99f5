"""Mistakes on Mastodon, from the report to the words that put them right: once each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from department import ANA, CY, Department, open_department
from mastodon_stage import MastodonStage, open_stage

from flows import reading_back
from flows.deciding.keeping import put_right
from integrations.platforms.mastodon import Mastodon
from models.snapshot import Snapshot
from models.words import Kind, PostState, Presence, StatementState, Wait

WRONG = "The fund opens on 3 May."


@dataclass
class Somewhere:
    """A department with an account on an instance, and its engine at work."""

    department: Department
    stage: MastodonStage

    def link(self, post_id: str) -> str:
        """The link to the post, as people copy it."""
        return f"{self.stage.proxy.url}/@{self.stage.handle}/{post_id}"

    def report(self, post_id: str) -> str:
        """Somebody reports the wrong fact."""
        return self.department.report_wrong_fact(self.link(post_id))

    def cleared(self, post_id: str) -> str:
        """Reported, taken down, and its correction cleared; returns the reference."""
        reference = self.report(post_id)
        self.department.until_waiting(reference, Wait.CLEARANCE)
        self.department.clear(reference)
        return reference

    def published(self, reference: str) -> Snapshot:
        """Wait until the correction is up."""
        return self.department.until_waiting(reference, Wait.ADVICE, 60)

    def keys(self) -> list[str]:
        """The keys of the attempts to publish."""
        return [call.headers["Idempotency-Key"] for call in self.stage.proxy.calls("create")]


@pytest.fixture
def mastodon(tmp_path: Path) -> Iterator[Somewhere]:
    with open_stage() as stage:
        assert isinstance(stage, MastodonStage)
        account = f"""
[[accounts]]
platform = "mastodon"
handle = "{stage.handle}"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
credentials = "env:MASTODON_DEPT"
base_url = "{stage.proxy.url}"
"""
        secrets = {"MASTODON_DEPT": stage.credentials}
        department = open_department(tmp_path, more_accounts=account, more_secrets=secrets)
        department.start_engine()
        yield Somewhere(department, stage)
        department.close()


def test_a_wrong_fact_is_taken_down_and_corrected_once(mastodon: Somewhere) -> None:
    post_id = mastodon.stage.post(WRONG, picture=b"png", alt_text="A poster")
    reference = mastodon.report(post_id)
    seen = mastodon.department.until_waiting(reference, Wait.CLEARANCE)
    assert seen.posts[0].state == PostState.GONE
    assert seen.posts[0].seen_gone_by == ["own", "public"]
    assert mastodon.stage.live() == []

    mastodon.department.clear(reference)
    seen = mastodon.published(reference)

    (statement,) = seen.statements
    assert mastodon.stage.live() == [mastodon.department.text_of(statement)]
    assert statement.url == mastodon.link(str(statement.remote_id))
    assert len(mastodon.stage.proxy.calls("delete")) == 1
    assert len(mastodon.stage.proxy.calls("create")) == 1
    assert mastodon.department.finish(reference).incident.closed_at is not None


@pytest.mark.parametrize("fault", ["reset-after", "500-after", "half-closed"])
def test_a_correction_whose_answer_was_lost_is_found_and_not_repeated(
    mastodon: Somewhere, fault: str
) -> None:
    mastodon.stage.fail("create", fault)
    reference = mastodon.cleared(mastodon.stage.post(WRONG))
    seen = mastodon.published(reference)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(mastodon.stage.live()) == 1
    assert mastodon.stage.calls("create") == 1


def test_a_correction_that_was_never_sent_goes_out_again_under_its_key(
    mastodon: Somewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    mastodon.stage.fail("create", "reset-before")
    reference = mastodon.cleared(mastodon.stage.post(WRONG))
    seen = mastodon.published(reference)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(mastodon.stage.live()) == 1
    assert len(mastodon.keys()) == 2
    assert len(set(mastodon.keys())) == 1


def test_a_correction_that_was_late_is_not_doubled_by_the_second_attempt(
    mastodon: Somewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key alone stops the second post: the first came up after we had looked."""
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=0))
    mastodon.stage.fail("create", "reset-after")
    mastodon.stage.fail("timeline", "lying-200")
    reference = mastodon.cleared(mastodon.stage.post(WRONG))
    seen = mastodon.published(reference)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(mastodon.stage.live()) == 1
    assert mastodon.stage.calls("create") == 2


def test_a_correction_whose_key_is_forgotten_is_a_persons(
    mastodon: Somewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=2))
    monkeypatch.setattr(Mastodon, "key_holds", timedelta(seconds=1))
    mastodon.stage.fail("create", "reset-before")
    reference = mastodon.cleared(mastodon.stage.post(WRONG))
    seen = mastodon.department.until_waiting(reference, Wait.PERSON, 60)
    assert seen.statements[0].state == StatementState.NEEDS_HUMAN
    assert mastodon.stage.live() == []
    assert mastodon.stage.calls("create") == 1


def test_a_correction_put_off_until_its_key_is_forgotten_is_looked_for_before_it_is_sent(
    mastodon: Somewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came up after we had looked; then the instance said wait, for longer than it remembers."""
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=0))
    monkeypatch.setattr(Mastodon, "key_holds", timedelta(seconds=6))
    mastodon.stage.fail("create", "reset-after")
    mastodon.stage.fail("timeline", "lying-200")
    mastodon.stage.fail("create", "429", reset_in=9)
    reference = mastodon.cleared(mastodon.stage.post(WRONG))
    seen = mastodon.published(reference)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert len(mastodon.stage.live()) == 1
    assert len(mastodon.keys()) == 2


def test_a_mistake_for_followers_is_put_right_to_the_followers(mastodon: Somewhere) -> None:
    post_id = mastodon.stage.post(WRONG, visibility="private")
    reference = mastodon.cleared(post_id)
    (statement,) = mastodon.published(reference).statements
    correction = str(statement.remote_id)
    assert mastodon.stage.visibility(correction) == "private"
    assert mastodon.stage.platform.presence(correction, public=True) is Presence.GONE


def test_a_mistake_for_followers_that_was_edited_stays_among_the_followers(
    mastodon: Somewhere,
) -> None:
    """Its copy is out of date, and the new one cannot be had before the words go out."""
    post_id = mastodon.stage.post(WRONG, visibility="private")
    mastodon.stage.fail("delete", "429", reset_in=2)
    reference = mastodon.report(post_id)
    mastodon.department.until(reference, lambda _: mastodon.stage.calls("delete") == 1)
    mastodon.stage.edit(post_id, "The fund opens on 4 May.")
    mastodon.stage.fail("get", "500-before", after=1, times=40)
    mastodon.department.until(reference, lambda s: not s.captures, 60)
    mastodon.department.until_waiting(reference, Wait.CLEARANCE, 60)
    mastodon.department.clear(reference)
    seen = mastodon.department.until(
        reference, lambda s: s.statements[0].state == StatementState.PUBLISHED, 60
    )
    assert mastodon.stage.visibility(str(seen.statements[0].remote_id)) == "private"


def test_words_for_the_people_named_in_a_post_are_a_persons_to_send(mastodon: Somewhere) -> None:
    post_id = mastodon.stage.post(f"@{mastodon.stage.other} {WRONG}", visibility="direct")
    reference = mastodon.cleared(post_id)
    seen = mastodon.department.until(
        reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN, 60
    )
    assert seen.posts[0].state == PostState.GONE
    assert mastodon.stage.live() == []


def test_a_post_that_was_edited_meanwhile_is_kept_again_before_it_goes(
    mastodon: Somewhere,
) -> None:
    post_id = mastodon.stage.post(WRONG)
    mastodon.stage.fail("delete", "429", reset_in=2)
    reference = mastodon.report(post_id)
    mastodon.department.until(reference, lambda _: mastodon.stage.calls("delete") == 1)
    mastodon.stage.edit(post_id, "The fund opens on 4 May.")
    mastodon.department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 60)
    assert mastodon.stage.live() == []
    assert mastodon.department.said(reference).count("captured") == 2


@pytest.mark.parametrize("fault", [None, "reset-after", "reset-before"])
def test_a_typo_is_put_right_in_its_place_and_nothing_else_changes(
    mastodon: Somewhere, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    department, stage = mastodon.department, mastodon.stage
    right = "The fund opens. Ask @press@dept.example."
    post_id = stage.post("The fnud opens.", picture=b"png", spoiler_text="Money")
    reference = department.report(mastodon.link(post_id), Kind.TYPO)
    department.until(reference, lambda s: len(s.statements) == 1)
    put_right(department.office, department.person(CY), reference, text=right)
    department.until(reference, lambda s: s.statements[-1].state == StatementState.WAITING)
    assert stage.calls("edit") == 0

    if fault:
        stage.fail("edit", fault)
    department.clear(reference)
    seen = department.until(
        reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED, 40
    )

    assert seen.posts[0].state == PostState.KEPT
    assert seen.statements[-1].url == mastodon.link(post_id)
    assert stage.live() == [right]
    assert stage.calls("edit") == (2 if fault == "reset-before" else 1)
    assert (stage.calls("create"), stage.calls("delete")) == (0, 0)
    kept = stage.platform.capture(post_id)
    assert kept is not None
    assert (kept.warning, len(kept.media)) == ("Money", 1)


def test_a_post_of_another_account_on_our_instance_is_nobodys_to_touch(
    mastodon: Somewhere,
) -> None:
    """The link says that it is ours, the instance says whose it is."""
    theirs = mastodon.stage.post_by_another(WRONG)
    reference = mastodon.department.report(mastodon.link(theirs), Kind.FACTUAL)
    mastodon.department.until(
        reference, lambda _: "capture-failed" in mastodon.department.said(reference)
    )
    assert mastodon.stage.calls("delete") == 0
    assert mastodon.stage.platform.presence(theirs, public=True) is Presence.PRESENT
