"""The programs of an installation, each loaded only when it is started.

They are named, not imported: Prefect's import costs seconds, and a report must not wait for it.
"""

import sys
from importlib import import_module
from typing import Annotated

import typer

from amends.cli.exits import Code, Stop
from amends.cli.options import listed
from amends.cli.screen import tell

Port = Annotated[int, typer.Option("--port", help="The port on this machine.")]
NoPrefect = Annotated[bool, typer.Option("--no-prefect", help="Run without Prefect.")]


def _read_policy() -> None:
    """A table that cannot be used stops a start, not the first report."""
    from policy.reader import PolicyError
    from policy.tables import load

    try:
        load()
    except PolicyError as error:
        raise Stop(Code.FAILED, f"The tables in policy/ cannot be used. {error}") from None


def up(
    port: Port = 8000,
    prefect_port: Annotated[int, typer.Option(help="The port of Prefect's server.")] = 4200,
    no_prefect: NoPrefect = False,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    _read_policy()
    import_module("amends.supervise").up(port, prefect_port, prefect=not no_prefect, say=tell)


def web(port: Port = 8000) -> None:
    """Run the web process alone. It puts down every credential that it was started with."""
    from amends.settings import load
    from amends.withheld import shed_credentials

    _read_policy()
    settings = load()
    shed_credentials(settings, ["web", "--port", str(port)])
    from amends.web.serve import serve
    from models.office import Office

    provider = None
    if settings.oidc:
        from integrations.identity.registry import provider_of

        provider = provider_of(settings)
    serve(Office(settings), port, provider)


def engine(
    no_prefect: NoPrefect = False,
    prefect_api_url: Annotated[
        str | None, typer.Option(help="A Prefect server that runs already.")
    ] = None,
) -> None:
    """Run an engine alone. It is the process that acts on the outside world."""
    _read_policy()
    import_module("amends.engine").run(prefect=not no_prefect, prefect_api_url=prefect_api_url)


def demo(
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", help="A name from --list; wrong-fact where it is left out."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="Name the scenarios.")] = False,
) -> None:
    """Show one mistake, from report to proof, on this machine alone."""
    told = import_module("amends.demo")
    code = Code(told.show_stories() if list_them else told.run(scenario, keep))
    if code is not Code.DONE:
        raise Stop(code)


def drill(
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="What kind of mistake; factual where it is left out."),
    ] = None,
    account: Annotated[
        str, typer.Option(help="On which account, as platform/handle; the first if left out.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who holds it: an e-mail address.")] = "",
    poster: Annotated[
        str, typer.Option(help="Who makes the mistake: somebody who publishes on the account.")
    ] = "",
    smtp: Annotated[
        str,
        typer.Option(
            help="Send the mails to real people, each marked DRILL, by this server, like "
            "smtp://mail.dept.example:25. Left out: they stay in a folder."
        ),
    ] = "",
    by_people: Annotated[
        bool,
        typer.Option("--by-people", help="Each person acts at a terminal of their own."),
    ] = False,
    url: Annotated[
        str, typer.Option(help="Where people reach the drill, if not on this machine.")
    ] = "",
    port: Annotated[int, typer.Option("--port", help="The port on this machine.")] = 8100,
    custody: Annotated[
        bool, typer.Option("--custody", help="Only ask who can log in to each account.")
    ] = False,
) -> None:
    """Rehearse a mistake with your own people, on the practice platform; nothing is real."""
    _read_policy()
    from models.words import Kind

    try:
        wanted = tuple(Kind(one) for one in listed(kinds)) or (Kind.FACTUAL,)
    except ValueError:
        raise Stop(Code.BAD_INPUT, f"Choose each --kind from: {', '.join(Kind)}.") from None
    held = import_module("amends.drill")
    code = Code(
        held.hold(
            held.Wanted(
                kinds=wanted, account=account, by=by, poster=poster, smtp=smtp, url=url, port=port,
                by_people=by_people, custody_only=custody,
            )
        )
    )  # fmt: skip
    if code is not Code.DONE:
        raise Stop(code)


def sandbox(
    port: Port = 8931,
    latency_ms: Annotated[float, typer.Option(help="How long each answer takes.")] = 0.0,
    no_limits: Annotated[
        bool, typer.Option("--no-limits", help="Leave X's rate limits out.")
    ] = False,
) -> None:
    """Run the practice platform."""
    sys.argv = ["amends sandbox", f"--port={port}", f"--latency-ms={latency_ms}"]
    sys.argv += ["--no-limits"] if no_limits else []
    if import_module("amends.sandbox.__main__").main():
        raise Stop(Code.FAILED)


COMMANDS = {
    "up": up,
    "web": web,
    "engine": engine,
    "demo": demo,
    "drill": drill,
    "sandbox": sandbox,
}
