"""A link is pasted: the engine reads the post, its person sees it, and the report takes it over."""

from datetime import timedelta

import pytest
from department import ANA, CY, DEE, SAM, Department
from pasting import (
    PICTURE,
    age,
    as_of_audience,
    captures,
    files,
    paste,
    paste_and_see,
    post_with_a_picture,
    preview,
    previews,
    shown,
    untouched,
)
from sqlmodel import update
from waiting import until

from flows import kept_files, previewing
from flows.kept_files import destroy_file, keep_file, named_elsewhere
from flows.manifests import Manifest, Whose
from flows.previewing import purge_previews, read_preview
from flows.previews import FRESH, MOST_ASKED, Says, forget_previews
from flows.timeline import timeline
from flows.view import viewer
from integrations.platforms.base import Captured
from models.office import Office
from models.previews import KEPT, Preview, PreviewState
from models.words import Audience, Kind, PostState

FACT = "The fund opens on 3 May."


def test_what_was_pasted_is_shown_and_is_the_evidence_without_another_reading(
    department: Department,
) -> None:
    link = post_with_a_picture(department, FACT)
    department.sandbox.live_posts("dept")[0].metrics = {"like_count": 12, "retweet_count": 3}
    seen = paste_and_see(department, link)
    assert (seen.says, seen.handle, seen.text, seen.media) == (Says.SHOWN, "dept", FACT, 1)
    assert seen.reach == {"like_count": 12, "retweet_count": 3}
    kept = preview(department)
    reference = department.report_wrong_fact(link)
    (capture,) = captures(department, reference)
    assert (capture.id, capture.digest) == (kept.id, kept.digest), "there before the answer was"
    department.until(reference, lambda now: now.posts[0].state == PostState.GONE)
    calls = [call.verb for call in department.sandbox.calls()]
    assert calls.count("delete") == 1
    assert calls[: calls.index("delete")].count("get") == 1, "it was read once, for the preview"
    assert captures(department, reference) == [capture]
    assert department.said(reference).count("captured") == 1
    assert set(capture.files) <= files(department)
    assert preview(department).state is PreviewState.ENDED
    assert department.seen(reference).posts[0].posted_at is not None


@pytest.mark.matrix
def test_the_timeline_says_that_it_was_kept_when_it_was_pasted(quiet: Department) -> None:
    link = quiet.post(FACT)
    quiet.start_engine()
    paste_and_see(quiet, link)
    quiet.stop_engine()
    reference = quiet.report_wrong_fact(link)
    with quiet.office.store.read() as tx:
        said = timeline(tx, viewer(tx, quiet.office, quiet.person(DEE), reference)).entries
    assert any("when its link was pasted at " in one.sentence for one in said)


@pytest.mark.matrix
def test_only_who_pasted_it_sees_it(department: Department) -> None:
    link = department.post(FACT)
    paste_and_see(department, link)
    assert shown(department, link, by=CY)[0].says is Says.NOT_READ
    assert FACT not in str(shown(department, link, by=CY))
    reference = department.report_wrong_fact(link, by=CY)
    department.until(reference, lambda now: now.posts[0].state == PostState.GONE)
    assert preview(department).id not in {one.id for one in captures(department, reference)}


@pytest.mark.matrix
@pytest.mark.parametrize("kind", [Kind.CLASSIFIED, Kind.SAFETY, Kind.PERSONAL_DATA])
def test_of_what_proves_secret_nothing_that_was_pasted_is_kept(
    department: Department, kind: Kind
) -> None:
    link = post_with_a_picture(department, FACT)
    paste_and_see(department, link)
    was = preview(department)
    department.stop_engine()
    reference = department.report(link, kind)
    now = preview(department)
    assert (now.state, now.manifest_sealed) == (PreviewState.ENDED, None)
    assert captures(department, reference) == []
    untouched(department)
    purge_previews(department.office)
    assert not set(was.files) & files(department)


def test_what_nobody_reports_is_destroyed_with_its_row(department: Department) -> None:
    paste_and_see(department, post_with_a_picture(department, FACT))
    department.stop_engine()
    assert len(files(department)) == 1
    age(department, KEPT - timedelta(minutes=1))
    untouched(department)
    purge_previews(department.office)
    assert len(files(department)) == 1, "its time is not up"
    age(department, timedelta(minutes=2))
    purge_previews(department.office)
    assert (previews(department), files(department)) == ([], set())


@pytest.mark.matrix
def test_a_file_that_a_capture_names_outlives_every_preview(department: Department) -> None:
    link, other = (post_with_a_picture(department, text) for text in (FACT, "Another one."))
    paste_and_see(department, link)
    paste_and_see(department, other)
    department.stop_engine()
    department.report_wrong_fact(link)
    age(department, KEPT)
    untouched(department)
    purge_previews(department.office)
    assert previews(department) == []
    assert len(files(department)) == 1, "both had the same picture"


@pytest.mark.matrix
def test_a_file_that_somebody_is_about_to_keep_is_not_destroyed(quiet: Department) -> None:
    name = keep_file(quiet.office, PICTURE.content)
    assert destroy_file(quiet.office, name) is False
    untouched(quiet)
    assert keep_file(quiet.office, PICTURE.content) == name
    assert destroy_file(quiet.office, name) is False, "keeping it anew has touched it"
    untouched(quiet)
    assert destroy_file(quiet.office, name) is True
    assert files(quiet) == set()


def test_a_file_touched_while_it_is_moved_aside_comes_back(
    quiet: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = keep_file(quiet.office, PICTURE.content)
    untouched(quiet)
    looked = iter((False, True))
    monkeypatch.setattr(kept_files, "_is_fresh", lambda path: next(looked))
    assert destroy_file(quiet.office, name) is False
    assert files(quiet) == {name}


@pytest.mark.matrix
def test_an_engine_that_died_over_a_file_leaves_it_to_be_found(quiet: Department) -> None:
    name = keep_file(quiet.office, PICTURE.content)
    untouched(quiet)
    folder = quiet.office.settings.media
    (folder / name).rename(folder / f".{name}.going")
    assert destroy_file(quiet.office, name) is True
    assert files(quiet) == set()
    with quiet.office.store.read() as tx:
        assert not named_elsewhere(tx, name, "")


@pytest.mark.matrix
def test_changing_ones_mind_ends_it(department: Department) -> None:
    link = department.post(FACT)
    paste_and_see(department, link)
    forget_previews(department.office, department.person(ANA))
    assert preview(department).manifest_sealed is None
    assert shown(department, link)[0].says is Says.NOT_READ
    assert paste_and_see(department, link).says is Says.SHOWN, "pasted again it is read again"


@pytest.mark.matrix
def test_an_old_copy_is_kept_and_the_post_is_read_once_more(department: Department) -> None:
    link = department.post(FACT)
    paste_and_see(department, link)
    age(department, FRESH)
    reference = department.report_wrong_fact(link)
    department.until(reference, lambda now: now.posts[0].state == PostState.GONE)
    first, second = captures(department, reference)
    assert first.id == preview(department).id
    assert first.outdated_at is not None
    assert second.outdated_at is None


@pytest.mark.matrix
def test_of_a_post_that_an_incident_has_the_preview_ends(department: Department) -> None:
    link = department.post(FACT)
    reference = department.report_wrong_fact(link)
    department.until(reference, lambda now: bool(now.captures))
    paste(department, link, by=CY)
    assert department.report_wrong_fact(link, by=CY) == reference
    assert preview(department).state is PreviewState.ENDED
    assert len(captures(department, reference)) == 1


@pytest.mark.matrix
def test_a_report_never_waits_for_what_was_pasted(quiet: Department) -> None:
    link = quiet.post(FACT)
    paste(quiet, link)
    assert shown(quiet, link)[0].says is Says.WAITING
    age(quiet, timedelta(seconds=11))
    assert shown(quiet, link)[0].says is Says.LATE, "no engine is at work"
    reference = quiet.report_wrong_fact(link)
    assert preview(quiet).state is PreviewState.ENDED
    quiet.start_engine()
    quiet.until(reference, lambda now: now.posts[0].state == PostState.GONE)
    assert len(captures(quiet, reference)) == 1


@pytest.mark.matrix
def test_each_link_that_is_not_shown_is_said_why(department: Department) -> None:
    department.sandbox.add_account("ana_at_home", "Ana at home")
    elsewhere = department.post("My own words", "ana_at_home")
    paste(department, elsewhere)
    assert shown(department, elsewhere)[0].says is Says.ELSEWHERE
    assert previews(department) == []
    gone = department.post("Soon gone")
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[0])
    assert paste_and_see(department, gone).says is Says.GONE
    department.sandbox.fail("get", "unauthorised-401")
    assert paste_and_see(department, department.post("Locked")).says is Says.FAILED
    assert {call.verb for call in department.sandbox.calls()} <= {"get"}


@pytest.mark.matrix
def test_a_reading_that_fails_for_the_moment_is_tried_again(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "AGAIN", timedelta(milliseconds=100))
    department.sandbox.fail("get", "reset-before", times=2)
    assert paste_and_see(department, department.post(FACT)).says is Says.SHOWN
    department.sandbox.fail("get", "reset-before", times=None)
    assert paste_and_see(department, department.post("Never")).says is Says.FAILED
    assert len(department.sandbox.calls("get")) <= 3 + 3


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("by", "audience", "says"),
    [
        (ANA, Audience.FOLLOWERS, Says.SHOWN),
        (DEE, Audience.NAMED, Says.SHOWN),
        (SAM, Audience.FOLLOWERS, Says.NOT_PUBLIC),
        (SAM, Audience.NAMED, Says.NOT_PUBLIC),
        (SAM, Audience.UNLISTED, Says.SHOWN),
    ],
)
def test_what_not_everybody_can_see_is_shown_to_those_who_read_it_anyhow(
    department: Department, by: str, audience: Audience, says: Says
) -> None:
    link = department.post(FACT)
    paste_and_see(department, link, by=by)
    as_of_audience(department, audience)
    assert shown(department, link, by=by)[0].says is says
    assert (FACT in str(shown(department, link, by=by)[0].text)) is (says is Says.SHOWN)


@pytest.mark.matrix
def test_nobody_has_the_platforms_read_without_end(quiet: Department) -> None:
    start = 10_000
    links = [f"{quiet.sandbox.url}/dept/status/{start + n}" for n in range(MOST_ASKED + 5)]
    for link in links:
        paste(quiet, link)
    assert len(previews(quiet)) == MOST_ASKED
    assert shown(quiet, links[-1])[0].says is Says.NOT_READ
    forget_previews(quiet.office, quiet.person(ANA))
    paste(quiet, links[0])
    assert len(previews(quiet)) == MOST_ASKED, "forgetting gives none of them back"
    paste(quiet, links[0], by=SAM)
    assert len(previews(quiet)) == MOST_ASKED + 1


@pytest.mark.matrix
def test_pasting_the_same_again_reads_nothing_again(department: Department) -> None:
    link = department.post(FACT)
    for _ in range(3):
        paste_and_see(department, link)
    assert len(department.sandbox.calls("get")) == len(previews(department)) == 1


@pytest.mark.matrix
def test_who_comes_late_with_a_reading_keeps_nothing(
    quiet: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One engine freezes in its reading until its time is up, and another has begun it anew."""
    paste(quiet, quiet.post(FACT))
    hands = quiet.start_engine().hands
    until(lambda: preview(quiet).state is PreviewState.READ, 20, "it was not read")
    quiet.stop_engine()
    with quiet.office.store.write("asked anew") as tx:
        asked = {"state": PreviewState.ASKED, "due_at": tx.now(), "manifest_sealed": None}
        tx.exec(update(Preview).values(**asked))
    seal = previewing.seal_manifest

    def frozen(here: Office, captured: Captured, whose: Whose) -> Manifest:
        age(quiet, previewing.TAKEN)
        assert previewing._claim(here, whose.capture_id) is not None
        return seal(here, captured, whose)

    monkeypatch.setattr(previewing, "seal_manifest", frozen)
    read_preview(hands, preview(quiet).id)
    now = preview(quiet)
    assert (now.state, now.manifest_sealed) == (PreviewState.READING, None), "the other has it"


@pytest.mark.matrix
def test_it_is_taken_over_and_destroyed_on_postgresql_too(postgres: Department) -> None:
    postgres.start_engine()
    link, other = (post_with_a_picture(postgres, text) for text in (FACT, "Another one."))
    assert paste_and_see(postgres, link).says is Says.SHOWN
    assert paste_and_see(postgres, other).says is Says.SHOWN
    reference = postgres.report_wrong_fact(link)
    assert len(captures(postgres, reference)) == 1
    postgres.stop_engine()
    forget_previews(postgres.office, postgres.person(ANA))
    untouched(postgres)
    purge_previews(postgres.office)
    assert [one.files for one in previews(postgres)] == [[], []]
    assert len(files(postgres)) == 1, "the capture's"
    age(postgres, KEPT)
    purge_previews(postgres.office)
    assert previews(postgres) == []
