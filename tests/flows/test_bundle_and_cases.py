"""An archive of an incident tells nothing of a case: it is the same whether there is one or not."""

import json
from typing import Any

import pytest
from bundles import Bundle, made
from case_story import AMY, DAN, IVY, Story, appoint
from paper import ANA, DEE, HAL, IDA, SAM, open_paper

from flows.bundle import verify
from models.review import CaseState
from models.words import Kind
from policy.disclosure import Level


def told(bundle: Bundle) -> dict[str, Any]:
    """What it says of the incident, without when it was made and what was made before it."""
    said: dict[str, Any] = json.loads(bundle.files["incident.json"])
    said["timeline"] = [one for one in said["timeline"] if "An archive" not in one["sentence"]]
    del said["made_at"]
    return said


def chain(bundle: Bundle) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(bundle.files[verify.CHAIN])["entries"]
    return found


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[Level, tuple[Bundle, Bundle]]:
    """At each level an archive from before there was a case, and from after its appeal."""
    paper = open_paper(tmp_path_factory.mktemp("bundle-and-case"))
    reference = paper.planned(paper.link(), kinds=(Kind.PARTIAL,), by=SAM, poster=ANA)
    dee = paper.person(DEE)
    before = {level: made(paper.office, dee, reference, level) for level in Level}
    for email in (IVY, DAN, AMY):
        appoint(paper, email)
    paper.consider(reference)
    Story(paper, reference, paper.link()).until(CaseState.HEARD)
    after = {level: made(paper.office, dee, reference, level) for level in Level}
    paper.close()
    return {level: (before[level], after[level]) for level in Level}


@pytest.mark.parametrize("level", Level)
def test_an_archive_is_the_same_with_a_case_and_without(
    pairs: dict[Level, tuple[Bundle, Bundle]], level: Level
) -> None:
    before, after = pairs[level]
    assert told(before) == told(after)
    more = chain(after)[len(chain(before)) :]
    assert chain(after)[: len(chain(before))] == chain(before)
    assert len(more) == len(Level), "the archives that were made since, and nothing else"
    assert set(before.files) == set(after.files)


@pytest.mark.parametrize("level", Level)
def test_no_word_and_no_name_of_a_case_is_in_any_archive(
    pairs: dict[Level, tuple[Bundle, Bundle]], level: Level
) -> None:
    text = pairs[level][1].text
    assert "canary" not in text
    for name in (HAL, IDA, IVY, DAN, AMY, "hr@dept.example", "case:"):
        assert name not in text
