"""Signs of life: each process says here when it was last well, and what is wrong with it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import at

PREFECT_DOWN = "prefect-down"
"""The engine works, and Prefect does not see it."""


class Beat(SQLModel, table=True):
    """The last sign of life of one process. ``detail`` is a code, such as PREFECT_DOWN."""

    __tablename__ = "beat"

    name: str = Field(primary_key=True, max_length=150)
    role: str = Field(max_length=20, index=True)
    at: datetime = at()
    detail: str = Field(default="", max_length=60)
