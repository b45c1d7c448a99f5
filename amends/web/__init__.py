"""The web process: pages and API; it writes rows and wakes the engine, and calls nobody."""
