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
        complain(f"This failed here ({type(error).__name__}). Run: amends doctor")
        sys.exit(Code.FAILED)
