"""By a person's hand on Bluesky's real server and on Mastodon: posts elsewhere, words, copies."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path

import bluesky_stage
import mastodon_stage
import pytest
from department import ANA, CY, DEE, SAM, Department, open_department
from fault_proxy import Dialect, FaultProxy
from mastodon_stage import MastodonStage
from reached import Reached

from flows.deciding.attesting import attest
from flows.deciding.confirming import confirm
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.refusals import AlreadyDecidedError, BadRequestError
from flows.shapes import IncidentShape, PostShape, StatementShape
from flows.steps import verification
from flows.view import view, viewer
from models.snapshot import Snapshot
from models.statements import Statement
from models.words import Because, DecisionType, Kind, PostState, StatementState, Wait

TEXT = "My minister is a fool"
WRONG = "The fund opens on 3 May."
TIKTOK = "https://www.tiktok.com/@dept/video/7123456789"
BY_HAND = f"""
[[accounts]]
platform = "tiktok"
handle = "dept"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
"""
ACCOUNT = """
[[accounts]]
platform = "{platform}"
handle = "{handle}"
owner = "{owner}"
publishers = ["{publisher}", "{owner}"]
credentials = "env:ELSEWHERE"
base_url = "{url}"
"""


@dataclass(frozen=True)
class Hand:
    """Somebody with their app: posts, and takes down. Past the proxy, so past every count."""

    handle: str
    post: Callable[[str], str]
    """Takes the text; returns the post's id."""
    delete: Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """A department with an account on a server, and somebody who has one of their own there."""

    platform: str
    department: Department
    proxy: FaultProxy
    link_to: Callable[[str, str], str]
    """Takes a handle and an id."""
    ours: Hand
    theirs: Hand
    nothing: str
    """An id that no post has."""

    def posted(self, text: str) -> str:
        """Somebody posts on the department's account; the link."""
        return self.link_to(self.ours.handle, self.ours.post(text))

    def posted_at_home(self, text: str = TEXT) -> str:
        """Ana posts on an account of her own; the link."""
        return self.link_to(self.theirs.handle, self.theirs.post(text))

    def take_down_at_home(self, link: str) -> None:
        """Ana deletes it in her own app."""
        self.theirs.delete(_id(link))

    def row(self, reference: str) -> PostShape:
        """The post as people see it."""
        return shown(self, reference).posts[0]

    def words(self, reference: str) -> StatementShape:
        """The words as people see them."""
        return shown(self, reference).statements[-1]


Opener = Callable[[Path, ExitStack, bool], Place]


def _id(link: str) -> str:
    return link.rpartition("/")[2]


def counting_all(dialect: Dialect) -> Dialect:
    """The same, and whatever else is asked has a name, too: nothing passes uncounted."""
    return replace(
        dialect,
        verbs=(*dialect.verbs, "other"),
        verb_of=lambda request: dialect.verb_of(request) or "other",
    )


def on_bluesky(home: Path, stack: ExitStack, expired: bool) -> Place:
    """On the real server."""
    server = bluesky_stage.shared_server()
    dialect = counting_all(bluesky_stage.DIALECT)
    proxy = stack.enter_context(FaultProxy(server.base_url, dialect))
    handle, home_handle = bluesky_stage.fresh_handle(), bluesky_stage.fresh_handle()
    credentials = server.add_account(handle)
    server.add_account(home_handle)
    us, them = server.person(handle), server.person(home_handle)
    if expired:
        credentials = json.dumps({"identifier": handle, "password": "expired"})
    return Place(
        "bluesky",
        _department(home, "bluesky", handle, proxy, credentials),
        proxy,
        lambda name, key: f"{proxy.url}/profile/{name}/post/{key}",
        Hand(handle, us.post, us.delete),
        Hand(home_handle, them.post, them.delete),
        nothing="3lbhtsv2jjk2b",
    )


def on_mastodon(home: Path, stack: ExitStack, expired: bool, visibility: str = "public") -> Place:
    """On the practice instance; ``visibility`` is that of whatever people post."""
    server = mastodon_stage.instance()
    dialect = counting_all(mastodon_stage.DIALECT)
    proxy = stack.enter_context(FaultProxy(server.base_url, dialect))
    stage = MastodonStage(server, proxy)
    stack.callback(stage.platform.close)
    credentials = json.dumps({"access_token": "expired"}) if expired else stage.credentials
    return Place(
        "mastodon",
        _department(home, "mastodon", stage.handle, proxy, credentials),
        proxy,
        lambda name, post_id: f"{proxy.url}/@{name}/{post_id}",
        Hand(stage.handle, partial(stage.post, visibility=visibility), stage.delete),
        Hand(
            stage.other,
            partial(stage.post_by_another, visibility=visibility),
            stage.delete_by_another,
        ),
        nothing="99999999",
    )


def _department(
    home: Path, platform: str, handle: str, proxy: FaultProxy, secret: str
) -> Department:
    account = ACCOUNT.format(
        platform=platform, handle=handle, owner=CY, publisher=ANA, url=proxy.url
    )
    return open_department(
        home, more_accounts=account + BY_HAND, more_secrets={"ELSEWHERE": secret}
    )


@contextmanager
def opened(opener: Opener, home: Path, *, expired: bool = False) -> Iterator[Place]:
    """Its engine at work; stopped again."""
    with ExitStack() as stack:
        place = opener(home, stack, expired)
        stack.callback(place.department.close)
        place.department.start_engine()
        yield place


BOTH = [
    pytest.param(on_bluesky, id="bluesky", marks=pytest.mark.real),
    pytest.param(on_mastodon, id="mastodon"),
]


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each platform in turn, where our credentials are good."""
    with opened(request.param, tmp_path) as place:
        yield place


@pytest.fixture(params=BOTH)
def shut_out(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each platform in turn, where our credentials have expired."""
    with opened(request.param, tmp_path, expired=True) as place:
        yield place


@pytest.fixture
def bluesky(tmp_path: Path) -> Iterator[Place]:
    with opened(on_bluesky, tmp_path) as place:
        yield place


@pytest.fixture
def mastodon(tmp_path: Path) -> Iterator[Place]:
    with opened(on_mastodon, tmp_path) as place:
        yield place


def shown(place: Place, reference: str) -> IncidentShape:
    """The incident as the duty officer sees it."""
    department = place.department
    with department.office.store.read() as tx:
        return view(viewer(tx, department.office, department.person(DEE), reference))


def mails_to(department: Department, address: str) -> str:
    """All that somebody was sent, as they read it."""
    parts = (part for mail in department.mail.to(address) for part in mail.walk())
    texts = (part.get_payload(decode=True) for part in parts if not part.is_multipart())
    return "\n".join(text.decode() for text in texts)


# A post on an account that is not ours


def asked(place: Place, link: str) -> str:
    """Reported, the line confirmed, and Ana asked; the reference."""
    department = place.department
    reference = department.report(link, Kind.PERSONAL_ACCOUNT, by=SAM, poster=ANA)
    department.until_waiting(reference, Wait.CONFIRMATION)
    confirm(department.office, department.person(DEE), reference, yes=True, line=108)
    department.until_waiting(reference, Wait.BY_HAND)
    department.until(reference, lambda _: "private account" in mails_to(department, ANA))
    return reference


def says_gone(place: Place, reference: str, by: str = ANA, target: str | None = None) -> None:
    department = place.department
    attest(department.office, department.person(by), reference, target=target)


def concluded(place: Place, reference: str) -> PostState:
    """What became of the one look."""
    ends = (PostState.GONE, PostState.ATTESTED)
    return place.department.until(reference, lambda s: s.posts[0].state in ends).posts[0].state


def asked_again(seen: Snapshot, because: Because) -> bool:
    return any(question.because == because for question in seen.open_decisions())


def test_no_request_reaches_the_server_before_the_word_and_one_look_after(
    place: Place, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = (timedelta(0),) * 4  # were it looked at again, it would be now
    monkeypatch.setattr(verification, "RECHECKS", at_once)
    link = place.posted_at_home()
    reached.connected.clear()  # her own app's

    reference = asked(place, link)
    assert reached.besides_mail(place.department) == []
    assert place.proxy.calls() == []

    place.take_down_at_home(link)
    assert reached.to(place.proxy.url) == 0
    says_gone(place, reference)

    concluded(place, reference)
    looked = place.proxy.calls()
    assert [call.target for call in looked if _id(link) in call.target] == [looked[-1].target]
    assert len(place.proxy.calls("public")) == 1
    assert not any(call.signed for call in looked)
    assert reached.to(place.proxy.url) == 1
    assert place.department.seen(reference).posts[0].look_at is None
    with pytest.raises(AlreadyDecidedError):
        says_gone(place, reference)
    place.department.until_waiting(reference, Wait.ADVICE)
    place.department.finish(reference)
    place.department.until(reference, lambda s: s.incident.wake_at is None)
    assert place.proxy.calls() == looked


@pytest.mark.real
def test_what_bluesky_tells_strangers_is_not_there_is_gone(bluesky: Place) -> None:
    link = bluesky.posted_at_home()
    reference = asked(bluesky, link)
    bluesky.take_down_at_home(link)
    says_gone(bluesky, reference)
    assert concluded(bluesky, reference) == PostState.GONE
    post = bluesky.row(reference)
    assert (post.seen_gone_by, post.attested_by) == (["public"], None)
    assert post.verified_at is not None
    assert not post.ours


def test_what_mastodon_tells_strangers_is_not_there_may_be_hidden(mastodon: Place) -> None:
    link = mastodon.posted_at_home()
    reference = asked(mastodon, link)
    mastodon.take_down_at_home(link)
    says_gone(mastodon, reference)
    assert concluded(mastodon, reference) == PostState.ATTESTED
    post = mastodon.row(reference)
    assert (post.seen_gone_by, post.verified_at, post.attested_by) == ([], None, ANA)


def test_a_post_on_mastodon_that_only_followers_see_is_never_called_gone(tmp_path: Path) -> None:
    """To a stranger it looks the same before it is deleted as after."""
    with opened(partial(on_mastodon, visibility="private"), tmp_path) as mastodon:
        reference = asked(mastodon, mastodon.posted_at_home())
        says_gone(mastodon, reference)
        assert concluded(mastodon, reference) == PostState.ATTESTED
        (looked,) = mastodon.proxy.calls("public")
        assert looked.did == HTTPStatus.NOT_FOUND


def test_who_says_gone_of_a_post_that_is_there_is_asked_again(place: Place) -> None:
    link = place.posted_at_home()
    reference = asked(place, link)
    says_gone(place, reference)
    seen = place.department.until(reference, lambda s: asked_again(s, Because.STILL_THERE))
    assert seen.posts[0].state == PostState.BY_HAND
    assert len(place.proxy.calls("public")) == 1

    place.take_down_at_home(link)
    says_gone(place, reference)
    concluded(place, reference)
    assert len(place.proxy.calls("public")) == 2


def test_where_the_server_is_down_a_named_persons_word_stands(place: Place) -> None:
    link = place.posted_at_home()
    reference = asked(place, link)
    place.take_down_at_home(link)
    place.proxy.stop()
    says_gone(place, reference)
    assert concluded(place, reference) == PostState.ATTESTED
    place.proxy.start()
    post = place.row(reference)
    assert (post.seen_gone_by, post.verified_at, post.attested_by) == ([], None, ANA)
    assert place.department.seen(reference).posts[0].look_at is None
    place.department.until_waiting(reference, Wait.ADVICE)
    assert place.proxy.calls() == []


@pytest.mark.real
@pytest.mark.parametrize("closed", [bluesky_stage.deactivate, bluesky_stage.take_down])
def test_a_post_on_a_closed_account_is_not_gone(
    bluesky: Place, closed: Callable[[str], None]
) -> None:
    reference = asked(bluesky, bluesky.posted_at_home())
    closed(bluesky.theirs.handle)
    says_gone(bluesky, reference)
    assert concluded(bluesky, reference) == PostState.ATTESTED
    assert bluesky.row(reference).seen_gone_by == []
    assert bluesky.proxy.calls()


# Words by hand


def words_wait_for_a_hand(place: Place) -> str:
    """Cleared words that only a person can publish; the reference."""
    department = place.department
    reference = department.report_wrong_fact(place.posted(WRONG))
    department.until(
        reference, lambda s: any(one.state == StatementState.WAITING for one in s.statements)
    )
    department.clear(reference)
    department.until(reference, asked_to_publish)
    return reference


def asked_to_publish(seen: Snapshot, because: Because | None = None) -> bool:
    questions = [q for q in seen.open_decisions() if q.type == DecisionType.SETTLE]
    targets = [statement.id for statement in seen.statements]
    return any(q.target in targets and q.because == because for q in questions)


def published(place: Place, reference: str, link: str) -> None:
    """Cy has put the words up, and pastes the link."""
    department = place.department
    statement = department.seen(reference).statements[-1].id
    settle(
        department.office, department.person(CY), reference, there=True, target=statement, link=link
    )


def text_of(place: Place, reference: str) -> str:
    return place.department.text_of(place.department.seen(reference).statements[-1])


def accepted(place: Place, reference: str) -> StatementShape:
    """The words once they count as published."""
    place.department.until(
        reference, lambda s: s.statements[-1].state == StatementState.PUBLISHED, 40
    )
    return place.words(reference)


def test_with_expired_credentials_the_words_are_looked_for_by_a_stranger(shut_out: Place) -> None:
    reference = words_wait_for_a_hand(shut_out)
    link = shut_out.posted(text_of(shut_out, reference))
    looks = len(shut_out.proxy.calls("public"))
    published(shut_out, reference, link)
    statement = accepted(shut_out, reference)
    assert (statement.published_by_hand_by, statement.attested_by) == (CY, CY)
    assert statement.url == link
    assert len(shut_out.proxy.calls("public")) > looks
    assert shut_out.proxy.calls("create") == []


def test_a_link_to_nothing_is_asked_for_again_by_who_cannot_read(shut_out: Place) -> None:
    reference = words_wait_for_a_hand(shut_out)
    published(shut_out, reference, shut_out.link_to(shut_out.ours.handle, shut_out.nothing))
    shut_out.department.until(reference, lambda s: asked_to_publish(s, Because.NOT_THERE), 40)
    published(shut_out, reference, shut_out.posted(text_of(shut_out, reference)))
    assert accepted(shut_out, reference).attested_by == CY


def test_a_link_to_somebody_elses_post_is_refused_at_once(shut_out: Place) -> None:
    reference = words_wait_for_a_hand(shut_out)
    theirs = shut_out.posted_at_home(text_of(shut_out, reference))
    calls = len(shut_out.proxy.calls())
    with pytest.raises(BadRequestError, match=shut_out.ours.handle):
        published(shut_out, reference, theirs)
    assert len(shut_out.proxy.calls()) == calls
    assert shut_out.words(reference).state == StatementState.NEEDS_HUMAN


def refused_words(place: Place) -> str:
    """Cleared words that the platform refused, though it lets us read; the reference."""
    place.proxy.fail("create", "forbidden-403")
    return words_wait_for_a_hand(place)


def test_the_same_words_with_other_spaces_are_read_back_as_ours(place: Place) -> None:
    reference = refused_words(place)
    text = text_of(place, reference)
    spaced = f"  {text.replace(' ', '  ', 1)}\n"
    assert spaced.strip() != text
    link = place.posted(spaced)
    published(place, reference, link)
    statement = accepted(place, reference)
    assert (statement.published_by_hand_by, statement.attested_by) == (CY, None)
    assert statement.url == link


def test_other_words_than_those_that_were_cleared_are_not_accepted(place: Place) -> None:
    reference = refused_words(place)
    published(place, reference, place.posted("The fund opens on 5 June, sorry!!"))
    place.department.until(reference, lambda s: asked_to_publish(s, Because.WORDS_DIFFER), 40)
    assert place.words(reference).state == StatementState.NEEDS_HUMAN
    published(place, reference, place.posted(text_of(place, reference)))
    assert accepted(place, reference).attested_by is None


def test_somebody_elses_post_under_a_link_of_ours_is_not_accepted(mastodon: Place) -> None:
    """An instance finds a post by its number alone, whatever name the link has."""
    reference = refused_words(mastodon)
    theirs = mastodon.theirs.post(text_of(mastodon, reference))
    published(mastodon, reference, mastodon.link_to(mastodon.ours.handle, theirs))
    mastodon.department.until(reference, lambda s: asked_to_publish(s, Because.ANOTHER_ACCOUNT), 40)


def test_words_for_followers_are_not_looked_for_among_strangers(tmp_path: Path) -> None:
    with opened(partial(on_mastodon, visibility="private"), tmp_path) as mastodon:
        reference = refused_words(mastodon)
        for verb in ("get", "timeline", "me"):
            mastodon.proxy.fail(verb, "unauthorised-401", times=None)
        published(mastodon, reference, mastodon.posted(text_of(mastodon, reference)))
        assert accepted(mastodon, reference).attested_by == CY


# A platform that only people reach, beside one that we reach


def by_platform(seen: Snapshot) -> dict[str, PostState]:
    """How each copy stands."""
    return {post.platform: post.state for post in seen.posts}


def words_anew(place: Place, reference: str) -> list[str]:
    """Another kind, so other words, worded on what is known by now; the words of each account."""
    department = place.department
    reclassify(department.office, department.person(DEE), reference, kinds=(Kind.WRONG_ACCOUNT,))
    seen = department.until(reference, lambda s: len(_current(s)) == len(s.accounts))
    return [department.text_of(statement) for statement in _current(seen)]


def _current(seen: Snapshot) -> list[Statement]:
    return [one for one in seen.statements if one.generation == seen.incident.generation]


def test_where_one_copy_stands_on_a_word_nothing_is_said_to_be_removed(place: Place) -> None:
    department, ours = place.department, place.platform
    reference = department.report_wrong_fact((place.posted(WRONG), TIKTOK))
    seen = department.until(reference, lambda s: by_platform(s)[ours] == PostState.GONE, 40)
    assert by_platform(seen)["tiktok"] == PostState.BY_HAND

    says_gone(place, reference, by=CY)

    department.until(reference, lambda s: by_platform(s)["tiktok"] == PostState.ATTESTED)
    copies = {post.platform: post for post in shown(place, reference).posts}
    assert (copies[ours].state, copies[ours].attested_by) == (PostState.GONE, None)
    assert copies[ours].seen_gone_by == ["own", "public"]
    assert (copies["tiktok"].seen_gone_by, copies["tiktok"].attested_by) == ([], CY)
    texts = words_anew(place, reference)
    assert len(texts) == 2
    assert not any("removed" in text for text in texts)


def test_where_every_copy_was_seen_gone_it_is_said_to_be_removed(place: Place) -> None:
    reference = place.department.report_wrong_fact(place.posted(WRONG))
    place.department.until(reference, lambda s: s.posts[0].state == PostState.GONE, 40)
    (text,) = words_anew(place, reference)
    assert "It has been removed." in text
