"""Archives over HTTP: nothing is given that is not in the record."""

from broken_database import breaking
from paper import DEE, Paper
from served import Served


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
