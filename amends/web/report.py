"""The pages on which somebody reports a post, a question at a time; each answer is kept at once."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from amends.web.again import again
from amends.web.caller import Here
from amends.web.incidents import take_in
from amends.web.reference import Reference
from amends.web.report_draft import (
    KEY,
    NO,
    SOMEBODY,
    ReportDraft,
    about_wrong,
    circumstances_of,
    first_wrong,
    kinds_wrong,
    links_wrong,
    read_draft,
)
from amends.web.report_preview import forget_unless_shown, pasted, seen_so_far
from amends.web.signed_in import SEE_OTHER, OurForm, Signed, SignedIn
from flows.drafts import keep_draft
from flows.intake import Asked
from flows.previews import forget_previews
from flows.refusals import BadRequestError, Refusal
from flows.report_request import ME, UNKNOWN, NamedPost
from flows.view import view, viewer
from flows.what_next import posts_meant, what_next
from models.words import Kind
from templates.kinds import kind_in_words, offered

router = APIRouter(prefix="/report", include_in_schema=False)

FIRST_WORDS = (
    (NO, "No", ""),
    (Kind.CLASSIFIED.value, "Yes, it is secret", "Markings, passwords, a security clearance"),
    (Kind.PERSONAL_DATA.value, "Yes, it shows people’s personal data", "Names, addresses, cases"),
    (Kind.SAFETY.value, "Yes, it puts somebody in danger", "Where somebody is, lives or travels"),
)
POSTERS = ((ME, "I did"), (SOMEBODY, "Somebody else"), (UNKNOWN, "I do not know"))

SENT, COMING = "sent", "coming"

Errors = dict[str, str]


def _draft(here: Here, signed: SignedIn) -> ReportDraft:
    return read_draft(here, signed.session)


Draft = Annotated[ReportDraft, Depends(_draft)]


@router.get("")
def first(signed: SignedIn, draft: Draft) -> Response:
    """The first question: whether anything may be shown or described at all."""
    return _first(signed, draft, {})


@router.post("")
def take_first(signed: SignedIn, form: OurForm, draft: Draft) -> Response:
    """Keep the answer, and go on."""
    draft = draft.with_answers(form, "first")
    forget_unless_shown(signed, draft)
    return _kept(signed, draft, first_wrong(draft), _first, "/report/link")


def _first(signed: Signed, draft: ReportDraft, errors: Errors) -> Response:
    facts: dict[str, object] = {"choices": FIRST_WORDS, "draft": draft, "errors": errors}
    return signed.page("report/first", facts, _status(errors))


@router.get("/link")
def link(signed: SignedIn, draft: Draft) -> Response:
    """Which posts."""
    return _behind(draft, first_wrong) or _link(signed, draft, {})


@router.post("/link")
def take_link(signed: SignedIn, form: OurForm, draft: Draft) -> Response:
    """Keep the links if each can be read."""
    draft = draft.with_answers(form, "links")
    errors = links_wrong(draft) or _unread(signed, draft)
    if not errors:
        pasted(signed, draft)
    after = "/report/about" if draft.is_secret else "/report/kind"
    return _kept(signed, draft, errors, _link, after)


def _unread(signed: Signed, draft: ReportDraft) -> Errors:
    try:
        posts_meant(signed.office, draft.links)
    except BadRequestError as error:
        return {"links": str(error)}
    return {}


def _link(signed: Signed, draft: ReportDraft, errors: Errors) -> Response:
    previews = () if errors else seen_so_far(signed, draft)
    facts: dict[str, object] = {"draft": draft, "errors": errors, "previews": previews}
    return signed.page("report/link", facts, _status(errors))


@router.get("/kind")
def kind(signed: SignedIn, draft: Draft) -> Response:
    """What sort of mistake."""
    return _behind(draft, first_wrong, links_wrong) or _kind(signed, draft, {})


@router.post("/kind")
def take_kind(signed: SignedIn, form: OurForm, draft: Draft) -> Response:
    """Keep the kinds."""
    draft = draft.with_answers(form, "kinds")
    forget_unless_shown(signed, draft)
    return _kept(signed, draft, kinds_wrong(draft), _kind, "/report/about")


def _kind(signed: Signed, draft: ReportDraft, errors: Errors) -> Response:
    rows = [(one.common, one.kind.value, one.words, one.example) for one in offered()]
    facts: dict[str, object] = {
        "common": [row[1:] for row in rows if row[0]],
        "others": [row[1:] for row in rows if not row[0]],
        "draft": draft,
        "errors": errors,
        "previews": seen_so_far(signed, draft),
    }
    return signed.page("report/kind", facts, _status(errors))


@router.get("/about")
def about(signed: SignedIn, draft: Draft) -> Response:
    """Who posted, and what is wrong and right."""
    behind = _behind(draft, first_wrong, links_wrong, kinds_wrong)
    return behind or _about(signed, draft, {})


@router.post("/about")
def take_about(signed: SignedIn, form: OurForm, draft: Draft) -> Response:
    """Keep it."""
    fields = ("poster", "poster_email", "wrong", "right", "source_url", "note", "circumstances")
    draft = draft.with_answers(form, *fields)
    return _kept(signed, draft, about_wrong(draft), _about, "/report/check")


def _about(signed: Signed, draft: ReportDraft, errors: Errors) -> Response:
    facts: dict[str, object] = {
        "draft": draft,
        "errors": errors,
        "previews": seen_so_far(signed, draft),
        "posters": POSTERS,
        "poster": draft.one("poster") or _likely_poster(signed, draft),
        "circumstances": [one.value for one in circumstances_of(draft.kinds)],
        "unfolded": bool(
            draft.circumstances
            or draft.one("source_url")
            or draft.one("note")
            or {"source_url", "note"} & errors.keys()
        ),
    }
    return signed.page("report/about", facts, _status(errors))


def _likely_poster(signed: Signed, draft: ReportDraft) -> str:
    """Whoever publishes on the account mostly reports a post of their own (design §3.1)."""
    posts = posts_meant(signed.office, draft.links)
    own = all(post.account and post.account.published_by(signed.person.email) for post in posts)
    return ME if own else ""


@router.get("/check")
def check(signed: SignedIn, draft: Draft) -> Response:
    """All that was entered, and what will happen."""
    behind = _behind(draft, first_wrong, links_wrong, kinds_wrong, about_wrong)
    return behind or _check(signed, draft, {})


def _check(signed: Signed, draft: ReportDraft, errors: Errors) -> Response:
    coming: object = ()
    try:
        request = draft.request()
        coming = what_next(signed.office, signed.person, request)
    except BadRequestError as error:
        errors = errors or {"send": str(error)}
    facts: dict[str, object] = {
        "draft": draft,
        "errors": errors,
        "posts": [_named(one) for one in posts_meant(signed.office, draft.links)],
        "previews": seen_so_far(signed, draft),
        "kinds": [kind_in_words(one) for one in draft.kinds],
        "poster": dict(POSTERS).get(draft.one("poster"), ""),
        "coming": coming,
    }
    return signed.page("report/check", facts, _status(errors))


def _named(post: NamedPost) -> dict[str, object]:
    return {"url": post.link.url, "platform": post.link.platform, "handle": post.link.handle or ""}


@router.post("/check")
async def send(
    request: Request, here: Here, signed: SignedIn, _: OurForm, draft: Draft
) -> Response:
    """Report it. Pressed twice, or sent again after a lost answer, it is one report."""
    behind = _behind(draft, first_wrong, links_wrong, kinds_wrong, about_wrong)
    if behind is not None:
        return behind
    try:
        asked = Asked(signed.person, draft.request(), f"page-{draft.one(KEY)}")
        answer = await take_in(request, here, asked)
    except Refusal as error:
        return await run_in_threadpool(_check, signed, draft, {"send": str(error)})
    await run_in_threadpool(_done, signed, draft, answer.reference)
    where = f"/report/sent/{answer.reference}"
    return RedirectResponse(where if answer.created else f"{where}?joined=yes", SEE_OTHER)


def _done(signed: Signed, draft: ReportDraft, reference: str) -> None:
    """Of the draft only what was promised is kept, for the page that follows."""
    coming = what_next(signed.office, signed.person, draft.request())
    said = [f"{one.code} {one.account}" for one in coming]
    kept = {SENT: [reference], COMING: said}
    again(lambda: keep_draft(signed.office, signed.session.id, kept))


@router.get("/sent/{reference}")
def sent(
    here: Here, signed: SignedIn, draft: Draft, reference: Reference, joined: str = ""
) -> Response:
    """It is kept: its reference, and what happens now."""
    with here.store.read() as tx:
        seen = view(viewer(tx, here, signed.person, reference))
    said = draft.all(COMING) if draft.one(SENT) == seen.reference else []
    facts: dict[str, object] = {
        "reference": seen.reference,
        "joined": bool(joined),
        "coming": [one.split(" ", 1) for one in said],
        "secret": Kind.CLASSIFIED in seen.kinds,
    }
    return signed.page("report/sent", facts)


@router.post("/forget")
def forget(here: Here, signed: SignedIn, _: OurForm) -> Response:
    """Begin anew: nothing of what was entered is kept."""
    again(lambda: keep_draft(here, signed.session.id, None))
    again(lambda: forget_previews(here, signed.person))
    return RedirectResponse("/", SEE_OTHER)


def _kept(
    signed: Signed,
    draft: ReportDraft,
    errors: Errors,
    show: Callable[[Signed, ReportDraft, Errors], Response],
    after: str,
) -> Response:
    """Keep what was entered even where it will not do, and go on if it will."""
    again(lambda: keep_draft(signed.office, signed.session.id, draft.fields))
    return show(signed, draft, errors) if errors else RedirectResponse(after, SEE_OTHER)


STEPS: tuple[tuple[Callable[[ReportDraft], Errors], str], ...] = (
    (first_wrong, "/report"),
    (links_wrong, "/report/link"),
    (kinds_wrong, "/report/kind"),
    (about_wrong, "/report/about"),
)


def _behind(
    draft: ReportDraft, *needed: Callable[[ReportDraft], Errors]
) -> RedirectResponse | None:
    """Back to the first question of these that is still open."""
    for wrong, page in STEPS:
        if wrong in needed and wrong(draft):
            return RedirectResponse(page, SEE_OTHER)
    return None


def _status(errors: Errors) -> int:
    return 422 if errors else 200
