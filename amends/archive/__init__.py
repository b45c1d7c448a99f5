"""Backups of an installation, and the way back from one."""
