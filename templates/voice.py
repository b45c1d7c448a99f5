"""One statement as it is put together: which claims it makes, and each sentence in its language."""

from collections.abc import Mapping

from jinja2 import UndefinedError

from policy.directions import isolated
from templates.catalogues import catalogue
from templates.environment import end_with_a_stop, flow, one_line, plain_text
from templates.locales import ENGLISH, in_words, is_right_to_left
from templates.source import WHERE, placeholders

CLAIMS_OF_PEOPLE = ("wrong", "right")
"""Facts that are sentences: each ends with a stop."""

Said = str | bool


class Voice:
    """What a template may call: ``says`` is the truth gate, ``say`` a sentence with its facts.

    The gate is asked in the template, before any language is: ``made`` are the claims that were
    asked for and are true, ``sentences`` the ids of what was said, alike in every language, and
    ``used`` the names of the facts in them.
    """

    def __init__(self, language: str, facts: Mapping[str, object], claims: frozenset[str]) -> None:
        self.made: list[str] = []
        self.sentences: list[str] = []
        self.used: set[str] = set()
        self._language = language
        self._claims = claims
        self._facts = {name: self._fact(name, value) for name, value in facts.items()}

    def speak(self, folder: str, template: str) -> str:
        """The template filled in, as paragraphs. Raises UndefinedError where it lacks a fact."""
        found = plain_text(folder).get_template(template)
        return flow(found.render(self._facts, says=self.says, say=self.say))

    def says(self, claim: str) -> bool:
        """Whether the claim is true, and so is made."""
        true = claim in self._claims
        if true and claim not in self.made:
            self.made.append(claim)
        return true

    def say(self, sentence: str, english: str) -> str:
        """The sentence in this language. Raises UndefinedError where it lacks a fact."""
        self.sentences.append(sentence)
        self.used |= placeholders(english)
        if f"{{{WHERE}}}" in english and WHERE not in self._facts:
            self._facts[WHERE] = self.speak(WHERE, f"{ENGLISH}.txt")
        pattern = english if self._language == ENGLISH else self._translated(sentence)
        try:
            return pattern.format_map(self._facts)
        except KeyError as missing:
            raise UndefinedError(f"{missing} is undefined") from None

    def _translated(self, sentence: str) -> str:
        return catalogue(self._language).sentences[sentence]

    def _fact(self, name: str, value: object) -> Said:
        if isinstance(value, bool):
            return value
        text = one_line(in_words(value, self._language))
        whole = end_with_a_stop(text) if name in CLAIMS_OF_PEOPLE else text
        return isolated(whole, among_right_to_left=is_right_to_left(self._language))
