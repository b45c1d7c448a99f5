"""The signatures of the program that checks archives, held against the real library."""

from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bundle.verify import L, fingerprint, is_signed, key_of_pem
from models import anchors
from models.anchor_keys import pem_of

SEEDS = st.binary(min_size=32, max_size=32)


def raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def says_the_library(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def changed(content: bytes, bit: int) -> bytes:
    at = bit % (8 * len(content))
    return bytes(b ^ (1 << at % 8 if n == at // 8 else 0) for n, b in enumerate(content))


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.binary(max_size=200), st.integers(0, 2**12))
def test_it_says_what_the_library_says(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = raw(key.public_key()), key.sign(message)
    assert is_signed(public, signature, message)
    for forged in (
        (public, changed(signature, bit), message),
        (changed(public, bit), signature, message),
        (public, signature, message + b"\0"),
    ):
        assert is_signed(*forged) == says_the_library(*forged)
        assert not is_signed(*forged)


def small_orders() -> Iterator[bytes]:
    """Points that sign anything with nothing, and ways of writing them that are not allowed."""
    for y in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1):
        yield y.to_bytes(32, "little")
        yield (y | 1 << 255).to_bytes(32, "little")


def test_a_signature_is_not_made_another_by_adding_to_it() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = key.sign(b"said")
    more = int.from_bytes(signature[32:], "little") + L
    twin = signature[:32] + more.to_bytes(32, "little")
    assert not is_signed(raw(key.public_key()), twin, b"said")


def test_points_that_are_none_are_refused_as_the_library_does() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for point in small_orders():
        signature = point + key.sign(b"said")[32:]
        ours = is_signed(raw(key.public_key()), signature, b"said")
        assert ours == says_the_library(raw(key.public_key()), signature, b"said")


def test_keys_are_named_as_the_record_names_them() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert key_of_pem(pem_of(key)) == raw(key)
    assert fingerprint(raw(key)) == anchors.fingerprint(key)
