"""An office in which a hostile text stands wherever a post, a platform or a person puts one."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from case_story import Story, begin
from case_visit import address_of
from hostile import CORPUS
from paper import ANA, DEE, SAM, Paper, open_paper
from served import Served, serve
from sqlmodel import col, select, update

from flows.deciding.advising import advise
from flows.steps import evidence
from integrations.platforms.base import Captured, Media
from models.incident import Incident, Post
from models.people import Account, Person
from models.sealed import place
from models.statements import Statement, Wording
from models.words import DecisionType, PostState, Role
from policy.stored import plan_of

ALL = "\n".join(CORPUS)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "64f8cf50000003070180e5a6a1d70000000049454e44ae426082"
)


@dataclass
class HostileOffice:
    """One office, its pages, and an incident and a case in which everything is hostile."""

    web: Served
    paper: Paper
    story: Story
    reference: str

    @property
    def pages(self) -> tuple[str, ...]:
        """Every page that shows anything of it."""
        case = address_of(self.web, self.story.reference)
        both = (self.reference, self.story.reference)
        return (
            "/incidents", "/incidents?mine=yes", "/report", "/report/link", "/report/kind",
            "/report/about", "/report/check", "/cases", case,
            *(f"/i/{one}{page}" for one in both for page in ("", "/more", "/kind")),
            *(f"/report/sent/{one}" for one in both),
        )  # fmt: skip

    def close(self) -> None:
        """Stop it."""
        self.web.close()
        self.paper.close()


def open_hostile_office(home: Path, text: str = ALL) -> HostileOffice:
    """With this text in every field."""
    paper = open_paper(home)
    story = begin(paper, by=SAM, poster=ANA)
    links = (paper.link(2), "https://x.com/somebody/status/9")
    reference = paper.worded(*links, by=SAM, poster=ANA, note=text)
    post = paper.post(reference).id
    paper.ask(reference, DecisionType.ADVISE, "", Role.DTU_DUTY, Role.DTU)
    advise(paper.office, paper.person(DEE), reference, text=text)
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    for type_ in (DecisionType.KEEP, DecisionType.SETTLE, DecisionType.CONFIRM):
        paper.ask(reference, type_, post, Role.DTU_DUTY, Role.DTU, Role.PUBLISHER)
    for one in (reference, story.reference):
        _keep(paper, one, text)
    _overwrite(paper, text)
    return HostileOffice(serve(paper), paper, story, reference)


def hostile_post(text: str) -> Captured:
    """A post of which every field that a platform fills says this."""
    raw = {"data": {"text": text, "entities": {"urls": [{"title": text, "url": text}]}},
           "includes": {"users": [{"name": text}], "tweets": [{"text": text}]}}  # fmt: skip
    return Captured(
        remote_id="2",
        text=text,
        posted_at=datetime(2026, 6, 3, tzinfo=UTC),
        author_handle=text,
        raw=json.dumps(raw).encode(),
        headers={text: text},
        metrics={text: 1},
        media=(Media(text, text, PIXEL, text), Media(text, "image/png", b"x" + PIXEL, text)),
        edit_chain=(text,),
        missing=(text,),
        version=text[:200],
        signed=text.encode(),
        author_id=text,
        warning=text,
        language=text,
        language_guessed=True,
    )


def _keep(paper: Paper, reference: str, text: str) -> None:
    """As the step that keeps evidence does."""
    incident, post = paper.incident(reference), paper.post(reference)
    plan = plan_of(incident)
    assert plan is not None
    evidence._keep(paper.office, incident, plan, post, hostile_post(text))


def _overwrite(paper: Paper, text: str) -> None:
    """In the rows: names and addresses, whatever way there may one day be to them."""
    seal = paper.office.content.close
    with paper.office.store.write("overwrite") as tx:
        for account in tx.exec(select(Account)).all():  # no two may have the same handle
            named = {"handle": text + account.handle, "held_because": text}
            tx.exec(update(Account).where(col(Account.id) == account.id).values(**named))
        tx.exec(update(Person).values(name=text))
        for post in tx.exec(select(Post)).all():
            named = {"handle": text, "url": text + post.remote_id}
            tx.exec(update(Post).where(col(Post.id) == post.id).values(**named))
        tx.exec(update(Statement).values(url=text, remote_id=text))
        for wording in tx.exec(select(Wording)).all():
            sealed = seal(text, place("wording", wording.id, "text"))
            values = {"text_sealed": sealed, "language": "cy"}
            tx.exec(update(Wording).where(col(Wording.id) == wording.id).values(**values))
        for incident in tx.exec(select(Incident)).all():
            facts = json.dumps({"wrong": text, "right": text, "source_url": text})
            sealed = seal(facts, place("incident", incident.id, "facts"))
            tx.exec(
                update(Incident).where(col(Incident.id) == incident.id).values(facts_sealed=sealed)
            )
