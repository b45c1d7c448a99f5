"""Archives over HTTP: nothing is given that is not in the record."""

import pytest
from broken_database import breaking
from paper import DEE, ROY, SAM, Paper
from served import Served

from policy.disclosure import Level


def exported(paper: Paper, reference: str) -> int:
    return paper.said(reference).count("exported")


def test_what_cannot_be_recorded_is_not_given(web: Served, paper: Paper) -> None:
    reference = paper.worded()
    with breaking(paper.office.store, 1, "INSERT INTO entry"):
        refused = web.post(f"/incidents/{reference}/exports", {"level": "tribunal"}, DEE)
    assert (refused.status_code, refused.json()["code"]) == (503, "not-recorded")
    assert exported(paper, reference) == 0
    given = web.post(f"/incidents/{reference}/exports", {"level": "tribunal"}, DEE)
    assert given.status_code == 200
    assert given.headers["cache-control"] == "no-store"
    assert given.headers["content-type"] == "application/zip"
    assert len(given.content) == int(given.headers["content-length"])
    assert exported(paper, reference) == 1


@pytest.mark.parametrize("who", [ROY, DEE])
def test_nobody_exports_a_mistake_of_their_own(web: Served, paper: Paper, who: str) -> None:
    reference = paper.worded(by=SAM, poster=who)
    for level in Level:
        refused = web.post(f"/incidents/{reference}/exports", {"level": level}, who)
        assert refused.status_code == 403
        assert "of their own post" in refused.json()["detail"]
    assert exported(paper, reference) == 0
