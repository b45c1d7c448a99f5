"""``amends report``: hand in the link, and if wanted follow until the post is gone."""

import time
from typing import Annotated, Any

import typer

from amends.cli.client import Client, incident_path, reference_of
from amends.cli.exits import Code, Stop
from amends.cli.options import AsJson, Circumstances, Kinds, listed
from amends.cli.screen import show, show_json, tell
from amends.cli.sight import ENDED, ended, of_the_posts, person_waits, show_incident

LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 300.0

GOES_ON = "The work goes on without you. See it with: amends status {reference}"
NOT_YET = "It still goes on. Follow it with: amends status {reference} --watch"


def report(
    links: Annotated[
        list[str],
        typer.Argument(help="The link to the post; several, if it is one mistake.", metavar="LINK"),
    ],
    kinds: Kinds,
    poster: Annotated[
        str | None, typer.Option(help="Who posted: me, unknown, or an e-mail address.")
    ] = None,
    wrong: Annotated[str | None, typer.Option(help="What the post says that is wrong.")] = None,
    right: Annotated[str | None, typer.Option(help="What is right instead.")] = None,
    source: Annotated[str | None, typer.Option(help="A link to where that can be read.")] = None,
    note: Annotated[
        str | None, typer.Option(help="For the duty officer. Nothing secret or personal.")
    ] = None,
    circumstances: Circumstances = None,
    cleared_by: Annotated[
        str | None, typer.Option(help="Who cleared the post: nobody, or an e-mail address.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the post, like en or fr.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Makes sending the same report again harmless.")
    ] = None,
    as_json: AsJson = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Follow it until it is gone. Ends with 10 where a person must act."
        ),
    ] = False,
) -> None:
    """Report a post that went out in error."""
    client = Client()
    body = {
        "post_urls": links,
        "kinds": listed(kinds),
        "circumstances": listed(circumstances),
        "poster": poster,
        "cleared_by": cleared_by,
        "note": note,
        "wrong": wrong,
        "right": right,
        "source_url": source,
        "language": language,
    }
    answer = client.report(body, key)
    reference = answer["reference"]
    if not wait:
        show_json(answer) if as_json else _say_accepted(answer)
        return
    if not as_json:
        _say_accepted(answer)
    try:
        _follow(client, reference, as_json=as_json)
    except KeyboardInterrupt:
        raise Stop(Code.INTERRUPTED, GOES_ON.format(reference=reference)) from None


def _say_accepted(answer: dict[str, Any]) -> None:
    show(f"{answer['reference']} is accepted.")
    if not answer["created"]:
        show("The post was reported before: your report joined that incident.")
    show(f"See where it stands: amends status {answer['reference']}")


def _follow(client: Client, reference: str, *, as_json: bool) -> None:
    """Look until every post has come to its end and nothing more moves by itself."""
    until, said = time.monotonic() + PATIENCE_SECONDS, set[str]()
    while True:
        seen = client.get(incident_path(reference))
        for line in [] if as_json else _news(seen, said):
            tell(line)
            said.add(line)
        if (code := _outcome(seen)) is not None:
            break
        if time.monotonic() > until:
            raise Stop(Code.FAILED, NOT_YET.format(reference=reference_of(reference)))
        time.sleep(LOOK_SECONDS)
    show_json(seen) if as_json else show_incident(seen)
    if code is not Code.DONE:
        raise Stop(code)


def _news(seen: dict[str, Any], said: set[str]) -> list[str]:
    """What was not said yet: how each post stands, what of them is tried again, and when."""
    stands = [f"{post['url']}: {post['state']}" for post in seen["posts"]]
    again = [one["sentence"] for one in seen["retries"] if one["what"] != "notice"]
    return [line for line in (*stands, *again) if line not in said]


def _outcome(seen: dict[str, Any]) -> Code | None:
    """None while it moves; DONE once all posts have ended; else a person must act first.

    Advice and closing come at their own time: they hold nobody up.
    """
    if seen["state"] in ("accepted", "working") or _is_at_work_on_posts(seen):
        return None
    if not ended(seen):
        return Code.WAITING_FOR_A_PERSON if of_the_posts(person_waits(seen)) else None
    if person_waits(seen):
        return Code.WAITING_FOR_A_PERSON
    # The words may be on their way still: whether a person must clear them shows in a moment.
    return None if any(wait["waiting_for"] == "engine" for wait in seen["waits"]) else Code.DONE


def _is_at_work_on_posts(seen: dict[str, Any]) -> bool:
    """Whether a post is about to move by itself: a person who must act on another holds none up."""
    at_work = {wait["target"] for wait in seen["waits"] if wait["waiting_for"] == "engine"}
    return any(post["id"] in at_work for post in seen["posts"] if post["state"] not in ENDED)


COMMANDS = {"report": report}
