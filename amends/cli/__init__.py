"""The command line: a client of the API, so that web, CLI and API are one path."""

import sys


def main() -> None:
    """Run the command that was typed, and end with the exit code that says how it went."""
    from amends.cli.app import app
    from amends.cli.exits import Code, Stop
    from amends.cli.screen import complain
    from amends.settings import SettingsError

    try:
        app()
    except Stop as stop:
        if stop.sentence:
            complain(stop.sentence)
        sys.exit(stop.code)
    except SettingsError as error:
        complain(str(error))
        sys.exit(Code.FAILED)
    except Exception as error:
        # The outermost edge: the text of an error may hold what a person wrote.
        complain(f"This failed ({type(error).__name__} at {_place(error)}). Run: amends doctor")
        sys.exit(Code.FAILED)


def _place(error: BaseException) -> str:
    """The module and line, for whoever mends it."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}" if last else "-"
