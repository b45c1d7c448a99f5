"""What to do when the service cannot be reached: the post comes down without us."""

from amends.settings import SettingsError, load

STEPS = """\
Amends cannot be reached at {url}.
Do it by hand, in this order:

 1. Phone the duty officer: {duty_officer}.
    If the post is secret or could harm somebody, phone security first and
    send nothing in writing.
 2. Take a picture of the post and note the time. If it is classified, note
    the link and the time only.
 3. Delete it in the platform's own app. If people may be acting on it,
    publish the correction first.
 4. Look at the link signed out. A login page proves nothing.
 5. Tell the line manager and the Digital Transformation Unit.
 6. Publish words only when somebody else has agreed to them.
 7. Write down who did what and when, and report it here once Amends answers.

To see what is wrong with the service: amends doctor"""

NO_NUMBER = "the number is in your department's directory"


def by_hand(url: str) -> str:
    """The steps, with the duty officer's number where amends.toml can be read."""
    try:
        number = load().organisation.duty_officer
    except (SettingsError, OSError):
        number = NO_NUMBER
    return STEPS.format(url=url, duty_officer=number)
