"""Log-in custody: when people last said that they can log in to each account, and who did."""

from datetime import UTC, datetime, timedelta

from amends.custody import ENOUGH, BrokenCustodyError, Last, last_answers
from amends.doctor.findings import Finding, bad, ok, warn
from amends.doctor.staff import Staff
from amends.settings import Settings

TOPIC = "log-ins"
FRESH = timedelta(days=92)
"""A quarter: passwords, phones and people change faster than anybody notices."""

ASK = "To ask: amends drill --custody"


class Custody:
    """The answers that drills have left behind."""

    def __init__(self, settings: Settings, staff: Staff) -> None:
        self._staff = staff
        self._broken = ""
        self._last: dict[str, Last] = {}
        try:
            self._last = last_answers(settings.home)
        except BrokenCustodyError as error:
            self._broken = str(error)

    def of(self, account: str) -> Finding:
        """What is known of one account, as ``platform/handle``."""
        return self._judge(account).on(TOPIC)

    def _judge(self, account: str) -> Finding:
        if self._broken:
            return bad(account, f"{self._broken} cannot be read. Remove it, then ask again. {ASK}")
        last = self._last.get(account)
        if last is None:
            return warn(account, f"Nobody was ever asked whether they can log in. {ASK}")
        return self._judge_answer(account, last)

    def _judge_answer(self, account: str, last: Last) -> Finding:
        asked = f"Last rehearsed on {last.asked_at:%-d %B %Y}"
        there = [one for one in last.answer.can if one in self._staff]
        left = [one for one in last.answer.can if one not in self._staff]
        if not there:
            return bad(account, f"{asked}: nobody of [[people]] could log in. {ASK}")
        could = f"{asked}: {self._staff.names(there)} could log in"
        if left:
            could += f"; {self._staff.names(left)} could, and is not in [[people]]"
        if len(there) < ENOUGH:
            return warn(account, f"{could}. Let a second person have a log-in of their own. {ASK}")
        if datetime.now(UTC) - last.asked_at > FRESH:
            return warn(account, f"{could}. That is more than a quarter ago. {ASK}")
        return ok(account, f"{could}.")
