"""The record in an archive, from either database."""

import json
from pathlib import Path

from bundles import found_in, made
from paper import DEE, Paper

from flows.bundle import verify
from policy.disclosure import Level


def test_entries_are_what_was_written_on_either_database(either: Paper, tmp_path: Path) -> None:
    reference = either.worded()
    bundle = made(either.office, either.person(DEE), reference, Level.TRIBUNAL)
    checks = found_in(tmp_path, bundle.content, bundle.key)
    assert not checks.failed, checks.said
    entries = json.loads(bundle.files[verify.CHAIN])["entries"]
    assert all(entry["said"] is not None for entry in entries)
