"""What public words are about, as far as looking at them needs it, read off the rows.

Links are not followed, and no platform is called.
"""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flows.differing import text_before
from flows.putting_back import kept_text
from flows.truth import facts_of
from models.office import Office
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Statement
from models.web_links import host_of
from models.words import UNCONFIRMED_DELETE_KINDS, Kind
from policy.looking import HANDLE, LINK, Scene
from policy.people import Register
from templates.vocabulary import all_own_words

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
ENDS = ".,;:!?)]’'”"


def scene_of(
    here: Office, seen: Snapshot, about: Statement, register: Register, *, ours: bool
) -> Scene:
    """The scene of this statement's words; ``ours`` where a template wrote them."""
    told = facts_of(here, seen.incident)
    kept = kept_text(here, seen, about.restores) if about.restores else ""
    # Whoever wrote a post that is published again made no mistake: it may name them.
    poster = None if about.restores else register.person(seen.incident.poster_email)
    before = text_before(here, seen, about.edits) if about.edits else None
    scene = Scene(
        statement=about.kind,
        ours=ours,
        before=before,
        in_place=bool(about.edits or about.restores),
        wrong="" if about.edits or about.restores else told.get("wrong", ""),
        right=told.get("right", ""),
        poster=poster.name if poster else "",
        known=_names(here.settings.organisation.name, told.get("right", "")) | _words(kept),
        expected=all_own_words(),
        hosts=_own_hosts(here, register) | _hosts(told.get("source_url", "")),
        handles=frozenset(name for one in register.accounts for name in _called(one.handle)),
        without_alt_text=_lacks_alt_text(here, seen, about),
        too_long=bool(about.length and about.longest and about.length > about.longest),
    )
    return _with_captured(scene, [*_captured(here, seen), kept])


def _with_captured(scene: Scene, texts: list[str]) -> Scene:
    """What the posts themselves named is right to name: their accounts, sites and names."""
    text = " ".join(texts)
    return replace(
        scene,
        known=scene.known | _names(text),
        hosts=scene.hosts | _hosts(text),
        handles=scene.handles | {name for one in HANDLE.findall(text) for name in _called(one)},
    )


def _captured(here: Office, seen: Snapshot) -> list[str]:
    """The texts that were kept. Of what is secret, personal or dangerous nothing is right to
    name."""
    if any(Kind(kind) in UNCONFIRMED_DELETE_KINDS for kind in seen.incident.kinds):
        return []
    manifests = (_manifest(here, seen, post.id) for post in seen.posts)
    return [text for one in manifests if isinstance(text := one.get("text"), str)]


def _manifest(here: Office, seen: Snapshot, post_id: str) -> dict[str, Any]:
    kept = seen.captures.get(post_id)
    if kept is None:
        return {}
    sealed_at = place("capture", kept.id, "manifest")
    found: dict[str, Any] = json.loads(here.content.open_text(kept.manifest_sealed, sealed_at))
    return found


def _lacks_alt_text(here: Office, seen: Snapshot, about: Statement) -> bool:
    """Whether the words go beside a picture that nothing describes; words alone have none."""
    if not about.edits:
        return False
    media = _manifest(here, seen, about.edits).get("media", [])
    return any(not (one.get("alt_text") or "").strip() for one in media)


def _names(*texts: str) -> frozenset[str]:
    """The words with a capital: names, and what begins a sentence."""
    return frozenset(word for text in texts for word in WORD.findall(text) if word[0].isupper())


def _words(text: str) -> frozenset[str]:
    """All of them: a post that is published again keeps its own spelling."""
    return frozenset(WORD.findall(text))


def _hosts(text: str) -> frozenset[str]:
    found = (host_of(link.rstrip(ENDS)) for link in LINK.findall(text))
    return frozenset(host for host in found if host)


def _own_hosts(here: Office, register: Register) -> frozenset[str]:
    addresses = [here.settings.public_url, *(one.base_url or "" for one in register.accounts)]
    hosts = (urlsplit(one).hostname for one in addresses)
    return frozenset(host.lower() for host in hosts if host)


def _called(handle: str) -> tuple[str, str]:
    """As an account is named: with its server, and without."""
    name = handle.lstrip("@").rstrip(ENDS).casefold()
    return name, name.partition("@")[0]
