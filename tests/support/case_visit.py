"""The pages of cases as people meet them: signed in and, of HR, with their token shown."""

import re

from paper import HAL, IDA
from served import Served, Visitor

from amends.web.case_forms import FIELDS, NUMBERS, REFERRAL, names_of
from models.review import CaseMove

HR = (HAL, IDA)
PARTS = ("", "-month", "-year", "-time")
"""Of a day: its first field has the name alone."""


def visit(web: Served, email: str) -> Visitor:
    """A browser in which this person may look for cases."""
    visitor = web.browser(email)
    if email in HR:
        assert visitor.post("/cases", {"token": web.token(email)}).status_code == 303
    return visitor


def address_of(web: Served, reference: str) -> str:
    """Where the case's page is."""
    return f"/cases/{web.paper.office.case_keys.address(reference)}"


def offered(page: str) -> set[str]:
    """The moves that the page has a form for."""
    return set(re.findall(r'name="move" value="([a-z-]+)"', page))


def fields(page: str, move: str) -> dict[str, str]:
    """The names that the fields of this move's form have on the page, by what they are for."""
    form = page.partition(f'name="move" value="{move}"')[2].partition("</form>")[0]
    there = re.findall(r'name="([\w-]+)"', form)
    if move == "refer":
        names = names_of(REFERRAL)
    else:
        names = names_of(FIELDS[CaseMove(move)], NUMBERS[CaseMove(move)])
    parts = {f"{what}{part}": f"{name}{part}" for what, name in names.items() for part in PARTS}
    return {what: name for what, name in parts.items() if name in there}
