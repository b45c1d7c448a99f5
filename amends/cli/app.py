"""Every command, in the order in which help shows them."""

import typer

from amends.cli import (
    audit,
    backing_up,
    cases,
    clearing,
    database,
    deciding,
    doctoring,
    exporting,
    keys,
    programs,
    reconciling,
    reporting,
    retaining,
    settling,
    status,
    tokens,
)

app = typer.Typer(
    name="amends",
    help="What has to happen after a post goes out in error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)

AREAS = (
    reporting, status, clearing, deciding, settling, exporting, retaining, cases, programs,
    doctoring, reconciling, backing_up,
)  # fmt: skip

for area in AREAS:
    for name, command in area.COMMANDS.items():
        app.command(name)(command)
app.add_typer(tokens.app, name="token")
app.add_typer(audit.app, name="audit")
app.add_typer(database.app, name="database")
app.add_typer(keys.app, name="keys")
