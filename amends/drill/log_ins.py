"""Asks of each real account whether two named people can log in to it today; never for a secret."""

from datetime import UTC, datetime

from amends.custody import ENOUGH, Answer, Asked
from amends.drill.failing import EndedEarly
from amends.drill.gaps import people_of
from amends.drill.terminal import Terminal
from amends.settings import AccountPart, Settings

BEFORE = (
    "Log-in custody. Ring each person, and ask whether they can log in to the account today, by "
    "themselves: with its password and whatever second step it wants. Nobody tells anybody a "
    "password, and nobody posts."
)
TOO_FEW = "{account}: fewer than two people can log in. Who else can? An address, or Enter:"


def ask_log_ins(live: Settings, by: str, terminal: Terminal) -> Asked | None:
    """Ask until two can, account by account; None where not one account was answered for.

    What was answered stands, where whoever is asked has had enough.
    """
    terminal.say()
    terminal.say(BEFORE)
    answers: list[Answer] = []
    try:
        for account in live.accounts:
            answers.append(_ask(live, account, terminal))
    except EndedEarly:
        terminal.say("Ended. The accounts that were answered for are kept.")
    if not answers:
        return None
    return Asked(asked_at=datetime.now(UTC), asked_by=by, accounts=tuple(answers))


def _ask(live: Settings, account: AccountPart, terminal: Terminal) -> Answer:
    name = f"{account.platform}/{account.handle}"
    names = {one.email: one.name for one in live.people}
    can: list[str] = []
    cannot: list[str] = []
    terminal.say()
    for email in people_of(account):
        if len(can) >= ENOUGH:
            break
        question = f"{name}: can {names.get(email, email)} log in to it today?"
        (can if terminal.yes(question) else cannot).append(email)
    while len(can) < ENOUGH:
        other = terminal.ask(TOO_FEW.format(account=name)).lower()
        if not other:
            break
        if other not in names:
            terminal.say("Nobody of [[people]] has that address.")
        elif other not in can:
            can.append(other)
            cannot = [one for one in cannot if one != other]
    return Answer(account=name, can=tuple(can), cannot=tuple(cannot))
