"""``amends audit``: recompute every chain of the record, from the database itself."""

import typer

from amends.cli.exits import Code, Stop
from amends.cli.screen import show

app = typer.Typer(help="Check the record.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Keeps ``verify`` a command of its own."""


@app.command("verify")
def verify() -> None:
    """Recompute every chain; ends with 1 where an entry was changed, added or taken out."""
    from amends.settings import load
    from models.chains import verify_chains
    from models.store import Store

    store = Store(load().database_url)
    try:
        found = verify_chains(store)
    finally:
        store.close()
    for one in found.breaks:
        show(f"{one.chain}, entry {one.seq}: {one.what}", style="red")
    show(f"Chains: {found.chains}. Entries: {found.entries}.")
    if found.breaks:
        raise Stop(Code.FAILED, "The record has been changed. Keep the database as it is, and "
                   "phone the duty officer.")  # fmt: skip
    show("Every chain is whole.")
