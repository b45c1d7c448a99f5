"""What is to be said of public words before they go out: shown with them, and asked of clearers."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flows.putting_back import is_as_it_was
from flows.scene import scene_of
from flows.truth import facts_now, read_words, text_of
from models.office import Office
from models.snapshot import Snapshot
from models.statements import Statement, Wording
from models.words import Kind
from policy.grounds import groundless
from policy.looking import Found, look_at
from policy.people import Register
from policy.reading import ENGLISH, Read, Sentence
from policy.tables import load
from policy.words import Claim, Finding
from templates.own_sentences import own_sentences


@dataclass(frozen=True)
class Draft:
    """Words as they are looked at. ``ours``: one of our templates wrote them, so they claim what is
    heard and nothing else, and their manner was looked at before. ``stored``: the statement's
    length is that of these words."""

    text: str = field(repr=False)
    language: str
    ours: bool = False
    stored: bool = False


class HowRead(StrEnum):
    """How a claim was heard in the words."""

    SAYS = "says"
    MAY_SAY = "may-say"
    NOT_READ = "not-read"


@dataclass(frozen=True)
class ClaimFound:
    """A claim that the words make, or may make. ``why_not`` says why it may not be made now, and
    ``asked`` that a clearer must say whether the words make it."""

    claim: Claim
    says: str
    how: HowRead
    where: tuple[Sentence, ...]
    why_not: str | None

    @property
    def asked(self) -> bool:
        """What is made is checked, and so is what may be made and is true; the rest is asked."""
        doubtful = self.how == HowRead.MAY_SAY and self.why_not is not None
        return self.how == HowRead.NOT_READ or doubtful


@dataclass(frozen=True)
class Inspection:
    """All that was found in one version of the words."""

    claims: tuple[ClaimFound, ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def untrue(self) -> tuple[ClaimFound, ...]:
        """What the words say and the recorded facts do not bear out: it cannot be sent."""
        return tuple(one for one in self.claims if one.how == HowRead.SAYS and one.why_not)

    @property
    def to_look_at(self) -> tuple[Found, ...]:
        """What a clearer must look at again, and may go on with."""
        return tuple(one for one in self.found if not one.refused)

    @property
    def asked(self) -> tuple[ClaimFound, ...]:
        """Of what a clearer must say whether the words claim it."""
        return tuple(one for one in self.claims if one.asked)

    @property
    def kept(self) -> list[str]:
        """The claims to keep with the words, and to check again: made, or perhaps made and true."""
        return [one.claim.value for one in self.claims if not one.asked and not one.why_not]


NOTHING_FOUND = Inspection()


def inspect_words(
    here: Office, seen: Snapshot, about: Statement, wording: Wording, register: Register
) -> Inspection:
    """Look at a version of the words, by the facts of now."""
    draft = Draft(
        text_of(here, wording), wording.language, ours=wording.template is not None, stored=True
    )
    return inspect_draft(here, seen, about, draft, register)


def inspect_draft(
    here: Office, seen: Snapshot, about: Statement, draft: Draft, register: Register
) -> Inspection:
    """Look at words for that statement, by the facts of now. Of a post that is published again as
    it was only the length is looked at: it is no apology, and its words are not ours to mend."""
    scene = scene_of(here, seen, about, register, ours=draft.ours)
    too_long = scene.too_long and draft.stored
    if is_as_it_was(here, seen, about, draft.text, draft.language):
        return Inspection(found=(Found(Finding.TOO_LONG),) if too_long else ())
    english = draft.language.partition("-")[0].lower() == ENGLISH
    return Inspection(
        _claims(here, seen, about, draft),
        look_at(draft.text, replace(scene, english=english, too_long=too_long)),
    )


def _claims(here: Office, seen: Snapshot, about: Statement, draft: Draft) -> tuple[ClaimFound, ...]:
    read = read_words(here, seen, about, draft.text, draft.language)
    unheard = tuple(one for one in read.unheard if one.plain not in own_sentences())
    read = replace(read, unheard=unheard)
    account = seen.accounts[about.account_id]
    facts, kinds = facts_now(here, seen, account), [Kind(kind) for kind in seen.incident.kinds]
    why_not = {one.claim: one.why for one in groundless(list(Claim), facts, kinds, account.tier)}
    says = {row.claim: row.says for row in load().claims}
    return tuple(
        ClaimFound(claim, says[claim], how, _where(read, claim, how), why_not.get(claim))
        for claim, how in _heard(read, ours=draft.ours).items()
    )


def _heard(read: Read, *, ours: bool) -> dict[Claim, HowRead]:
    """What nothing was heard in may claim anything; so may what is not English."""
    unread = frozenset(Claim) if read.unread and not ours else frozenset[Claim]()
    unheard = unread or (frozenset(Claim) if read.unheard and not ours else unread)
    found: dict[Claim, HowRead] = {}
    for claim in Claim:
        if claim in read.made:
            found[claim] = HowRead.SAYS
        elif claim in read.maybe and not ours:
            found[claim] = HowRead.NOT_READ if claim in unread else HowRead.MAY_SAY
        elif claim in unheard:
            found[claim] = HowRead.NOT_READ
    return found


def _where(read: Read, claim: Claim, how: HowRead) -> tuple[Sentence, ...]:
    if how == HowRead.NOT_READ:
        return tuple(sorted((*read.unread, *read.unheard), key=lambda one: one.number))
    sure = how == HowRead.SAYS
    return tuple(one.sentence for one in read.heard if one.claim == claim and one.sure >= sure)


def named(claims: Collection[ClaimFound]) -> str:
    """The claims with what they say, for a sentence."""
    return ", ".join(f"{one.claim.value} ({one.says})" for one in claims)
