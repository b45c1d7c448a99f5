"""The verbs for what a machine could not settle, for accounts, cases and notices."""

from typing import Annotated

import typer

from amends.cli.client import Client, incident_path, reference_of, segment
from amends.cli.deciding import send
from amends.cli.options import AsJson, Reason, Reference, Target
from amends.cli.screen import show, show_json


def settle(
    reference: Reference,
    there: Annotated[bool, typer.Option("--there/--not-there", help="What you have seen.")],
    target: Target = None,
    link: Annotated[str | None, typer.Option(help="The link to it, if it is there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether something is there, where it could not be read."""
    choice = "there" if there else "not-there"
    body = {"type": "settle", "target": target, "choice": choice, "link": link}
    send(reference, body, "recorded.", as_json=as_json)


def hold(
    reference: Reference,
    account: Annotated[str | None, typer.Option(help="Which account, as platform/handle.")] = None,
    minutes: Annotated[int, typer.Option(help="For how long.")] = 60,
    lift: Annotated[bool, typer.Option("--lift", help="End the hold.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Hold an account: nothing goes out on it for a while."""
    body = {
        "type": "hold",
        "target": account,
        "choice": "no" if lift else "yes",
        "minutes": minutes,
        "reason": reason,
    }
    send(reference, body, "the hold is lifted." if lift else "held.", as_json=as_json)


def refer(
    reference: Reference,
    referred: Annotated[bool, typer.Option("--refer/--do-not-refer", help="Your decision.")],
    rule: Annotated[str, typer.Option(help="Which rule it is about.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Decide on a referral: for HR alone."""
    choice = "refer" if referred else "do-not-refer"
    path = f"/cases/{segment(reference_of(reference))}/decisions"
    answer = Client().post(path, {"choice": choice, "rule": rule, "reason": reason})
    show_json(answer) if as_json else show("The decision is recorded, in the case alone.")


def ack(
    reference: Reference,
    notice: Annotated[
        str | None, typer.Option(help="Which notice; all of yours if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have the notice."""
    answer = Client().post(incident_path(reference, "/acknowledgements"), {"notice": notice})
    show_json(answer) if as_json else show(f"{reference_of(reference)}: acknowledged.")


COMMANDS = {"settle": settle, "hold": hold, "refer": refer, "ack": ack}
