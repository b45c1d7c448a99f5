"""What Prefect shows of an incident, asked of its own API; Prefect itself is not imported."""

from dataclasses import dataclass

import httpx
from pydantic import BaseModel, TypeAdapter

SECONDS = 5.0
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Run(BaseModel):
    """One flow run. ``state_name`` says what the incident waited for when it ended."""

    id: str
    name: str
    state_name: str | None = None
    state_type: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it has come to its end."""
        return self.state_type in ENDED


_RUNS = TypeAdapter(list[Run])


@dataclass(frozen=True)
class PrefectRecord:
    """Prefect's server on this machine."""

    url: str

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return httpx.get(
                f"{self.url}/api/health", timeout=SECONDS, trust_env=False
            ).is_success  # fmt: skip
        except httpx.HTTPError:
            return False

    def runs(self, reference: str) -> list[Run]:
        """The flow runs of one incident, the oldest first; none where it does not answer."""
        wanted = {"flow_runs": {"name": {"any_": [reference]}}, "sort": "EXPECTED_START_TIME_ASC"}
        try:
            answer = httpx.post(
                f"{self.url}/api/flow_runs/filter", json=wanted, timeout=SECONDS, trust_env=False
            )
        except httpx.HTTPError:
            return []
        return _RUNS.validate_python(answer.json()) if answer.is_success else []
