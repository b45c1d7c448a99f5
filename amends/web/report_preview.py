"""What a pasted link leads to, shown while its reporter goes on; it never keeps them waiting."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from amends.web.again import again
from amends.web.pace import Pace
from amends.web.report_draft import ReportDraft, links_wrong, read_draft
from amends.web.signed_in import OurForm, Signed, SignedIn
from flows.previews import Shown, ask_previews, forget_previews, previews_of
from flows.refusals import BadRequestError
from flows.report_request import NamedPost
from flows.what_next import posts_meant
from templates.page import render_page

MOST_A_MINUTE = 120
"""Looks of one person: a page looks once a second until it has its answer."""

router = APIRouter(prefix="/report/preview", include_in_schema=False)


@router.post("")
def paste(request: Request, signed: SignedIn, form: OurForm) -> Response:
    """A link has been pasted, and not sent yet: have it read, and show how far that is."""
    _count(request, signed)
    draft = read_draft(signed.office, signed.session).with_answers(form, "links")
    pasted(signed, draft)
    return _fragment(signed, draft)


@router.get("")
def look(request: Request, signed: SignedIn) -> Response:
    """How far the reading of the links is that were sent."""
    _count(request, signed)
    return _fragment(signed, read_draft(signed.office, signed.session))


def _count(request: Request, signed: Signed) -> None:
    pace = request.app.state.preview_pace
    assert isinstance(pace, Pace)
    pace.count(signed.person.id)


def _fragment(signed: Signed, draft: ReportDraft) -> Response:
    facts = {"previews": seen_so_far(signed, draft)}
    return HTMLResponse(render_page("report/preview", signed.frame(), facts))


def pasted(signed: Signed, draft: ReportDraft) -> None:
    """Have the engine read what was pasted, unless nobody is to look at it."""
    posts = _posts(signed, draft)
    if posts:
        again(lambda: ask_previews(signed.office, signed.person, posts))


def seen_so_far(signed: Signed, draft: ReportDraft) -> tuple[Shown, ...]:
    """What is known of the posts by now. Nothing of a link that cannot be understood: the form
    says so when it is sent."""
    return previews_of(signed.office, signed.person, _posts(signed, draft))


def forget_unless_shown(signed: Signed, draft: ReportDraft) -> None:
    """What turns out to be secret, personal or dangerous was never shown, as far as that can be
    undone."""
    if not draft.may_be_shown:
        again(lambda: forget_previews(signed.office, signed.person))


def _posts(signed: Signed, draft: ReportDraft) -> tuple[NamedPost, ...]:
    if not draft.may_be_shown or links_wrong(draft):
        return ()
    try:
        return posts_meant(signed.office, draft.links)
    except BadRequestError:
        return ()
