"""The examination on the screen: an account is a block of lines that fits 80 columns."""

import json
from typing import Any


def test_each_account_is_a_block_of_its_own(cut_off: Any) -> None:
    ended = cut_off.run("doctor", AMENDS_PREFECT="off")
    lines = ended.out.splitlines()
    assert ended.code == 1  # its secrets are missing
    assert max(len(line) for line in lines) <= 80
    start = lines.index("x/dept")
    end = lines.index("x/embassy")
    block = [line for line in lines[start + 1 : end] if line.strip()]
    assert all(line.startswith("  ") for line in block)
    assert any("bad" in line and "credentials" in line for line in block)
    assert any("ok" in line and "publishers" in line for line in block)
    assert lines[-1].startswith("2 to put right, ")


def test_scripts_get_the_same_lines_with_their_topic(cut_off: Any) -> None:
    ended = cut_off.run("doctor", "--json", AMENDS_PREFECT="off")
    found = json.loads(ended.out)
    assert ended.code == 1
    assert {frozenset(one) for one in found} == {frozenset({"verdict", "about", "topic", "what"})}
    topics = {one["topic"] for one in found if one["about"] == "x/dept"}
    assert {"credentials", "owner", "publishers"} <= topics
    assert {one["topic"] for one in found if one["about"] == "mail"} == {""}
