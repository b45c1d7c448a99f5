"""Whom we talk to: platforms, mail and archives. The only code that uses the network."""
