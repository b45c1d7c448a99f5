"""The report of an archive and its README, from the incident as a level shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from templates.environment import HERE
from templates.labels import label
from templates.moments import duration, moment, second

Facts = Mapping[str, object]


def report_in_html(incident: Facts) -> str:
    """The report as one page that needs nothing beside it. Everything in it is escaped."""
    return _environment(html=True).get_template("report.html").render(_given(incident))


def read_me(incident: Facts) -> str:
    """What is in the archive, and how it is checked."""
    return _environment(html=False).get_template("README.txt").render(_given(incident))


def person_in_html(person: Facts) -> str:
    """What is held about one person, as one page. Everything in it is escaped."""
    return _environment(html=True).get_template("person.html").render({"person": person})


def read_me_of_person(person: Facts, name: str) -> str:
    """What is in their archive, which is called ``name``, and how it is checked."""
    template = _environment(html=False).get_template("person.txt")
    return template.render({"person": person, "name": name})


def _given(incident: Facts) -> Facts:
    return {"incident": incident, "level": label("level", incident["level"])}


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "archive"),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "moment": lambda at: moment(datetime.fromisoformat(at)),
        "second": lambda at: second(datetime.fromisoformat(at)) if at else "",
        "time": lambda seconds: "" if seconds is None else duration(seconds),
        "label": lambda value, fact: label(fact, value),
        "labels": _labels,
        "begin": lambda words: words[:1].upper() + words[1:],
    }
    return environment


def _labels(values: Sequence[str], fact: str) -> str:
    return ", ".join(label(fact, value) for value in values)
