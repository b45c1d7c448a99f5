"""Somebody pastes a link: what the web process does with it, and what comes of it."""

from datetime import timedelta

from department import ANA, Department
from sqlmodel import col, select, update
from untouched import untouched as leave_alone
from waiting import until

from amends.sandbox.timeline import Picture
from flows.previews import Says, Shown, ask_previews, previews_of
from flows.what_next import posts_meant
from models.incident import Capture
from models.previews import Preview, PreviewState

PICTURE = Picture(b"\x89PNG a picture", "image/png", "A map")


def paste(department: Department, *links: str, by: str = ANA) -> None:
    """What the page does when somebody pastes."""
    ask_previews(department.office, department.person(by), posts_meant(department.office, links))


def shown(department: Department, *links: str, by: str = ANA) -> tuple[Shown, ...]:
    """What they are shown of these links."""
    posts = posts_meant(department.office, links)
    return previews_of(department.office, department.person(by), posts)


def paste_and_see(department: Department, link: str, by: str = ANA) -> Shown:
    """Paste one, and wait until something is said of it."""
    paste(department, link, by=by)

    def said() -> bool:
        return shown(department, link, by=by)[0].says not in (Says.WAITING, Says.LATE)

    until(said, 30, "nothing was said of the link")
    return shown(department, link, by=by)[0]


def post_with_a_picture(department: Department, text: str) -> str:
    """Someone posts one; returns the link."""
    return department.sandbox.add_post("dept", text, pictures=[PICTURE]).url


def previews(department: Department) -> list[Preview]:
    """Every row that there is, the oldest first."""
    with department.office.store.read() as tx:
        return list(tx.exec(select(Preview).order_by(col(Preview.id))))


def preview(department: Department) -> Preview:
    """The only one."""
    (one,) = previews(department)
    return one


def captures(department: Department, reference: str) -> list[Capture]:
    """All that was kept of the incident's posts, the oldest first."""
    mine = [post.id for post in department.seen(reference).posts]
    with department.office.store.read() as tx:
        kept = select(Capture).where(col(Capture.post_id).in_(mine)).order_by(col(Capture.taken_at))
        return list(tx.exec(kept))


def files(department: Department) -> set[str]:
    """What lies in the folder of kept pictures and films, half-written things too."""
    folder = department.office.settings.media
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def age(department: Department, by: timedelta) -> None:
    """So much time has passed since all was pasted and read."""
    with department.office.store.write("later") as tx:
        for one in tx.exec(select(Preview)):
            one.asked_at -= by
            one.read_at = one.read_at - by if one.read_at else None
            one.due_at = one.due_at - by if one.due_at else None
            tx.add(one)


def untouched(department: Department) -> None:
    """Nobody has touched the kept files for a while."""
    leave_alone(department.office.settings.media)


def as_of_audience(department: Department, audience: str) -> None:
    """Let what was read have been shown to these alone."""
    with department.office.store.write("audience") as tx:
        tx.exec(update(Preview).values(audience=audience))


def is_read(department: Department) -> bool:
    """Whether the only one has been read, and its files are there."""
    one = preview(department)
    return one.state is PreviewState.READ and set(one.files) <= files(department)
