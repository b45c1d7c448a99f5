"""What a move writes down for people: the papers of the Acas code, from templates, sealed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flows.reviewing.cabinet import Opened
from models.review import Case, CaseMove, Paper, PaperKind
from policy.conditions import condition_row, usual_condition
from policy.review import Request
from policy.routes import route_of
from policy.tables import load
from templates.case_papers import Fact, quoted, render_paper
from templates.labels import label

WRITTEN: dict[CaseMove, PaperKind] = {
    CaseMove.HAND_OVER: PaperKind.PACK,
    CaseMove.TELL: PaperKind.ALLEGATION,
    CaseMove.CALL: PaperKind.INVITATION,
    CaseMove.TELL_OUTCOME: PaperKind.OUTCOME,
    CaseMove.HEAR: PaperKind.APPEAL_OUTCOME,
    CaseMove.SUSPEND: PaperKind.SUSPENSION,
    CaseMove.REVIEW_SUSPENSION: PaperKind.SUSPENSION_REVIEW,
}
"""The moves that write a paper, and which: its template has the same name."""


def with_paper(here: Opened, case: Case, request: Request) -> Case:
    """The case with the paper that this move writes, if it writes one."""
    kind = WRITTEN.get(request.move)
    if kind is None:
        return case
    text = render_paper(kind.value.replace("-", "_"), _facts(here, case, request))
    return replace(case, papers=(*case.papers, Paper(kind, request.by, request.now, text)))


def _facts(here: Opened, case: Case, request: Request) -> Mapping[str, Fact]:
    route = route_of(case.route) if case.route else None
    person = here.register.person(case.subject)
    said = case.reason if request.move is CaseMove.HAND_OVER else request.text
    if request.move is CaseMove.TELL_OUTCOME:
        said = here.case.papers_of(PaperKind.FINDING)[-1].text
    report = case.papers_of(PaperKind.REPORT)
    condition = condition_row(case.condition or usual_condition())
    return {
        "reference": case.reference,
        "subject": person.name if person else "",
        "rule": case.rule or "",
        "law": route.law if route else "",
        "condition": condition.label,
        "condition_law": condition.law,
        "route_to": route.to if route else "",
        "route_law": route.law if route else "",
        "route_note": route.note if route else "",
        "noted": ", ".join(label("noted", one) for one in case.noted),
        "kinds": ", ".join(row.label for row in load().response if row.kind in _kinds(here)),
        "posts": [_post(here, number) for number in range(len(here.seen.posts))],
        "evidence": [quoted(one.text) for one in case.papers_of(PaperKind.EVIDENCE)],
        "answer_by": _day(case.due_at),
        "appeal_by": _day(case.due_at),
        "meeting_at": _moment(case.meeting_at),
        "companion": case.companion,
        "report": quoted(report[-1].text) if report else "",
        "note": quoted(request.text),
        "reason": quoted(said or ""),
        "until": _day(case.suspended_until),
        "outcome": label("case_outcome", case.appeal_outcome or case.outcome or ""),
    }


def _kinds(here: Opened) -> list[str]:
    return here.seen.incident.kinds


def _post(here: Opened, number: int) -> str:
    """A post by reference: where it was, when, and how it stands. Its words stay where they are."""
    post = here.seen.posts[number]
    when = post.posted_at or post.reported_at
    platform, state = label("platform", post.platform), label("post_state", post.state)
    return f"{platform}, {_moment(when)}: {post.url} ({state.lower()})"


def _day(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%-d %B %Y}" if when else ""


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if when else ""
