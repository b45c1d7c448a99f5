"""Reconcile mode through the API: everybody sees that nothing is sent, some may lift it."""

from department import ANA, DEE, SAM
from served import Served

from flows.held_back import begin
from models.reconciliation import WentBack


def go_back(web: Served) -> None:
    with web.paper.office.store.write("begin") as tx:
        begin(tx, WentBack.RESTORED, tx.now())


def test_where_nothing_was_restored_nothing_is_held_back(web: Served) -> None:
    answer = web.get("/reconciliation", by=SAM).json()
    assert answer["reconciling"] is False
    assert web.post("/reconciliation", {"reason": "why not"}, by=DEE).status_code == 409


def test_the_probe_says_degraded_and_since_when(web: Served) -> None:
    web.beat()
    assert web.call("GET", "/readyz").json()["status"] == "ready"
    go_back(web)
    web.beat()
    ready = web.call("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["reconciling_since"]


def test_an_officer_lifts_it_with_a_reason_and_nobody_else_may(web: Served) -> None:
    go_back(web)
    assert web.get("/reconciliation", by=ANA).json()["effects"] is None
    assert web.get("/reconciliation", by=DEE).json()["effects"] == []
    assert web.post("/reconciliation", {"reason": "I say so"}, by=ANA).status_code == 403
    assert web.post("/reconciliation", {"reason": ""}, by=DEE).status_code == 422
    assert web.post("/reconciliation", {"reason": "  "}, by=DEE).status_code == 422
    lifted = web.post("/reconciliation", {"reason": "Nothing was under way."}, by=DEE).json()
    assert (lifted["reconciling"], lifted["lifted_by"]) == (False, DEE)
    assert web.get("/reconciliation", by=ANA).json()["lifted_by"] is None
