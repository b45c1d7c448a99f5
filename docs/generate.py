"""Writes the reference pages that are read off the code: ``make docs``."""

import csv
import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from amends.settings import (
    ENVIRONMENT,
    AccountPart,
    ChatPart,
    DatabasePart,
    DrillPart,
    MailPart,
    NotifyPart,
    OidcPart,
    OrganisationPart,
    PersonPart,
    RotaPart,
)

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs`. Change what it describes, not this page. -->"

PARTS: dict[str, type[BaseModel]] = {
    "[organisation]": OrganisationPart,
    "[[people]]": PersonPart,
    "[[accounts]]": AccountPart,
    "[[rotas]]": RotaPart,
    "[mail]": MailPart,
    "[notify]": NotifyPart,
    "[[chats]]": ChatPart,
    "[oidc]": OidcPart,
    "[database]": DatabasePart,
    "[drill]": DrillPart,
}

SETTINGS = {
    "[organisation] name": "the department, as pages and mails name it",
    "[organisation] duty_officer": "the telephone number to ring when nothing else works",
    "[organisation] dtu": "where the Digital Transformation Unit reads its mail",
    "[organisation] hr": "where Human Resources reads its mail",
    "[organisation] url": "what links in mails start with",
    "[organisation] accredited_for_classified": "of a classified post everything is "
    "kept; otherwise id, time, account and digest alone",
    "[organisation] timezone": "where the office is, like `Europe/London`",
    "[organisation] hours": "when it works: `09:00-17:00` is Monday to Friday",
    "[organisation] holidays": "whose bank holidays it has: a country, or one with a part of it, "
    "like `GB-SCT`, as the library `holidays` names them; `none` for none",
    "[organisation] two_people_to_connect": "whether every account starts in dry-run, until two "
    "people have [made it live](../how-to/keep-the-register.md)",
    "[[people]] email": "the address that identifies the person",
    "[[people]] name": "as colleagues know them",
    "[[people]] employer": "who employs them: decides the route for possible misconduct",
    "[[people]] line_manager": "the e-mail address of their line manager",
    "[[people]] deputy": "the e-mail address of whoever hears when they do not "
    "[acknowledge](../how-to/rotas-and-carriers.md)",
    "[[people]] roles": "the jobs that they do, as the [tables](tables.md) name them",
    "[[people]] phone": "the number that texts go to, with its country: `+44 7700 900123`",
    "[[people]] timezone": "where they work, like `Asia/Tokyo`; the organisation's when left out",
    "[[people]] hours": "when they work there, like `Sun-Thu 08:00-12:00 13:00-16:00`; the "
    "organisation's when left out",
    "[[people]] holidays": "whose bank holidays they have; the organisation's when left out",
    "[[people]] away": "days of leave, both included: `2026-12-24`, `2026-12-21/2027-01-04`",
    "[[accounts]] platform": "`x`, `bluesky` or `mastodon`; where posts are [dealt with "
    "by hand](../how-to/delete-by-hand.md): `facebook`, `instagram`, `linkedin`, `threads`, "
    "`tiktok`, `youtube`, or `by-hand` for anything else",
    "[[accounts]] handle": "the account's name, without @",
    "[[accounts]] tier": "`official`, or `personal-official` for an account such as an HMA's; "
    "personal accounts are never registered",
    "[[accounts]] owner": "the e-mail address of the person who answers for it",
    "[[accounts]] publishers": "who may publish on it, and so delete from it at once",
    "[[accounts]] languages": "the languages that it posts in; the first is taken where a "
    "report names none. Words are in English so far",
    "[[accounts]] credentials": "where the secret is: `env:NAME`, `file:PATH` or "
    "`credential:NAME` (systemd); never the secret itself",
    "[[accounts]] base_url": "the server, where it is not the platform's own; for `by-hand`, what "
    "the links of its posts begin with",
    "[[accounts]] purpose": "what it is for, in a sentence",
    "[[accounts]] mfa": "whether its log-in needs a second factor, as people have noted it",
    "[[accounts]] review_due": "when somebody looks at the account and its people again: "
    "`2027-03-01`",
    "[[accounts]] dry_run": "whether Amends changes nothing there until two people have "
    "[made it live](../how-to/keep-the-register.md)",
    "[[rotas]] role": "the role whose holders take turns, like `dtu-duty`",
    "[[rotas]] people": "the e-mail addresses in the order of their turns; each needs the role",
    "[[rotas]] starts": "when the first turn begins, by the local clock: `2026-01-05T09:00:00`",
    "[[rotas]] every": "how long a turn is: `day` or `week`",
    "[[rotas]] timezone": "whose local clock; the organisation's when left out",
    "[mail] smtp": "the mail server, `smtp://[user:password@]host[:port]` (TLS by STARTTLS; "
    "none on this machine, or with `?tls=off`) or `smtps://…`; left out: the outbox folder",
    "[mail] sender": "the address that mail comes from",
    "[notify] key": "where the API key is: `env:NAME`, `file:PATH` or `credential:NAME`; never the "
    "key itself",
    "[notify] mail_template": "the id of a template whose subject is `((subject))` and whose "
    "message is `((body))`; left out: mail leaves by `[mail] smtp`",
    "[notify] text_template": "the id of a template whose message is `((text))`; left out: no "
    "texts",
    "[notify] base_url": "a practice server, or another service of the same API",
    "[[chats]] name": "what the record calls it: small letters, digits and hyphens",
    "[[chats]] role": "whose notices are told of there, one of the roles",
    "[[chats]] url": "where its address is, in Apprise's form: `env:NAME`, `file:PATH` or "
    "`credential:NAME`; never the address itself",
    "[oidc] issuer": "the service’s own name of itself, as its discovery document has it: "
    "`https://login.dept.example`",
    "[oidc] client_id": "how it knows Amends",
    "[oidc] client_secret": "where the secret is that it gave for that: `env:NAME`, `file:PATH` or "
    "`credential:NAME`; never the secret itself",
    "[oidc] name": "what the button to sign in calls it: “Sign in with …”",
    "[oidc] scopes": "what is asked for; some services need another to say groups",
    "[oidc] groups_claim": "where it says the groups of a person",
    "[oidc] verified_claim": "where it says `true` when the address is the person’s own",
    "[oidc] mailed_link": "`false`: nobody signs in by a mailed link any more",
    "[oidc] groups": "which [roles](../how-to/sign-in.md#groups) each group gives, as a part "
    '`[oidc.groups]`: `"Digital team" = ["dtu"]`',
    "[database] url": "a `postgresql://` address; left out: SQLite under `AMENDS_HOME`",
    "[drill] says": "what every message begins with, after the word DRILL. With this part the "
    "installation is a drill, and starts only where it can reach nothing real: "
    "[`amends drill`](../how-to/hold-a-drill.md) writes it",
}

TABLES = {
    "escalation": "Who hears, by what and when, where nobody says that they have read a notice "
    "([how](../how-to/rotas-and-carriers.md)).",
    "reminders": "When a task that only a person's hand can do is brought back "
    "([how](../how-to/delete-by-hand.md)).",
    "response": "What each kind of mistake calls for. Over several kinds, a rule per column "
    "decides ([why](../explanation/procedure-and-policy.md#several-kinds-at-once)).",
    "rises": "What a recorded circumstance changes in the row of its kind. An empty cell changes "
    "nothing.",
    "clearance": "The clearance framework of the policy (lines 76–80), applied to the statement "
    "itself.",
    "times": "How long a clearance and a holding line hold, and how long a request for information "
    "has for its answer.",
    "at_once": "What may go out ahead of the words that are due: at once (`pre-cleared`), "
    "with one person's yes (`clearance`), or not at all.",
    "fallbacks": "Who is asked when nobody of the register fills a role.",
    "claims": "The truth gate: what may be said, and only when it is true.",
    "routes": "Which way possible misconduct goes, by who employs the person ([the sealed side]"
    "(../explanation/the-sealed-side.md)).",
    "disclosure": "What an archive of an incident shows at each level "
    "([what an archive shows](../explanation/what-an-archive-shows.md)).",
    "retention": "How long each class of records is kept ([keep and erase]"
    "(../how-to/keep-and-erase.md)). The data protection officer owns it.",
    "conditions": "Which law allows what is sensitive in a case to be used. HR chooses when it "
    "decides on a referral, and the person is told. The data protection officer owns it.",
    "fairness": "What is thought about before anybody is referred: an assist, never a score. "
    "Health is asked of the person alone.",
    "review": "How long each state of a case may last, in working days, and who is reminded: so "
    "many days before, then at the deadline, then every so many.",
    "findings": "What is found in public words before they go out, and what it does: `refused` "
    "cannot be sent, at `look-again` the clearer looks and may go on.",
    "wording": "Phrases that are findings, or (`needed`) whose absence is one; read as `phrases` "
    "are.",
    "facts": "The facts that claims rest on: what is said where one is missing, and who records it "
    "how ([what can be said](../explanation/what-can-be-said.md)).",
    "phrases": "How claims are recognised in words that a person writes, in English: regular "
    "expressions over lower-case text with contractions in full. `{post}` and the like are lists "
    "of words in `policy/reading.py`; `<4>` is up to four words. `says` is taken as the claim "
    "unless it is denied just before, `says-no` holds its own denial, `may-say` makes the clearer "
    "say.",
}


def settings() -> str:
    """Every key of amends.toml and every variable of the environment."""
    parts = [
        "# Settings",
        "Amends reads `amends.toml`: the file that `AMENDS_CONFIG` names, else the one in the "
        "working folder, else the one in `AMENDS_HOME`. A key or an `AMENDS_` variable that it "
        "does not know stops it, with a sentence that names the key. How to use them: "
        "[deploy](../how-to/deploy.md), [connect X](../how-to/connect-x.md).",
        "## amends.toml",
    ]
    for heading, part in PARTS.items():
        rows = [
            (f"`{name}`", _default(field), SETTINGS[f"{heading} {name}"])
            for name, field in part.model_fields.items()
        ]
        parts += [f"### `{heading}`", _plain(part.__doc__), _table(_HEADS, rows)]
    rows = [(f"`{name}`", what) for name, what in ENVIRONMENT.items()]
    parts += ["## Environment", _table(("name", "what it is"), rows)]
    return _page(parts)


_HEADS = ("key", "when left out", "what it is")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def tables() -> str:
    """Every decision table, row by row."""
    parts = [
        "# Decision tables",
        "The policy as data: CSV files in `policy/` that their owner can read and change "
        "([how](../how-to/change-a-table.md)). `if …` columns are the question, `then …` columns "
        "the answer, `source` the lines of the policy. The first matching row decides; the row "
        "and the SHA-256 of the tables are stored with the decision.",
    ]
    for path in sorted((ROOT / "policy").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            heads, *rows = list(csv.reader(file))
        parts += [f"## {path.stem}", TABLES[path.stem]]
        if len(heads) > 14:
            for row in rows:
                cells = zip(heads[1:], row[1:], strict=True)
                parts += [f"### `{row[0]}`", _list(f"{h}: {c}" for h, c in cells if c)]
        else:
            parts.append(_table(heads, rows))
    return _page(parts)


def templates() -> str:
    """Every template, with what its opening comment says of it."""
    parts = [
        "# Templates",
        "All words that people read are templates in `templates/`. Each opens with a comment: the "
        "clause it carries out, who reads it, and the facts it needs. A missing fact is an error.",
    ]
    for folder in sorted(path for path in (ROOT / "templates").iterdir() if path.is_dir()):
        opened = ((path, _opening(path)) for path in sorted(folder.rglob("*")) if path.is_file())
        rows = [
            (f"`{path.relative_to(folder)}`", *(said.get(word, "") for word in OPENING))
            for path, said in opened
            if said
        ]
        if rows:
            parts += [f"## {folder.name}", _table(("template", *OPENING), rows)]
    return _page(parts)


OPENING = ("clause", "audience", "facts")


def _opening(path: Path) -> dict[str, str]:
    if path.suffix not in (".txt", ".md", ".html"):
        return {}
    comment = re.match(r"\s*\{#-?(.*?)-?#\}", path.read_text(encoding="utf-8"), re.DOTALL)
    words = re.split(rf"^\s*({'|'.join(OPENING)}):", comment[1] if comment else "", flags=re.M)
    return {word: _plain(said) for word, said in zip(words[1::2], words[2::2], strict=True)}


def cli() -> str:
    """Every command, its arguments and options."""
    from typer.main import get_command

    root: Any = get_command(importlib.import_module("amends.cli.app").app)
    parts = [
        "# Commands",
        "`amends` is a client of the [API](api.md). It finds the service by `AMENDS_URL` and "
        "signs in with `AMENDS_TOKEN`.",
        EXIT_CODES,
    ]
    for words, command in _commands(root, ("amends",)):
        usage = command.make_context(" ".join(words), [], resilient_parsing=True).get_usage()
        parts += [f"## {' '.join(words)}", _plain(command.help)]
        parts.append("```text\n" + " ".join(usage.removeprefix("Usage: ").split()) + "\n```")
        rows = [
            (f"`{', '.join(one.opts)}`" if one.opts[0][0] == "-" else f"`{one.name.upper()}`",
             _plain(getattr(one, "help", "") or ""))
            for one in command.params
            if not getattr(one, "hidden", False) and one.name != "help"
        ]  # fmt: skip
        if rows:
            parts.append(_table(("name", "what it is"), rows))
    return _page(parts)


EXIT_CODES = """| exit code | what it means |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | the command or what it was given is wrong |
| 10 | waiting for a person |
| 12 | not allowed |
| 69 | the service cannot be reached; what to do by hand is printed |
| 130 | interrupted; the work goes on |"""


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def api() -> str:
    """Every route, what it takes and answers, from the OpenAPI document."""
    nowhere: Any = SimpleNamespace(
        store=None, settings=SimpleNamespace(drill=None)
    )  # the document needs routes, not an installation
    document = importlib.import_module("amends.web.app").create_app(nowhere).openapi()
    parts = [
        "# API",
        "JSON over HTTP, under `/api/v1`, with `Authorization: Bearer TOKEN`. Errors are problem "
        "details (RFC 9457): `title` says what happened, `detail` what to do. The whole contract, "
        "with every field, is at `/api/v1/openapi.json` of a running service.",
    ]
    for path, verbs in sorted(document["paths"].items()):
        for verb, route in verbs.items():
            answers = ", ".join(
                f"{code} {answer.get('description', '')}".strip()
                for code, answer in sorted(route["responses"].items())
            )
            parts += [
                f"## {verb.upper()} {path}",
                _plain(route.get("description") or route.get("summary")),
                *_parameters(route, document),
                f"Answers: {answers}.",
            ]
    return _page(
        [
            *parts,
            *("## What is answered of an incident", *_answered(document, "IncidentShape")),
            *("## What is answered of a case", *_answered(document, "CaseShape")),
        ]
    )


def _answered(document: dict[str, Any], name: str) -> Iterator[str]:
    """A shape and those within it: what each is, and its fields with their types or words."""
    shapes = document["components"]["schemas"]
    waiting, said = [name], set()
    while waiting:
        shape = shapes[one := waiting.pop(0)]
        if one in said or "properties" not in shape:
            continue
        said.add(one)
        fields = shape["properties"]
        yield f"### {one.removesuffix('Shape')}"
        yield _plain(shape.get("description"))
        rows = [(f"`{key}`", _kind(field, shapes), _plain(field.get("description")))
                for key, field in fields.items()]  # fmt: skip
        yield _table(("name", "what it may be", "what it is"), rows)
        waiting += [inner for field in fields.values() for inner in _within(field)]


def _within(field: dict[str, Any]) -> list[str]:
    """The names of the shapes that a field holds."""
    parts = [field, field.get("items", {}), *field.get("anyOf", ())]
    return [part["$ref"].rsplit("/", 1)[-1] for part in parts if "$ref" in part]


def _kind(field: dict[str, Any], shapes: dict[str, Any]) -> str:
    """A field's type in words; the words themselves where it is one of a closed list."""
    if "anyOf" in field:
        return " or ".join(_kind(one, shapes) for one in field["anyOf"])
    if "items" in field:
        return f"list of {_kind(field['items'], shapes)}"
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        words = shapes[name].get("enum")
        return ", ".join(f"`{word}`" for word in words) if words else name.removesuffix("Shape")
    kinds = {"date-time": "time (UTC)"}
    return kinds.get(field.get("format", ""), str(field.get("type", "text")))


def _parameters(route: dict[str, Any], document: dict[str, Any]) -> list[str]:
    rows = [
        (f"`{one['name']}`", one["in"], _plain(one.get("description")))
        for one in route.get("parameters", [])
    ]
    body = route.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = body.get("schema", {})
    schema = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)
    shapes = document["components"]["schemas"]
    if name := schema.get("$ref", "").rsplit("/", 1)[-1]:
        rows += _fields(shapes[name])
    parts = [_table(("name", "in", "what it is"), rows)] if rows else []
    for choice, reference in schema.get("discriminator", {}).get("mapping", {}).items():
        shape = shapes[reference.rsplit("/", 1)[-1]]
        parts += [
            f"`type` is `{choice}`: {_plain(shape.get('description'))}",
            _table(("name", "in", "what it is"), _fields(shape)),
        ]
    return parts


def _fields(shape: dict[str, Any]) -> list[tuple[str, str, str]]:
    required = shape.get("required", ())
    return [
        (f"`{key}`", "body", f"{_said(one)}{'; required' if key in required else ''}")
        for key, one in shape.get("properties", {}).items()
    ]


def _said(field: dict[str, Any]) -> str:
    """A field's description, else the words that it may be."""
    if description := field.get("description"):
        return _plain(description)
    words = field.get("enum") or ([field["const"]] if "const" in field else [])
    return " or ".join(f"`{word}`" for word in words) or str(field.get("type", "text"))


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("``", "`").split())


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _page(parts: Iterable[str]) -> str:
    title, *rest = parts
    return "\n\n".join([title, NOTE, *rest]) + "\n"


def pages() -> dict[str, Callable[[], str]]:
    """The generated pages, by file name."""
    found = {"settings.md": settings, "tables.md": tables, "templates.md": templates}
    if find_spec("amends.cli"):
        found["cli.md"] = cli
    if find_spec("amends.web.app"):
        found["api.md"] = api
    return found


def main() -> None:
    """Write every page."""
    for name, page in pages().items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
