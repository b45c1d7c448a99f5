"""Reads an answer in the shape that it should have."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from integrations.errors import OutcomeUnknown

Shape = TypeVar("Shape", bound=BaseModel)


def read_as(shape: type[Shape], content: bytes) -> Shape:
    """The answer in its shape. Raises OutcomeUnknown when it has another."""
    try:
        return shape.model_validate_json(content)
    except ValidationError:
        pass  # its text repeats the content: nothing of it may be the cause of what is raised
    raise OutcomeUnknown("unreadable")
