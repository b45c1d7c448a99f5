"""``amends keys``: what is done with the keys of cases, on the machine that has them."""

import typer

from amends.cli.exits import Code, Stop
from amends.cli.screen import show

app = typer.Typer(
    help="Change the master key of cases.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MISSING = (
    "A case was wrapped with a master key that is not in the folder of keys. Put the copy of that "
    "key there as cases-NAME.key, then run this again. Nothing was changed."
)


@app.callback()
def keys() -> None:
    """Change the master key of cases."""


@app.command("rotate-cases")
def rotate_cases() -> None:
    """Wrap the key of every case with a new master key. Copy the folder of keys afterwards."""
    from amends.settings import load
    from flows.reviewing.keys import rotate
    from models.case_keys import NoMasterError
    from models.office import Office

    office = Office(load())
    try:
        count = rotate(office)
    except NoMasterError:
        raise Stop(Code.FAILED, MISSING) from None
    finally:
        office.store.close()
    show(f"{count} cases are wrapped with a new master key. Copy {office.settings.keys} now.")
    show("The old key is kept beside it: backups made before today need it.")
