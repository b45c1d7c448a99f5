"""Whatever is sent, the service does not fail: every answer is one that it means."""

import one_server
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import ANA, DEE, Paper
from served import Served

TEXT = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.sampled_from(["\x00", "x/dept", "secure", "' OR 1=1 --", "𝕏", "a" * 20_000, " "]),
)
FIELDS = (
    "target", "choice", "reason", "text", "rule", "link", "wrong", "right", "source_url", "account",
    "language", "minutes", "kinds", "line",
)  # fmt: skip
TYPES = (
    "confirm", "keep", "attest", "settle", "facts", "words", "advise", "reclassify", "skip",
    "waive", "elsewhere", "undo", "hold", "close", "refer",
)  # fmt: skip
VALUE = st.one_of(TEXT, st.integers(), st.lists(TEXT, max_size=3), st.sampled_from(["yes", "no"]))
MEANT = {202, 403, 404, 409, 413, 422}


web, paper = one_server.web, one_server.paper


@pytest.fixture(scope="module")
def reference(paper: Paper) -> str:
    """An incident whose words wait."""
    return paper.worded()


few = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(
    type_=st.sampled_from(TYPES),
    fields=st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=4),
)
def test_any_decision(web: Served, reference: str, type_: str, fields: dict[str, object]) -> None:
    answer = web.post(f"/incidents/{reference}/decisions", {"type": type_} | fields, DEE)
    assert answer.status_code in MEANT, answer.text


@few
@given(
    fields=st.dictionaries(
        st.sampled_from(
            ("post_url", "post_urls", "kinds", "poster", "note", "language", "circumstances")
        ),
        VALUE,
        max_size=5,
    )
)
def test_any_report(web: Served, fields: dict[str, object]) -> None:
    web.web.app.state.pace._per_minute = 10**6
    answer = web.post("/incidents", fields, ANA)
    assert answer.status_code in MEANT, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/%00", "/incidents/..%2f", "/incidents/" + "A" * 3000, "/incidents/%F0%9F%92%A9",
        "/incidents?before=%00", "/incidents?limit=99999999999999999999", "/incidents?kind=%00",
        "/incidents/{reference}/timeline?after=9223372036854775808",
        "/incidents/{reference}/timeline?after=-1", "/cases/%00", "/cases?before=zz",
    ],
)  # fmt: skip
def test_any_address(web: Served, reference: str, path: str) -> None:
    answer = web.get(path.format(reference=reference), DEE)
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
