"""Free text: each claim in many turns of phrase, denials on the safe side, no other tongue."""

import pytest

from policy.reading import Reading, phrase_rows, plain, read_claims
from policy.words import Claim

SAID = {
    Claim.POSTED_BY_MISTAKE: [
        "It was posted by mistake.",
        "This was POSTED IN ERROR",
        "We accidentally shared a post here.",
        "It was a mistake.",
        "That post wasn’t meant for this account.",
        "The tweet was sent from this account in error.",
        "We did not mean to publish it.",
    ],
    Claim.NOT_AN_OFFICIAL_VIEW: [
        "It is not an official view.",
        "This doesn’t reflect our views.",
        "It does not represent the position of the department.",
        "The post in no way reflects the views of the embassy.",
        "These are not our views.",
        "It was a personal opinion.",
    ],
    Claim.WAS_WRONG: [
        "It was wrong.",
        "A post on this account this morning was inaccurate.",
        "We got the date wrong.",
        "Our post gave the wrong date.",
        "The figure that we gave: it wasn't right.",
        "We incorrectly stated that the office is open.",
    ],
    Claim.WE_HAVE_CORRECTED: [
        "We have corrected it.",
        "We’ve now set the record straight.",
        "It has since been corrected.",
        "The post has been amended.",
    ],
    Claim.HAS_BEEN_REMOVED: [
        "It has been removed.",
        "It’s been deleted.",
        "We have taken it down.",
        "We deleted the tweet.",
        "The post about the fund has now been withdrawn.",
        "Post removed.",
        "Deleted.",
        "The message is no longer available.",
        "It\u00a0has been re\u200bmoved.",
        "The post has_been_removed.",
    ],
    Claim.UNAUTHORISED: [
        "The post was unauthorised.",
        "An unauthorized post appeared here.",
        "We were hacked.",
        "Our account was briefly compromised.",
        "Hackers gained access to this account.",
        "It wasn't authorised.",
        "It was posted without our permission.",
    ],
    Claim.WAS_NOT_HACKED: [
        "The account was not hacked.",
        "Nobody has taken over the account.",
        "There was no breach.",
        "We haven’t been hacked.",
        "Our account is secure.",
        "There is no evidence that anyone hacked us.",
    ],
    Claim.NO_PERSONAL_DATA: [
        "No personal data was involved.",
        "No one's personal information was shared.",
        "Personal details weren’t exposed.",
        "It didn't contain any personal data.",
        "There was no data breach.",
    ],
    Claim.WAS_A_DRILL: [
        "It was a drill.",
        "The warning was part of an exercise.",
        "This was only a test.",
        "The warning was a drill.",
        "There was not a real emergency.",
        "It was a false alarm.",
        "The alert was not real.",
    ],
    Claim.INVESTIGATION_UNDER_WAY: [
        "An investigation is under way.",
        "We have launched a full investigation.",
        "We’re looking into how this happened.",
        "The matter is being looked into.",
        "An inquiry has been opened.",
        "It is under investigation.",
    ],
}

DENIED = [
    ("The post has not been removed.", Claim.HAS_BEEN_REMOVED),
    ("It hasn’t been deleted yet.", Claim.HAS_BEEN_REMOVED),
    ("No investigation is under way.", Claim.INVESTIGATION_UNDER_WAY),
    ("This was not posted by mistake.", Claim.POSTED_BY_MISTAKE),
    ("It was never unauthorised.", Claim.UNAUTHORISED),
    ("The travel ban has been removed.", Claim.HAS_BEEN_REMOVED),
    ("We are sorry for the mistake.", Claim.POSTED_BY_MISTAKE),
    ("We will delete it.", Claim.HAS_BEEN_REMOVED),
    ("We will find out how it happened.", Claim.INVESTIGATION_UNDER_WAY),
]

HARMLESS = [
    "We are sorry.",
    "Please disregard an earlier post on this account: it carried no message.",
    "Correction: the fund opens on 5 June.",
    "We take responsibility for what we publish.",
    "What we have to announce will be published on our official channels.",
    "A post on this account does not set out government policy.",
    "Please do not share it.",
]

HONEST = [
    ("The flood warning was withdrawn at 22:00.", Claim.HAS_BEEN_REMOVED),
    ("There is no missile threat to the islands.", Claim.WAS_A_DRILL),
    ("There is no danger.", Claim.WAS_A_DRILL),
    ("It is not a real photograph.", Claim.WAS_A_DRILL),
    ("Police are investigating the crash.", Claim.INVESTIGATION_UNDER_WAY),
    ("Please do not share personal information in reply.", Claim.NO_PERSONAL_DATA),
    ("We have updated our travel advice.", Claim.WE_HAVE_CORRECTED),
    ("We have put it right.", Claim.WE_HAVE_CORRECTED),
    ("Without permission you may not fly a drone.", Claim.UNAUTHORISED),
]

NEW_TURNS = [
    ("It has disappeared from our account.", Claim.HAS_BEEN_REMOVED),
    ("We wiped the post.", Claim.HAS_BEEN_REMOVED),
    ("The post no longer exists and nobody can see it now.", Claim.HAS_BEEN_REMOVED),
    ("A member of the public got into our account and wrote the post.", Claim.UNAUTHORISED),
    ("This was not us.", Claim.UNAUTHORISED),
    ("It was a practice run.", Claim.WAS_A_DRILL),
    ("Nobody's address was in it.", Claim.NO_PERSONAL_DATA),
    ("Your data is safe.", Claim.NO_PERSONAL_DATA),
    ("Our account was never at risk.", Claim.WAS_NOT_HACKED),
]

UNHEARD = [
    "Nothing of that is up today.",
    "The office opens on 5 June.",
    "We have taken it\ndown.",
]

OTHER_TONGUES = [
    "Le message a été supprimé.",
    "Nous sommes désolés.",
    "El mensaje ha sido eliminado. Lo sentimos mucho.",
    "Post eliminado.",
    "Mae'r neges wedi'i dileu.",
    "Сообщение удалено.",
    "تم حذف المنشور.",
    "该帖子已被删除。",
    "A publicação foi removida.",
]


@pytest.mark.parametrize(
    ("text", "claim"), [(text, claim) for claim, texts in SAID.items() for text in texts]
)
def test_a_claim_is_heard_however_it_is_put(text: str, claim: Claim) -> None:
    assert read_claims(text).made == {claim}


def test_every_claim_has_turns_of_phrase_to_be_heard_by() -> None:
    assert set(SAID) == set(Claim)
    for claim in Claim:
        readings = {row.reading for row in phrase_rows() if row.claim == claim}
        assert Reading.MAY_SAY in readings
        assert readings & {Reading.SAYS, Reading.SAYS_NO}


@pytest.mark.parametrize(("text", "claim"), DENIED + HONEST + NEW_TURNS)
def test_what_is_denied_or_not_understood_is_for_a_person_to_say(text: str, claim: Claim) -> None:
    read = read_claims(text)
    assert claim not in read.made
    assert claim in read.maybe


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_claim_nothing_are_left_alone(text: str) -> None:
    read = read_claims(text)
    assert (read.made, read.maybe, read.unread) == (frozenset(), frozenset(), ())


@pytest.mark.parametrize("text", UNHEARD)
def test_of_a_sentence_in_which_nothing_is_heard_nothing_is_known(text: str) -> None:
    assert read_claims(text).unheard


def test_what_is_only_quoted_or_a_link_says_nothing_by_itself() -> None:
    assert read_claims("It opens on 5 June. https://dept.example/x #open", quoted=[
        "It opens on 5 June"
    ]).unheard == ()  # fmt: skip


@pytest.mark.parametrize("text", OTHER_TONGUES)
def test_what_is_not_english_is_not_read_whatever_it_is_called(text: str) -> None:
    assert read_claims(text, "en").unread
    assert read_claims(text, "fr").unread


def test_english_among_another_language_is_read_all_the_same() -> None:
    read = read_claims("It has been removed. Nous sommes vraiment désolés.")
    assert read.made == {Claim.HAS_BEEN_REMOVED}
    assert [one.number for one in read.unread] == [2]


def test_the_old_claim_is_only_quoted() -> None:
    text = "We said: The post has been removed. The right information is: The post stays."
    read = read_claims(text, quoted=["The post has been removed"])
    assert read.made == frozenset()
    assert read.maybe == {Claim.HAS_BEEN_REMOVED}


def test_a_post_of_several_sentences_is_quoted_too() -> None:
    post = "The museum is open. The scaffolding has been removed. See you there."
    read = read_claims(f"{post} We have deleted the other post.", quoted=[post])
    assert read.made == {Claim.HAS_BEEN_REMOVED}
    assert [one.sentence.number for one in read.heard if one.sure] == [4]
    assert read_claims(post, quoted=[post]).made == frozenset()


def test_a_sentence_is_found_where_it_stands() -> None:
    text = "We are sorry. See https://dept.example/a.b for more. It’s been deleted!"
    (heard,) = [one for one in read_claims(text).heard if one.sure]
    assert heard.sentence.number == 3
    assert text[heard.sentence.start : heard.sentence.end].strip() == "It’s been deleted!"


def test_letters_that_nobody_sees_hide_nothing() -> None:
    assert plain("It\u2019s  BEEN\u00a0de\u200dleted\u2026") == "it is been deleted"
