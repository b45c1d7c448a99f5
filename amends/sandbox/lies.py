"""What a platform that lies says: that something was done, or is not there."""

from collections.abc import Callable

from amends.sandbox.answers import Answer, absent, answer
from amends.sandbox.api import Request
from amends.sandbox.world import World


def lie(world: World, request: Request) -> Answer:
    """A well-formed answer that is not true."""
    lies: dict[str, Callable[[], Answer]] = {
        "create": lambda: answer(
            {"data": {"id": world.timeline.new_id(), "text": str(request.json.get("text"))}}, 201
        ),
        "delete": lambda: answer({"data": {"deleted": True}}),
        "get": lambda: absent(request.subject),
        "timeline": lambda: answer({"meta": {"result_count": 0}}),
        "oembed": lambda: answer({"error": "Sorry, that page does not exist"}, 404),
        "me": lambda: answer({"data": {"id": "1", "name": "Other", "username": "somebody_else"}}),
        "media": lambda: Answer(200, b"", "image/png"),
    }
    return lies[request.verb]()
