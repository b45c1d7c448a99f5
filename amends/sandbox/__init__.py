"""The practice platform: a real HTTP server that speaks X's API, and can be told to fail."""

from amends.sandbox.sandbox import Sandbox
from amends.sandbox.timeline import Credentials, Picture, Post
from amends.sandbox.world import Call, World

__all__ = ["Call", "Credentials", "Picture", "Post", "Sandbox", "World"]
