"""What will happen if this is reported: said before the button is pressed, from the same tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import select

from flows.dry_run import is_dry
from flows.permission import Said, Verdict, verdict
from flows.report_request import NamedPost, ReadReport, ReportRequest, posts_of, read_report
from models.office import Office
from models.people import Account, Person
from models.words import DeleteWord, Kind, PosterKnown, StatementKind, Tier
from policy.access import is_dtu
from policy.decide import decide
from policy.plan import Plan

ELSEWHERE, DTU_DIGEST = "elsewhere", "dtu-digest"


@dataclass(frozen=True)
class Coming:
    """One thing that will happen; ``code`` is a row of labels.csv. ``account`` is empty where it
    is about the whole."""

    code: str
    account: str = ""


def accounts_here(office: Office) -> tuple[Account, ...]:
    """Every account that ever was registered."""
    with office.store.read() as tx:
        return tuple(tx.exec(select(Account)).all())


def posts_meant(office: Office, urls: Sequence[str]) -> tuple[NamedPost, ...]:
    """Which posts the links mean; nothing is fetched. Raises BadRequestError."""
    return posts_of(urls, accounts_here(office))


def what_next(office: Office, reporter: Person, request: ReportRequest) -> tuple[Coming, ...]:
    """What reporting this will bring about. Raises BadRequestError, as the report itself would."""
    read = read_report(request, reporter, accounts_here(office))
    tiers = {post.account.tier for post in read.posts if post.account}
    tier = Tier.PERSONAL_OFFICIAL if Tier.PERSONAL_OFFICIAL in tiers else Tier.OFFICIAL
    plan = decide(request.kinds, request.circumstances, tier=tier)
    return (
        *_of_posts(office, plan, reporter, read.posts),
        *_of_words(plan),
        *_of_people(plan, read),
    )


def _of_posts(
    office: Office, plan: Plan, reporter: Person, posts: Sequence[NamedPost]
) -> Iterator[Coming]:
    if any(post.account for post in posts):
        yield Coming("kept-details" if plan.metadata_only else "kept")
    by_account = {_name(post): _of_post(office, plan, reporter, post.account) for post in posts}
    alike = len(set(by_account.values())) == 1
    for name, code in list(by_account.items())[: 1 if alike else None]:
        yield Coming(code, "" if alike else name)


def _name(post: NamedPost) -> str:
    return f"@{post.link.handle}" if post.link.handle else post.link.platform


def _of_post(office: Office, plan: Plan, reporter: Person, account: Account | None) -> str:
    if account is None and plan.delete != DeleteWord.NO:
        return ELSEWHERE
    connected = account is not None and account.credentials is not None
    ours = connected and account is not None and not is_dry(office, account)
    entitled = is_dtu(reporter) or (account is not None and account.published_by(reporter.email))
    return verdict(plan, Said(entitled, not entitled, registered=ours)).value


def _of_words(plan: Plan) -> Iterator[Coming]:
    yield Coming("no-words" if plan.statement == StatementKind.NONE else "words")


def _of_people(plan: Plan, read: ReadReport) -> Iterator[Coming]:
    if Kind.CLASSIFIED in plan.kinds:
        yield Coming("security")
        return
    yield Coming(DTU_DIGEST if plan.digest_only else "dtu")
    if plan.digest_only:
        return
    theirs = read.poster_known == PosterKnown.REPORTER
    ours = all(post.account for post in read.posts)
    yield Coming("manager" if theirs and ours else "manager-later")


CODES = frozenset({one.value for one in Verdict}) | {ELSEWHERE}
"""Every answer about a post has words of its own."""
