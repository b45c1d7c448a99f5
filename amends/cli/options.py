"""Arguments and options that several commands share."""

from collections.abc import Sequence
from typing import Annotated

import typer

Reference = Annotated[str, typer.Argument(help="The incident, like AM-7K3QX.", metavar="REF")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the API's answer.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, in a sentence.")]
Target = Annotated[
    str | None,
    typer.Option("--target", help="Which post or question: its id, as `status --json` has it."),
]
StatementId = Annotated[
    str | None, typer.Option("--statement", help="Which statement, if there are several.")
]


def _kinds(incomplete: str) -> list[str]:
    from models.words import Kind

    return [kind.value for kind in Kind if kind.value.startswith(incomplete)]


def _circumstances(incomplete: str) -> list[str]:
    from models.words import Circumstance

    return [word.value for word in Circumstance if word.value.startswith(incomplete)]


Kinds = Annotated[
    list[str],
    typer.Option(
        "--kind",
        help="What kind of mistake, like typo or wrong-account; give it again for more.",
        autocompletion=_kinds,
    ),
]
Circumstances = Annotated[
    list[str] | None,
    typer.Option(
        "--circumstance", help="What makes it more serious.", autocompletion=_circumstances
    ),
]


def listed(words: Sequence[str] | None) -> list[str]:
    """Words given one by one or with commas between them."""
    return [part.strip() for word in words or () for part in word.split(",") if part.strip()]
