"""Sign-in services: who a department itself says that somebody is."""
