"""The verbs of a holding line and of a request for information, as they are typed."""

import json
from typing import Any

from paper import ANA, DEE


def test_a_holding_line_and_a_request_are_typed_and_shown(terminal: Any) -> None:
    reference = terminal.paper.worded()
    started = terminal.run("holding-line", reference, "--reason", "Being checked.", by=DEE)
    assert (started.code, started.out.strip()) == (0, f"{reference}: the words go out now.")
    assert terminal.run("holding-line", reference, by=ANA).code == 12
    assert terminal.run("foi", reference, by=DEE).code == 2
    assert terminal.run("foi", reference, "--received", "2026-11-02", by=DEE).code == 0

    seen = terminal.run("status", reference, by=DEE).out
    assert "holding line on x/dept" in seen
    assert "Information was asked for on 2 November 2026: answer it by" in " ".join(seen.split())
    assert "Copies without words" in seen
    shown = json.loads(terminal.run("status", reference, "--json", by=DEE).out)
    assert [one["kind"] for one in shown["statements"] if one["expires_at"]] == ["checking"]

    assert terminal.run("foi", reference, "--answered", by=DEE).code == 0
    assert "and answered on" in " ".join(terminal.run("status", reference, by=DEE).out.split())
