"""One wrong fact on X, Bluesky and Mastodon: one incident, three copies, each dealt with once."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from bluesky_stage import DIALECT, ever_created, fresh_handle, shared_server
from department import BO, CY, DEE, Department, account, open_department
from fault_proxy import FaultProxy
from mastodon_stage import MastodonStage, open_stage

from amends.practice.bluesky_person import BlueskyPerson
from flows.timeline import timeline
from flows.view import viewer
from models.snapshot import Snapshot
from models.words import NoticeState, PostState, StatementState, Wait

pytestmark = pytest.mark.real

WRONG = "The fund opens on 3 May."
PLATFORMS = ("bluesky", "mastodon", "x")


@dataclass
class World:
    """A department with an account on each of three platforms, and its engine at work."""

    department: Department
    bluesky: BlueskyPerson
    at_bluesky: FaultProxy
    mastodon: MastodonStage

    def post_everywhere(self) -> tuple[str, str, str]:
        """The same words on each; the links."""
        sky = self.bluesky.link(self.bluesky.post(WRONG), self.at_bluesky.url)
        toot = self.mastodon.post(WRONG)
        instance = self.mastodon.proxy.url
        return (
            self.department.post(WRONG),
            sky,
            f"{instance}/@{self.mastodon.handle}/{toot}",
        )

    def texts(self) -> dict[str, list[str]]:
        """What stands on each account, asked of the servers themselves."""
        live = self.department.sandbox.live_posts("dept")
        return {
            "x": [post.text for post in live],
            "bluesky": self.bluesky.texts(),
            "mastodon": self.mastodon.live(),
        }

    def ever(self) -> dict[str, int]:
        """How many posts each account ever had: the mistake, and what we were asked to add."""
        return {
            "x": len(self.department.sandbox.everything_ever("dept")),
            "bluesky": ever_created(shared_server(), self.bluesky.did),
            "mastodon": 1 + self.mastodon.calls("create"),
        }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        server = shared_server()
        proxy = stack.enter_context(FaultProxy(server.base_url, DIALECT))
        mastodon = stack.enter_context(open_stage())
        assert isinstance(mastodon, MastodonStage)
        handle = fresh_handle()
        secrets = {"ON_BLUESKY": server.add_account(handle), "ON_MASTODON": mastodon.credentials}
        elsewhere = (
            ("bluesky", handle, "ON_BLUESKY", proxy.url),
            ("mastodon", mastodon.handle, "ON_MASTODON", mastodon.proxy.url),
        )
        accounts = "".join(
            account(platform, name, secret, url) for platform, name, secret, url in elsewhere
        )
        department = open_department(tmp_path, more_accounts=accounts, more_secrets=secrets)
        stack.callback(department.close)
        department.start_engine()
        yield World(department, server.person(handle), proxy, mastodon)


def by_platform(seen: Snapshot) -> dict[str, PostState]:
    """How each copy stands."""
    return {post.platform: post.state for post in seen.posts}


def test_a_wrong_fact_on_three_platforms_is_gone_and_put_right_on_each_once(world: World) -> None:
    department = world.department
    reference = department.report_wrong_fact(world.post_everywhere())

    seen = department.until_waiting(reference, Wait.CLEARANCE, 60)
    assert by_platform(seen) == dict.fromkeys(PLATFORMS, PostState.GONE)
    assert all(post.seen_gone_by == ["own", "public"] for post in seen.posts)
    assert len(seen.captures) == 3
    assert world.texts() == {name: [] for name in PLATFORMS}

    for _ in PLATFORMS:
        department.clear(reference)
    seen = department.until_waiting(reference, Wait.ADVICE, 60)
    words = {seen.accounts[one.account_id].platform: one for one in seen.statements}
    assert {name: one.state for name, one in words.items()} == dict.fromkeys(
        PLATFORMS, StatementState.PUBLISHED
    )
    for name, (text,) in world.texts().items():
        assert "3 May" in text
        assert "5 June" in text
        assert text == department.text_of(words[name])
        assert words[name].url
    assert world.ever() == dict.fromkeys(PLATFORMS, 2)

    department.finish(reference)


def test_people_are_told_of_the_mistake_once_and_not_of_each_copy(world: World) -> None:
    department = world.department
    reference = department.report_wrong_fact(world.post_everywhere())
    seen = department.until_waiting(reference, Wait.CLEARANCE, 60)
    department.until(reference, lambda s: all(n.state != NoticeState.QUEUED for n in s.notices))
    assert len(department.mail.to("dtu@dept.example")) == 1
    assert len(department.mail.to(BO)) == 1
    assert [m["Subject"] for m in department.mail.to(CY)].count(
        f"Amends {reference}: words wait for you"
    ) == 1
    for message in department.mail.messages:
        assert "3 May" not in message.as_string()
        assert not any(post.url in message.as_string() for post in seen.posts)


def test_the_timeline_says_which_copy_each_line_is_about(world: World) -> None:
    department = world.department
    reference = department.report_wrong_fact(world.post_everywhere())
    department.until_waiting(reference, Wait.CLEARANCE, 60)
    with department.office.store.read() as tx:
        by = viewer(tx, department.office, department.person(DEE), reference)
        entries = timeline(tx, by, limit=200).entries
    gone = {one.platform: one.sentence for one in entries if one.what == "seen-gone"}
    assert set(gone) == set(PLATFORMS)
    assert gone["mastodon"].startswith(f"Mastodon @{world.mastodon.handle}: The post was seen gone")
    assert gone["x"].startswith("X @dept: ")


def test_a_platform_that_asks_to_wait_holds_up_its_own_copy_alone(world: World) -> None:
    department = world.department
    world.mastodon.proxy.fail("delete", "429", reset_in=600)
    reference = department.report_wrong_fact(world.post_everywhere())
    seen = department.until(
        reference,
        lambda s: by_platform(s)["x"] == by_platform(s)["bluesky"] == PostState.GONE,
        60,
    )
    assert by_platform(seen)["mastodon"] == PostState.DELETING
    department.until(reference, lambda s: len(s.statements) == 3)
    for statement in department.seen(reference).statements:
        assert "removed" not in department.text_of(statement)
