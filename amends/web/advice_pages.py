"""The door for a near miss: somebody who has not posted yet asks for advice, and gets an answer."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response

from amends.web.again import again
from amends.web.form import Form
from amends.web.signed_in import SEE_OTHER, OurForm, Signed, SignedIn
from flows.asking_first import answer_first, ask_first, my_questions, waiting_questions
from flows.refusals import NotFoundError, Refusal
from models.advice import Verdict
from templates.labels import label

router = APIRouter(prefix="/advice", include_in_schema=False)

OTHERS = (("manager", "My line manager"), ("media-office", "The media office"))
QuestionId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.get("")
def questions(signed: SignedIn) -> Response:
    """What one asked, what waits for one's answer, and the form to ask."""
    return _page(signed)


@router.post("")
def ask(signed: SignedIn, form: OurForm) -> Response:
    """Ask. Nothing is made of it but a question."""
    others = form.all("others")
    try:
        again(
            lambda: ask_first(
                signed.office,
                signed.person,
                form.one("text"),
                manager="manager" in others,
                media_office="media-office" in others,
            )
        )
    except Refusal as error:
        return _page(signed, form, "text", str(error))
    return RedirectResponse("/advice#yours", SEE_OTHER)


@router.post("/{question_id}")
def answer(signed: SignedIn, form: OurForm, question_id: QuestionId) -> Response:
    """Answer it; of two who do so at once the second is told who was first."""
    said = form.one("verdict"), form.one("answer")
    try:
        again(lambda: answer_first(signed.office, signed.person, question_id, *said))
    except NotFoundError:
        raise
    except Refusal as error:
        where = "answer" if said[0] in set(Verdict) else "verdict"
        return _page(signed, form, f"{where}-{question_id}", str(error))
    return RedirectResponse("/advice", SEE_OTHER)


def _page(signed: Signed, form: Form | None = None, where: str = "", why: str = "") -> Response:
    facts: dict[str, object] = {
        "mine": my_questions(signed.office, signed.person),
        "waiting": waiting_questions(signed.office, signed.person),
        "others": [(value, words, "") for value, words in OTHERS],
        "verdicts": [(one.value, label("advice", one), "") for one in Verdict],
        "typed": form or Form({}),
        "errors": {where: why} if why else {},
    }
    return signed.page("advice", facts, 422 if why else 200)
