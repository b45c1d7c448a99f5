"""Addresses of cases: they lead back, and nobody makes one from a reference, or changes one."""

from pathlib import Path

from models.case_keys import CaseKeys


def test_an_address_leads_to_its_reference_and_is_always_the_same(tmp_path: Path) -> None:
    keys = CaseKeys(tmp_path)
    address = keys.address("AM-7K3QX")
    assert keys.reference_at(address) == "AM-7K3QX"
    assert keys.address("AM-7K3QX") == address
    assert keys.address("AM-7K3QY")[:10] != address[:10]


def test_an_address_of_other_keys_or_of_nobody_leads_nowhere(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours, theirs = CaseKeys(tmp_path / "ours"), CaseKeys(tmp_path / "theirs")
    address = theirs.address("AM-7K3QX")
    changed = [address[:at] + "A" + address[at + 1 :] for at in range(38) if address[at] != "A"]
    for wrong in (address, "", "A" * 38, "é" * 38, "AM-7K3QX", address + "="):
        assert ours.reference_at(wrong) is None
    last = [one for one in changed if theirs.reference_at(one) is not None]
    assert last == []
