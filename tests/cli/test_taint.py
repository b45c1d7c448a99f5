"""At the command line: words that repeat something are refused without repeating it, and whoever
clears words reads what they were held against."""

from typing import Any

from paper import CY, SUE

from models.words import Kind


def test_words_that_repeat_something_are_refused_without_repeating_it(terminal: Any) -> None:
    reference = terminal.paper.worded(kinds=(Kind.SAFETY,), note="It shows Siobhan’s terrace")
    ended = terminal.run("words", reference, "--text", "We are sorry. S i o b h a n.", by=CY)
    assert ended.code == 2
    assert "of the note in the report (word 4)" in " ".join(ended.err.split())
    assert "iobhan" not in ended.out + ended.err
    ended = terminal.run("words", reference, "--text", "We are sorry for that post.", by=CY)
    assert ended.code == 0


def test_who_clears_reads_what_the_words_were_held_against(terminal: Any) -> None:
    reference = terminal.paper.worded(kinds=(Kind.SAFETY,), note="It shows Siobhan’s terrace")
    ended = terminal.run("clear", reference, by=SUE)
    said = " ".join(ended.out.split())
    assert ended.code == 0
    assert "The words were held against: the name and number of its account" in said
    assert "the notes of the reports" in said
    assert "Not all words of the post were kept" in said
    other = terminal.paper.worded(terminal.paper.link(9))
    assert "held against" not in terminal.run("clear", other, by="dee@dept.example").out
