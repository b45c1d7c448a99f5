"""The verbs for what a machine could not settle, for accounts, cases and notices."""

from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path, reference_of, segment
from amends.cli.deciding import send
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson, Reason, Reference, Target
from amends.cli.screen import show, show_json
from amends.cli.to_settle import show_settlements


def settle(
    reference: Reference,
    there: Annotated[
        bool | None,
        typer.Option("--there/--not-there", help="What you have seen; left out: what is known."),
    ] = None,
    target: Target = None,
    link: Annotated[str | None, typer.Option(help="The link to it, if it is there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether something is there, where it could not be read. Without an answer: what was
    sent, what was tried, what each look saw, and the commands with which to answer."""
    if there is None:
        _show_what_is_known(reference, target, as_json=as_json)
        return
    seen = Client().get(incident_path(reference))
    choice = "there" if there else "not-there"
    body = {"type": "settle", "target": target, "choice": choice, "link": link}
    send(reference, body, "recorded.", as_json=as_json)
    if not as_json:
        for said in _what_follows(seen["settlements"], target, choice):
            show(said)


def _show_what_is_known(reference: str, target: str | None, *, as_json: bool) -> None:
    """Ends with 10 where a person must answer."""
    settlements = Client().get(incident_path(reference))["settlements"]
    if as_json:
        show_json(settlements)
    elif not show_settlements(reference_of(reference), settlements, target):
        show(f"{reference_of(reference)}: nothing waits for a person to say what is true.")
    if settlements:
        raise Stop(Code.WAITING_FOR_A_PERSON)


def _what_follows(settlements: list[dict[str, Any]], target: str | None, choice: str) -> list[str]:
    """What the answer does, as it was told before it was given."""
    return [
        answer["sentence"]
        for one in settlements
        if target in (None, one["target"])
        for answer in one["answers"]
        if answer["choice"] == choice
    ][:1]


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
    rule: Annotated[str, typer.Option(help="Which rule it is about.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    referred: Annotated[
        bool | None, typer.Option("--refer/--do-not-refer", help="Your decision.")
    ] = None,
    hand_over: Annotated[
        bool, typer.Option("--hand-over", help="To the person's own employer, with a pack.")
    ] = False,
    condition: Annotated[
        str | None,
        typer.Option(help="Which law allows what is sensitive in it to be used; the usual one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide on a referral: for HR alone."""
    if (referred is None) is not hand_over:
        raise Stop(Code.BAD_INPUT, "Give one of --refer, --do-not-refer and --hand-over.")
    choice = "hand-over" if hand_over else "refer" if referred else "do-not-refer"
    path = f"/cases/{segment(reference_of(reference))}/decisions"
    body = {"choice": choice, "rule": rule, "reason": reason}
    answer = Client().post(path, body | ({"condition": condition} if condition else {}))
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
