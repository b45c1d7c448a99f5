"""Whatever the API's description allows, and whatever it does not, is answered without a failure
of ours: a run of schemathesis for each role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from case_story import Story, begin
from fuzzing import Json, answered, fuzz, knowing
from paper import ADA, ANA, BO, DEE, HAL, IDA, PAT, ROY, SAM, SUE, open_paper
from served import Served, serve

from models.words import DecisionType, Role

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

ROLES = {
    "nobody": "",
    "publisher": ANA,
    "line manager": BO,
    "officer": DEE,
    "hr": HAL,
    "coordinator": IDA,
    "press": PAT,
    "reporter": SAM,
    "security": SUE,
    "administrator": ADA,
    "auditor": ROY,
}


ALWAYS = (
    "reference",
    "digest",
    "statement",
    "post_url",
    "post_urls",
    "language",
    "source_url",
    "kinds",
)

GETS_SOMEWHERE = {
    "publisher": {"POST /incidents": 202, "GET /incidents/{reference}": 200},
    "officer": {
        "POST /incidents": 202,
        "POST /incidents/{reference}/decisions": 202,
        "GET /incidents/{reference}/timeline": 200,
    },
    "hr": {"GET /cases/{reference}": 200},
    "line manager": {"POST /incidents/{reference}/acknowledgements": 202},
}
"""What must have been done, or only refusals were tried."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """An office with an incident of which HR has a case."""
    story = begin(open_paper(tmp_path_factory.mktemp("fuzzing")), by=SAM, poster=ANA)
    yield story
    story.paper.close()


@pytest.fixture(scope="module")
def web(story: Story) -> Iterator[Served]:
    """Its web process, which brakes nobody."""
    served = serve(story.paper)
    served.web.app.state.pace._per_minute = 10**9
    yield served
    served.close()


@pytest.fixture(scope="module")
def document(web: Served, story: Story) -> Json:
    """The description, with what can be acted on in this office."""
    paper = story.paper
    worded = paper.worded(paper.link(2))
    seen = paper.seen(worded)
    post, statement = seen.posts[0].id, seen.statements[0].id
    for type_ in (DecisionType.CONFIRM, DecisionType.KEEP, DecisionType.ATTEST):
        paper.ask(worded, type_, post, Role.DTU_DUTY, Role.DTU, Role.PUBLISHER)
    notice = paper.tell(worded, BO, Role.LINE_MANAGER)
    known = {
        "reference": [worded, story.reference, "AM-XXXXX"],
        "statement": [statement],
        "target": [post, statement, "secure", "manager", "x/dept"],
        "notice": [notice],
        "digest": [paper.digest(worded)],
        "post_url": [paper.link(3), paper.link(2), "https://x.com/dept/status/5", None],
        "post_urls": [[], [paper.link(4)], [paper.link(5), paper.link(6, "embassy")]],
        "poster": [None, ANA, "unknown", "me"],
        "cleared_by": [None, "nobody", DEE],
        "kinds": [["typo"], ["factual", "partial"], ["safety"]],
        "circumstances": [[], ["reach-unknown"]],
        "language": [None, "en", "cy"],
        "source_url": [None, "https://dept.example/fund"],
        "person": [ANA, DEE, SAM],
        "line": ["108"],
    }
    described = web.get("/openapi.json").json()
    return knowing(described, known, always=ALWAYS)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_a_role_sends_makes_the_service_fail(
    web: Served, document: Json, tmp_path: Path, role: str
) -> None:
    token = web.token(ROLES[role]) if ROLES[role] else ""
    with answered() as heard:
        done = fuzz(document, web.url, tmp_path, token=token)
    assert heard.failures() == {}
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    for route, status in GETS_SOMEWHERE.get(role, {}).items():
        assert route in heard.ever(status), (route, heard.statuses[route])
