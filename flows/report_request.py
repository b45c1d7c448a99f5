"""Reading a report: which posts it means, of which accounts, and who posted; nothing is fetched."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from flows.refusals import BadRequestError
from models.links import BadLinkError, KnownAccount, ParsedLink, parse_link
from models.people import Account, Person
from models.words import Circumstance, DeleteWord, Kind, PosterKnown, Tier
from policy.correcting import why_no_correction
from policy.decide import decide
from policy.directions import why_not_balanced
from policy.reader import PolicyError

ME, UNKNOWN, NOBODY = "me", "unknown", "nobody"
MOST_POSTS = 500

NOT_OUR_DOING = frozenset({Kind.INTRUDER, Kind.LEAVER, Kind.INSIDER_UNKNOWN, Kind.IMPERSONATION})
"""Kinds that say by themselves that whoever reports it did not post it."""

NO_LINK = "Enter the link to the post."
TOO_MANY = f"Report {MOST_POSTS} posts or fewer at a time."
BAD_POSTER = "Say who posted: 'me', 'unknown', or that person’s e-mail address."
BAD_CLEARED = "Say who cleared the post: 'nobody', or that person’s e-mail address."


@dataclass(frozen=True)
class ReportRequest:
    """What a person reports. ``poster`` is None where they did not say.

    ``cleared_by`` is who cleared the post before it went out: an address, or "nobody".
    """

    post_urls: tuple[str, ...]
    kinds: tuple[Kind, ...]
    circumstances: tuple[Circumstance, ...] = ()
    poster: str | None = None
    cleared_by: str | None = None
    note: str | None = field(default=None, repr=False)
    wrong: str | None = field(default=None, repr=False)
    right: str | None = field(default=None, repr=False)
    source_url: str | None = field(default=None, repr=False)
    language: str | None = None

    @property
    def digest(self) -> str:
        """What tells this request from another one."""
        body = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()

    @property
    def facts(self) -> dict[str, str]:
        """The wrong and the right claim and the source, as far as they were given."""
        given = {"wrong": self.wrong, "right": self.right, "source_url": self.source_url}
        return {name: value.strip() for name, value in given.items() if value and value.strip()}


@dataclass(frozen=True)
class NamedPost:
    """One post that a report names. ``account`` is None where it is not one of ours."""

    link: ParsedLink
    account: Account | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What no two open posts share."""
        return self.link.platform, self.link.realm, self.link.remote_id


@dataclass(frozen=True)
class ReadReport:
    """A report that can be stored: every link, kind and address in it is understood."""

    request: ReportRequest
    posts: tuple[NamedPost, ...]
    poster_known: PosterKnown
    poster_email: str | None
    cleared_by: str | None
    language: str
    asks_to_delete: bool
    """Whether its own kinds, with nobody else's, have the posts taken down at once."""
    keeps_whole: bool
    """Whether the whole of such a post is kept, and nothing else will do."""


def read_report(
    request: ReportRequest, reporter: Person, accounts: Sequence[Account]
) -> ReadReport:
    """Understand the report or refuse it whole. Raises BadRequestError with a sentence.

    Who posted is the reporter, where they did not say and publish for every account (design §3.1).
    """
    posts = posts_of(request.post_urls, accounts)
    _check_facts(request)
    tiers = {post.account.tier for post in posts if post.account}
    tier = Tier.PERSONAL_OFFICIAL if Tier.PERSONAL_OFFICIAL in tiers else Tier.OFFICIAL
    try:
        plan = decide(request.kinds, request.circumstances, tier=tier)
    except PolicyError as error:
        raise BadRequestError(str(error)) from None
    known, poster = _poster(request, reporter, posts)
    spoken = next((p.account.languages[0] for p in posts if p.account and p.account.languages), "")
    return ReadReport(
        request=request,
        posts=posts,
        poster_known=known,
        poster_email=poster,
        cleared_by=_cleared_by(request),
        language=request.language or spoken or "en",
        asks_to_delete=plan.delete == DeleteWord.NOW,
        keeps_whole=not (plan.metadata_only or plan.may_delete_without_capture),
    )


def posts_of(urls: Sequence[str], accounts: Sequence[Account]) -> tuple[NamedPost, ...]:
    """Each post once. One bad link refuses them all: nothing is half reported. Raises
    BadRequestError."""
    if not urls:
        raise BadRequestError(NO_LINK)
    if len(urls) > MOST_POSTS:
        raise BadRequestError(TOO_MANY)
    ours = [account for account in accounts if account.registered]
    known = [KnownAccount(one.platform, one.handle, one.base_url) for one in ours]
    try:
        links = [parse_link(url, known) for url in urls]
    except BadLinkError as error:
        raise BadRequestError(f"{error}.") from None
    posts = [NamedPost(link, account_of(link, ours)) for link in links]
    return tuple({post.key: post for post in posts}.values())


def account_of(link: ParsedLink, accounts: Iterable[Account]) -> Account | None:
    """The account that a configured link means; one on its own server goes before one that is not.

    A Mastodon handle may carry its server (name@server); links have the name alone.
    """
    if not link.configured:
        return None

    def fits(account: Account) -> bool:
        names = {account.handle, account.handle.partition("@")[0]}
        return account.platform == link.platform and link.handle in names

    def elsewhere(account: Account) -> bool:
        return not (account.base_url and link.url.startswith(account.base_url.rstrip("/") + "/"))

    return next(iter(sorted(filter(fits, accounts), key=elsewhere)), None)


def _check_facts(request: ReportRequest) -> None:
    """What is given of both may not be the same. Either may be left for later."""
    facts = request.facts
    if why := next(filter(None, map(why_not_balanced, facts.values())), None):
        raise BadRequestError(why)
    if "wrong" in facts and "right" in facts:
        refused = why_no_correction(facts["wrong"], facts["right"], request.kinds)
        if refused:
            raise BadRequestError(refused)


def _poster(
    request: ReportRequest, reporter: Person, posts: tuple[NamedPost, ...]
) -> tuple[PosterKnown, str | None]:
    said = (request.poster or "").strip().lower()
    if said in (ME, reporter.email):
        return PosterKnown.REPORTER, reporter.email
    if said == UNKNOWN:
        return PosterKnown.UNKNOWN, None
    if said:
        return PosterKnown.NAMED, _address(said, BAD_POSTER)
    theirs = all(post.account and post.account.published_by(reporter.email) for post in posts)
    if theirs and not NOT_OUR_DOING & set(request.kinds):
        return PosterKnown.REPORTER, reporter.email
    return PosterKnown.UNKNOWN, None


def _cleared_by(request: ReportRequest) -> str | None:
    said = (request.cleared_by or "").strip().lower()
    if not said or said == NOBODY:
        return said or None
    return _address(said, BAD_CLEARED)


def _address(said: str, sentence: str) -> str:
    if said.count("@") != 1 or " " in said or len(said) > 254 or said[0] == "@" or said[-1] == "@":
        raise BadRequestError(sentence)
    return said
