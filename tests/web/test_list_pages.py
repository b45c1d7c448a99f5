"""The list of incidents: order, filters in the address bar, what waits for me, and the search."""

from urllib.parse import quote

import one_server
import pytest
from hostile import CORPUS, what_it_did
from paper import ANA, BO, DEE, EVE, SAM, SUE, Paper
from served import Served, Visitor

from models.words import DecisionType, Kind, Role

DTU = (Role.DTU_DUTY, Role.DTU)


web, paper, dee = one_server.web, one_server.paper, one_server.dee


@pytest.fixture(scope="module")
def three(paper: Paper) -> tuple[str, str, str]:
    """A typo on one account, a danger on the other, and a closed one."""
    minor = paper.planned(paper.link(1), kinds=(Kind.TYPO,), by=SAM, poster=ANA)
    grave = paper.planned(paper.link(2, "embassy"), kinds=(Kind.SAFETY,), by=SAM, poster=ANA)
    ended = paper.planned(paper.link(3), kinds=(Kind.FACTUAL,))
    with paper.office.store.write("end") as tx:
        incident = tx.merge(paper.incident(ended))
        incident.closed_at, incident.state = tx.now(), "closed"
        tx.merge(paper.post(ended)).open = False
    paper.ask(grave, DecisionType.CONFIRM, paper.post(grave).id, *DTU)
    return minor, grave, ended


def listed(browser: Visitor, query: str, three: tuple[str, str, str]) -> list[str]:
    """Which of the three are there, in their order on the page."""
    answer = browser.get(f"/incidents{query}")
    assert answer.status_code == 200, answer.text
    assert what_it_did(answer.text) == []
    table = answer.text.partition("<tbody")[2]
    return sorted((one for one in three if one in table), key=table.index)


def test_the_gravest_come_first_then_the_oldest(
    paper: Paper, dee: Visitor, three: tuple[str, str, str]
) -> None:
    minor, grave, _ = three
    assert listed(dee, "", three) == [grave, minor]
    later = paper.planned(paper.link(4), kinds=(Kind.TYPO,))
    assert listed(dee, "", (*three, later)) == [grave, minor, later]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("?state=open", "10"),
        ("?state=closed", "2"),
        ("?state=all", "210"),
        ("?state=waiting", ""),
        ("?kind=typo", "0"),
        ("?kind=typo&state=closed", ""),
        ("?mine=yes", "1"),
        ("?mine=yes&kind=typo", ""),
        ("?state=nonsense&kind=nonsense&again=yes", "10"),
    ],
)
def test_the_address_says_which_are_shown(
    dee: Visitor, three: tuple[str, str, str], query: str, places: str
) -> None:
    assert listed(dee, query, three) == [three[int(place)] for place in places]


def test_an_account_may_be_chosen(paper: Paper, dee: Visitor, three: tuple[str, str, str]) -> None:
    embassy = paper.post(three[1]).account_id
    assert listed(dee, f"?account={embassy}", three) == [three[1]]
    assert listed(dee, "?account=none", three) == []


def test_what_was_chosen_stays_chosen(dee: Visitor, three: tuple[str, str, str]) -> None:
    page = dee.get("/incidents?state=closed&kind=factual&mine=yes").text
    for said in ('value="closed" selected', 'value="factual" selected', 'value="yes" checked'):
        assert said in page, said
    assert "state=closed&amp;kind=factual&amp;mine=yes&amp;again=yes" in page, "also by itself"


def test_what_waits_for_me_leads_to_its_question(
    web: Served, paper: Paper, dee: Visitor, three: tuple[str, str, str]
) -> None:
    _, grave, _ = three
    where = f'/i/{grave}#confirm-{paper.post(grave).id}"'
    page = dee.get("/incidents").text
    assert "What waits for you" in page
    assert where in page
    assert "Confirm or refuse" in page
    sam = web.browser(SAM)
    assert listed(sam, "", three) == [three[1], three[0]], "they reported them"
    assert listed(sam, "?mine=yes", three) == []
    assert "Nothing waits for you" in sam.get("/incidents?mine=yes").text
    assert where not in sam.get("/incidents").text


def test_words_that_wait_for_my_yes_wait_for_me(web: Served, paper: Paper, dee: Visitor) -> None:
    reference = paper.worded(paper.link(5))
    page = dee.get("/incidents?mine=yes").text
    assert f'/i/{reference}#words-{paper.seen(reference).statements[0].id}"' in page
    assert "Clear the words on X @dept" in page
    row = page.partition(f'href="/i/{reference}">')[2].partition("</tr>")[0]
    assert 'data-head="Next deadline">None' not in row, "the words are due"
    assert reference not in web.browser(ANA).get("/incidents?mine=yes").text, "she posted it"


def test_who_may_see_none_reads_so(web: Served, three: tuple[str, str, str]) -> None:
    page = web.browser(EVE.replace("eve", "pat")).get("/incidents").text
    assert "No incident that you may see is open." in page
    assert "as you chose" in web.browser(DEE).get("/incidents?kind=leaver").text


def test_a_kind_that_is_secret_is_not_found_by_asking_for_it(web: Served, paper: Paper) -> None:
    both = (Kind.CLASSIFIED, Kind.OFFENSIVE)
    reference = paper.planned(paper.link(6), kinds=both, by=SAM, poster=ANA)
    paper.tell(reference, BO, Role.LINE_MANAGER)
    paper.tell(reference, SUE, Role.SECURITY)
    bo, sue = web.browser(BO), web.browser(SUE)
    assert reference in bo.get("/incidents").text
    for kind in both:
        assert reference not in bo.get(f"/incidents?kind={kind.value}").text
        assert reference in sue.get(f"/incidents?kind={kind.value}").text
    assert "It is secret" not in bo.get("/incidents").text.partition("<tbody")[2]


def test_an_incident_is_found_by_its_reference_or_its_link(
    web: Served, paper: Paper, dee: Visitor, three: tuple[str, str, str]
) -> None:
    _, grave, ended = three
    for text in (grave, f" {grave.lower()} ", paper.link(2, "embassy")):
        found = dee.post("/incidents/find", {"find": text})
        assert (found.status_code, found.headers["location"]) == (303, f"/i/{grave}"), text
    closed = dee.post("/incidents/find", {"find": paper.link(3)})
    assert closed.headers["location"] == f"/i/{ended}"
    again = paper.report(paper.link(3))
    both = dee.post("/incidents/find", {"find": paper.link(3)}).text
    assert ended in both
    assert again in both


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Enter a reference, like AM-7K3QX, or the link to a post."),
        ("AM-ZZZZZ", "Nothing that you may see"),
        ("https://x.com/dept", "Enter the link to one post"),
        ("the minister", "Nothing that you may see"),
    ],
)
def test_what_is_not_found_stays_in_its_field(dee: Visitor, text: str, said: str) -> None:
    answer = dee.post("/incidents/find", {"find": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{text}"' in answer.text


def test_what_one_may_not_see_is_not_found(
    web: Served, paper: Paper, three: tuple[str, str, str]
) -> None:
    pat = web.browser("pat@dept.example")
    hidden = pat.post("/incidents/find", {"find": three[1]})
    absent = pat.post("/incidents/find", {"find": "AM-ZZZZZ"})
    assert hidden.status_code == absent.status_code == 422
    assert hidden.text.replace(three[1], "") == absent.text.replace("AM-ZZZZZ", "")
    assert (
        "Nothing that you may see"
        in pat.post("/incidents/find", {"find": paper.link(2, "embassy")}).text
    )


def test_more_than_a_page_goes_on_at_the_next(paper: Paper, dee: Visitor) -> None:
    for number in range(100, 152):
        paper.planned(paper.link(number), kinds=(Kind.NOISE,))
    first = dee.get("/incidents?kind=noise").text
    (after,) = [part.partition('"')[0] for part in first.split("after=")[1:]][:1]
    second = dee.get(f"/incidents?kind=noise&after={after}").text
    assert first.partition("<tbody")[2].count("/i/AM-") == 50
    assert second.partition("<tbody")[2].count("/i/AM-") == 2
    assert dee.get("/incidents?after=1-nothing").status_code == 422


def test_what_is_looked_for_stays_text(dee: Visitor) -> None:
    for text in CORPUS:
        assert what_it_did(dee.post("/incidents/find", {"find": text}).text) == [], text
    short = quote(CORPUS[0][:20])
    page = dee.get(f"/incidents?state={short}&kind={short}&account={short}&mine=yes")
    assert what_it_did(page.text) == []
