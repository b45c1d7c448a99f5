"""Looking at public words: what cannot be sent, what is to be looked at again, and where."""

import pytest

from models.words import StatementKind
from policy import looking
from policy.dictionary import is_word
from policy.looking import Found, Scene, look_at, refusals, sentence_of
from policy.spelling import KEY
from policy.words import Finding

NOTE = Scene(StatementKind.NOTE)
APOLOGY = Scene(StatementKind.APOLOGY)
GOOD = "We are sorry. Please disregard our post."


def found(text: str, scene: Scene = NOTE) -> set[str]:
    return {one.finding.value for one in look_at(text, scene)}


def the(text: str, finding: Finding, scene: Scene = NOTE) -> Found:
    (one,) = [one for one in look_at(text, scene) if one.finding == finding]
    return one


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("We are sorry if anyone was offended.", "conditional-apology"),
        ("We’re sorry if you’ve been upset by our post.", "conditional-apology"),
        ("Apologies to anyone who may have found it offensive.", "conditional-apology"),
        ("We apologise for any offence caused.", "conditional-apology"),
        ("We are sorry that you feel this way.", "conditional-apology"),
        ("We are sorry for how it was perceived as rude.", "conditional-apology"),
        ("A junior colleague posted it.", "blames"),
        ("It was posted by an intern.", "blames"),
        ("A member of staff used the account.", "blames"),
        ("This was human error.", "blames"),
        ("It was taken out of context.", "blames"),
        ("The person has been suspended.", "names-outcome"),
        ("Disciplinary action will follow.", "names-outcome"),
        ("They no longer work with us.", "names-outcome"),
        ("Our deepest apologizes for the earlier typo.", "misspelt"),
        ("We apolagise.", "misspelt"),
        ("We are sory for our post.", "misspelt"),
        ("Please disregard the the post.", "misspelt"),
        ("We should of checked it.", "misspelt"),
        ("See http://dept.example/x for more.", "bad-link"),
        ("See www.dept.example for more.", "bad-link"),
        ("See https://dept.example:8080/x for more.", "bad-link"),
    ],
)
def test_what_cannot_be_sent(text: str, finding: str) -> None:
    assert finding in found(text)
    assert refusals(look_at(text, NOTE))


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("We met in Exampletown.", "unknown-word"),
        ("Please read the snorgle.", "unknown-word"),
        ("See https://elsewhere.example/x for more.", "unknown-host"),
        ("See dept.example for more.", "bare-link"),
        ("We are sorry.Please disregard it.", "bare-link"),
        ("Ask @somebody for more.", "unknown-handle"),
        ("Going forward we will check.", "not-plain"),
        (f"We are sorry {'and very ' * 12} sorry for this post.", "long-sentence"),
    ],
)
def test_what_is_to_be_looked_at_again(text: str, finding: str) -> None:
    assert finding in found(text)
    assert not refusals(look_at(text, NOTE))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "We apologise. It should not have been published.",
        "We take responsibility for it. Please do not share it.",
        "The colour of the organisation’s programme was unauthorised; our centre’s wasn’t.",
        "Our office closes at 9.30am on 5 June, e.g. for visas. #Fund £50 5%",
    ],
)
def test_good_words_are_left_alone(text: str) -> None:
    assert found(text) <= {"no-repair", "no-apology"}
    assert not refusals(look_at(text, APOLOGY))


def test_an_apology_takes_responsibility_and_offers_repair() -> None:
    assert found(GOOD, APOLOGY) == set()
    assert found("Mistakes were made. Please disregard it.", APOLOGY) == {"no-apology"}
    assert found("We are sorry.", APOLOGY) == {"no-repair"}
    assert found("Please note.", NOTE) == set()


def test_a_correction_says_what_was_wrong_and_what_is_right() -> None:
    scene = Scene(
        StatementKind.CORRECTION, wrong="It is open on 3 May", right="It is shut on 5 May"
    )
    assert found("Correction: it is shut on 5 May, not open on 3 May.", scene) == set()
    assert found("Correction: it is shut on 5 May.", scene) == {"no-old-claim"}
    assert found("Please disregard our post.", scene) == {"no-old-claim", "no-right-claim"}


def test_the_poster_is_never_named() -> None:
    scene = Scene(StatementKind.NOTE, poster="May Ahmed")
    assert "names-poster" in found("Mrs Ahmed is sorry.", scene)
    assert "names-poster" in found("may ahmed is sorry.", scene)
    assert "names-poster" not in found("It opens on 5 May.", scene)
    assert "may-name-poster" in found("It opens on 5 May.", scene)
    assert found("It may open later.", scene) == set()


@pytest.mark.parametrize("text", ["Aid to Jordan goes on.", "Jordan is sorry.", "Michael wrote."])
def test_a_name_that_a_place_has_too_is_asked_about(text: str) -> None:
    scene = Scene(StatementKind.NOTE, poster="Michael Jordan")
    assert "may-name-poster" in found(text, scene)
    assert "names-poster" not in found(text, scene)


@pytest.mark.parametrize("text", ["Michael  Jordan is sorry.", "Mr Jordan is.", "Dr. Michael is."])
def test_the_whole_name_and_one_with_a_title_are_refused(text: str) -> None:
    assert "names-poster" in found(text, Scene(StatementKind.NOTE, poster="Michael Jordan"))


def test_of_the_old_claim_and_the_right_one_nothing_names_the_poster() -> None:
    wrong, right = "Aid to\nJordan ends", "Aid to Jordan goes on"
    scene = Scene(StatementKind.CORRECTION, poster="Mike Jordan", wrong=wrong, right=right)
    text = "Correction: Aid to Jordan goes on. We said: Aid to Jordan ends."
    assert found(text, scene) == set()
    assert "may-name-poster" in found(f"{text} Jordan is sorry.", scene)


@pytest.mark.parametrize(
    "text", ["We met Mr Saud today.", "Please ask Herr Wass today.", "We are in Hass now."]
)
def test_a_name_is_no_slip_of_the_pen(text: str) -> None:
    scene = Scene(StatementKind.NOTE, expected=frozenset({"said", "here", "was", "has"}))
    assert "unknown-word" in found(text, scene)
    assert "misspelt" not in found(text, scene)


@pytest.mark.parametrize("text", ["Sory for our post.", "WE ARE SORY.", "We are sory."])
def test_a_capital_that_every_word_would_have_makes_no_name(text: str) -> None:
    assert "misspelt" in found(text)


def test_a_short_old_claim_hides_no_part_of_a_word() -> None:
    scene = Scene(StatementKind.NOTE, wrong="ory")
    assert "misspelt" in found("We are sory for our post.", scene)


def test_each_finding_has_the_number_of_its_sentence() -> None:
    numbers = [one.number for one in look_at("@ab. We are sorry. @cd and @ef. ", NOTE)]
    assert numbers == [1, 3, 3]


def test_looking_takes_no_longer_than_the_text_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    whole = looking.sentences
    monkeypatch.setattr(looking, "sentences", lambda text: times.append(1) or whole(text))
    look_at("@ab http://a.b a.example " * 50, NOTE)
    assert len(times) <= 2


def test_what_the_register_and_the_post_name_is_known() -> None:
    scene = Scene(
        StatementKind.NOTE,
        known=frozenset({"Exampletown"}),
        hosts=frozenset({"www.gov.uk"}),
        handles=frozenset({"dept", "dept@social.example"}),
    )
    text = "See Exampletown’s @dept, @dept@social.example and https://www.gov.uk/x."
    assert found(text, scene) == set()


def test_the_old_claim_is_quoted_as_it_was() -> None:
    text = "An earlier post said: The fnud opens. It should read: The fund opens."
    assert "unknown-word" in found(text)
    assert found(text, Scene(StatementKind.NOTE, wrong="The fnud opens")) == set()


def test_a_finding_says_where_and_repeats_nothing() -> None:
    text = "We are sorry. We apolagise for Ana’s post."
    one = the(text, Finding.MISSPELT)
    assert text[one.start : one.end] == "apolagise"
    assert sentence_of(one) == ("Sentence 2 has a misspelt word. Did you mean: apologise?")


def test_words_in_the_place_of_a_post_are_looked_at_as_a_post() -> None:
    scene = Scene(
        StatementKind.NOTE, before="The fnud opens for any offence caused.", in_place=True
    )
    assert found("The fund opens for any offence caused.", scene) == set()
    assert found("The fund is shut from 5 June.", scene) == {"more-than-a-typo"}
    assert found("The fund opnes.", scene) >= {"unknown-word"}


def test_a_picture_needs_a_description() -> None:
    scene = Scene(StatementKind.NOTE, before="A b", in_place=True, without_alt_text=True)
    assert found("A b", scene) == {"no-alt-text"}


def test_another_language_is_not_looked_at_as_if_it_were_english() -> None:
    assert found("Nous sommes vraiment désolés de cette erreur.", APOLOGY) == set()
    scene = Scene(StatementKind.APOLOGY, english=False)
    assert found("Nous sommes if anyone was offended.", scene) == set()


def test_the_dictionary_is_british_and_whole() -> None:
    for word in ("apologise", "organisation", "unauthorised", "colour", "it's", "Wales", "GOV"):
        assert is_word(word), word
    for word in ("apologize", "teh", "goverment", "recieve", "xyzzy"):
        assert not is_word(word), word
    assert all(is_word(word) for word in KEY)
