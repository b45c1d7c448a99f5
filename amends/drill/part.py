"""What is rehearsed: on which account, which mistake, and what people would mostly type."""

from collections.abc import Sequence
from dataclasses import dataclass

from amends.drill.copying import Stand
from models.people import Person
from models.words import Kind, Role, Wait
from policy.decide import decide
from policy.plan import CorrectionWord

WRONG = "The enquiry office is open on Monday."
RIGHT = "The enquiry office is open on Tuesday."
SOURCE = "https://www.gov.uk/"
POST = f"{WRONG} Come in without an appointment."
ADVICE = "This was a drill. What went slowly is in its report."
REVIEW = "The drill is over."


@dataclass(frozen=True)
class Part:
    """One rehearsal. ``poster`` made the mistake, and reports it."""

    stand: Stand
    kinds: tuple[Kind, ...]
    poster: Person

    def report(self, link: str) -> list[str]:
        """What the poster types, after ``amends``."""
        words = ["report", link, "--poster", "me"]
        for kind in self.kinds:
            words += ["--kind", kind.value]
        if decide(self.kinds, ()).correction is CorrectionWord.REQUIRED:
            words += ["--wrong", WRONG, "--right", RIGHT, "--source", SOURCE]
        return words


def usual_answer(wait: Wait, reference: str, target: str) -> list[str]:
    """What whoever is asked would mostly type; anything else can be typed instead."""
    about = ["--target", target] if target else []
    match wait:
        case Wait.CLEARANCE:
            return ["clear", reference]
        case Wait.CONFIRMATION:
            return ["confirm", reference, *about]
        case Wait.DECISION:
            return ["keep", reference, *about, "--delete"]
        case Wait.FACTS:
            return ["facts", reference, "--wrong", WRONG, "--right", RIGHT, "--source", SOURCE]
        case Wait.WORDS:
            return ["words", reference, "--text", f"{WRONG} That was wrong. {RIGHT}"]
        case Wait.ADVICE:
            return ["advise", reference, "--text", ADVICE]
        case Wait.CLOSING:
            return ["close", reference, "--reason", REVIEW]
        case _:
            return ["status", reference]


def readers_first(people: Sequence[Person]) -> list[Person]:
    """Everyone but HR, whoever is on duty before the others: what is sealed is not rehearsed."""
    there = [one for one in people if one.registered and not one.has_role(Role.HR)]
    return sorted(there, key=lambda one: not one.has_role(Role.DTU_DUTY))
