"""``amends token``: make a token, have a code mailed to somebody, or exchange one."""

import os
from typing import Annotated

import typer

from amends.cli.client import Client
from amends.cli.exits import Code, Stop
from amends.cli.screen import plain, tell

MAILED = "A code is sent to {to}. Whoever reads that runs: amends token claim CODE"

app = typer.Typer(help="Make tokens for AMENDS_TOKEN.", no_args_is_help=True, rich_markup_mode=None)


@app.command("create")
def create(
    person: Annotated[str, typer.Option("--person", help="Whose token: an e-mail address.")],
) -> None:
    """Print a token of your own; to somebody else a code is mailed, which they exchange. Without
    AMENDS_TOKEN: on the machine itself, for the first set-up only."""
    if os.environ.get("AMENDS_TOKEN"):
        made = Client().post("/tokens", {"person": person})
        if made["token"] is not None:
            plain(made["token"])
        else:
            tell(MAILED.format(to=made["mailed_to"]))
        return
    _first(person)


@app.command("claim")
def claim(code: Annotated[str, typer.Argument(help="The code from the mail.")]) -> None:
    """Print the token that a mailed code stands for. The code works once."""
    plain(Client(token_needed=False).post("/tokens/claim", {"code": code})["token"])


def _first(email: str) -> None:
    """Straight to the database: there is nobody yet who could sign in and do it."""
    from amends.first_token import first_token_here
    from flows.refusals import NotAllowedError, Refusal
    from integrations.errors import OutsideError

    try:
        made = first_token_here(email)
    except NotAllowedError as error:
        raise Stop(Code.NOT_ALLOWED, str(error)) from None
    except Refusal as error:
        raise Stop(Code.BAD_INPUT, str(error)) from None
    except OutsideError as error:
        sentence = f"The code could not be mailed ({error.code}). Check [mail], then try again."
        raise Stop(Code.FAILED, sentence) from None
    if made.token is not None:
        plain(made.token)
    else:
        tell(MAILED.format(to=made.mailed_to))
