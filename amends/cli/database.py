"""``amends database``: bring the tables up to date as their owner, and say what others may do."""

from typing import Annotated

import typer

from amends.cli.screen import plain, show

app = typer.Typer(
    help="Make the tables, and say who may do what with them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("migrate")
def migrate() -> None:
    """Bring the tables up to date. Where an owner role has them: with its AMENDS_DATABASE_URL."""
    from amends.settings import load
    from models.store import Store

    store = Store(load().database_url)
    try:
        store.migrate()
    finally:
        store.close()
    show("The tables are of this version.")


@app.command("grants")
def grants(
    role: Annotated[str, typer.Argument(help="The role of PostgreSQL that web and engine use.")],
) -> None:
    """Print SQL that lets this role work, and lets it add to the record but never change it."""
    from models.grants import grants_for

    plain("\n".join(grants_for(role)))
