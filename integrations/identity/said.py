"""What a provider says of a person, as far as it counts: address, its word for it, groups."""

from collections.abc import Iterable, Mapping

from amends.settings import OidcPart
from models.identity import Identity

Said = Mapping[str, object]

YES = (True, "true")
EMAIL = "email"


def says_enough(said: Said, part: OidcPart) -> bool:
    """Whether nothing more has to be asked for."""
    wanted = {EMAIL, part.verified_claim} | ({part.groups_claim} if part.groups else set())
    return wanted <= said.keys()


def join(signed: Said, told: Said, part: OidcPart) -> Said:
    """Both, what is signed first. The address and the word that it is verified come from one of
    them: said of another address it would mean nothing."""
    pair = {EMAIL, part.verified_claim}
    by_told = pair <= told.keys() and not pair <= signed.keys()
    first = told if by_told else signed
    rest = {**told, **signed}
    return {k: v for k, v in rest.items() if k not in pair} | {
        k: first[k] for k in pair if k in first
    }


def identity(said: Said, part: OidcPart) -> Identity:
    """Who that is."""
    address = said.get(EMAIL)
    # Letters of other alphabets may become plain ones when they are made small.
    known = isinstance(address, str) and address.isascii() and bool(address.strip())
    return Identity(
        address=str(address).strip().lower() if known else None,
        verified=said.get(part.verified_claim) in YES,
        groups=frozenset(_texts(said.get(part.groups_claim))),
    )


def _texts(value: object) -> Iterable[str]:
    """Groups come as a list of names, and a single one sometimes as a name."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str)]
