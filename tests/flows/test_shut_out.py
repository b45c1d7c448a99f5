"""Three people who would have a part in a case by their office, and have to do with the mistake:
each is shut out of it, and of judging the mistake itself."""

import pytest
from case_story import IVY, Story, begin
from paper import ANA, BO, DEE, EVE, HAL, IDA, PAT, SAM, Paper
from years import Years

from flows.deciding.clearing import clear
from flows.intake import ReportRequest, accept
from flows.refusals import BadRequestError, NotAllowedError, NotFoundError
from flows.register import read_register
from flows.reviewing.cabinet import find
from flows.reviewing.keys import destroy
from flows.reviewing.moving import Asked
from models.review import CaseMove, CaseState, Hand
from models.verifying import verify_record
from models.words import Kind, Role
from policy.people import addresses


def _is_no_hand(story: Story, who: str) -> None:
    for hand in (Hand.INVESTIGATOR, Hand.DECIDER, Hand.APPEAL_HEARER):
        with pytest.raises(BadRequestError, match="cannot be named"):
            story.move(IDA, Asked(CaseMove.ASSIGN, text="free", hand=hand, person=who))


def test_a_manager_who_is_the_poster_is_told_as_no_manager_and_works_no_case(paper: Paper) -> None:
    """Bo manages Ana and Sam; this post is his own, and Pat is above him."""
    story = begin(paper, by=SAM, poster=BO)
    with paper.office.store.read() as tx:
        register = read_register(tx, paper.office.settings)
    told = addresses(Role.LINE_MANAGER, register, poster=BO, account=None)
    assert BO not in told
    assert PAT in told
    story.until(CaseState.REFERRED)
    with pytest.raises(NotFoundError):
        story.read(BO)
    story.move(IDA, Asked(CaseMove.TAKE))
    _is_no_hand(story, BO)


def test_an_officer_who_cleared_the_post_neither_clears_for_it_nor_works_its_case(
    paper: Paper,
) -> None:
    words = paper.worded(paper.link(5), cleared_by=EVE)
    statement = paper.seen(words).statements[0]
    with pytest.raises(NotAllowedError):
        clear(
            paper.office,
            paper.person(EVE),
            words,
            statement=statement.id,
            digest=paper.digest(words),
            approve=True,
            claims=[],
        )
    story = begin(paper, cleared_by=EVE)
    story.until(CaseState.REFERRED)
    with pytest.raises(NotFoundError):
        story.read(EVE)
    story.move(IDA, Asked(CaseMove.TAKE))
    _is_no_hand(story, EVE)


def test_an_investigator_who_reported_it_is_none_any_more(paper: Paper) -> None:
    story = begin(paper)
    story.until(CaseState.TOLD)
    again = ReportRequest(post_urls=(story.link,), kinds=(Kind.PARTIAL,))
    accept(paper.office, paper.person(IVY), again)
    for refused in (story.read, lambda who: story.move(who, Asked(CaseMove.REPORT, text="x"))):
        with pytest.raises(NotFoundError):
            refused(IVY)


def test_a_destroyed_key_is_not_left_in_the_file_of_the_database(paper: Paper) -> None:
    story, years = begin(paper), Years(paper)
    story.until(CaseState.CLOSED)
    with paper.office.store.write("destroy") as tx:
        row = find(tx, paper.office, paper.incident(story.reference).id)
        assert row is not None
        assert row.key_wrapped is not None
        key = row.key_wrapped
        destroy(tx, row, "retention")
    paper.office.store.wipe()
    assert not years.is_on_disk(key)
    for who in (HAL, IDA, ANA, DEE):
        with pytest.raises(NotFoundError):
            story.read(who)
    assert verify_record(paper.office.store).breaks == ()
