"""Whom we talk to (platforms, mail, archives): the only code that uses the network."""
