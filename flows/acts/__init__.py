"""The acts on the outside world: take a post down, publish words, send a notice."""
