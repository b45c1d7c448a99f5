"""Installations in which pages have more to show than one incident: register, figures, questions,
pasted links."""

from datetime import timedelta

from engine_says import engine_checked, engine_could_not_read, engine_reads
from paper import ADA, ANA, DEE, PAT, PLATFORM, SAM, Paper
from past import months
from rewriting import rewrite_paper
from served import Served
from sqlmodel import col, select, update

from flows.asking_first import answer_first, ask_first
from flows.previews import ask_previews
from flows.what_next import posts_meant
from models.advice import AdviceRequest, Verdict
from models.previews import Preview, PreviewState

DRY = """purpose = "News of the embassy, and help for travellers"
mfa = true
review_due = 2026-01-31
dry_run = true"""

ROTA = """
[[rotas]]
role = "dtu-duty"
people = ["dee@dept.example"]
starts = 2026-01-05T09:00:00
"""

PASTED = {
    "shown": "The fund opens on 3 May. Apply on our website and tell everybody who may need it.",
    "warned": "Two people are missing after the flood.",
    "gone": "",
    "failed": "",
    "late": "",
}
"""What became of each link that Pat pasted, by the last part of the link: its number from 901."""


def busy_register(paper: Paper) -> None:
    """One account is in dry-run, and Dee has a turn."""
    rewrite_paper(paper, 'handle = "embassy"', DRY)
    rewrite_paper(paper, 'hr = "hr@dept.example"', ROTA)


def fill(paper: Paper) -> None:
    """Two months of incidents, an account that is not well, questions, and links of Pat's."""
    busy_register(paper)
    months(paper)
    engine_checked(paper, "dept", "Its token may read and not write. Make one that may write.")
    engine_checked(paper, "embassy")
    _ask_first(paper)
    _paste(paper)


def pasted() -> dict[str, str]:
    """Each of the links, by what became of it; the last is of an account that is not ours."""
    links = {name: f"{PLATFORM}/dept/status/{901 + number}" for number, name in enumerate(PASTED)}
    return links | {"elsewhere": "https://x.com/somebody/status/906"}


def sign_in_twice(web: Served) -> None:
    """Dee has two sessions and Ada one more than her own."""
    for email in (DEE, DEE, ADA):
        web.browser(email)


def _ask_first(paper: Paper) -> None:
    ana = paper.person(ANA)
    for text in (
        "May I quote the minister on the border?",
        "May I post who won the tender?",
        "And may I name the runner-up?",
    ):
        ask_first(paper.office, ana, text, manager=True, media_office=False)
    sam = paper.person(SAM)
    ask_first(paper.office, sam, "Is this joke all right?", manager=False, media_office=True)
    with paper.office.store.read() as tx:
        first = tx.exec(select(AdviceRequest).order_by(col(AdviceRequest.id))).all()[0].id
    why = "Ask the press office for the line first, and use its words."
    answer_first(paper.office, paper.person(DEE), first, Verdict.CHANGE.value, why)


def _paste(paper: Paper) -> None:
    links = list(pasted().values())[: len(PASTED)]
    office = paper.office
    ask_previews(office, paper.person(PAT), posts_meant(office, tuple(links)))
    shown, warned, gone, failed, late = links
    engine_reads(paper, shown, PASTED["shown"])
    engine_reads(paper, warned, PASTED["warned"], "Distressing news")
    engine_could_not_read(paper, gone, PreviewState.GONE)
    engine_could_not_read(paper, failed, PreviewState.FAILED)
    with office.store.write("late") as tx:
        before = tx.now() - timedelta(seconds=11)
        tx.exec(update(Preview).where(col(Preview.url) == late).values(asked_at=before))
