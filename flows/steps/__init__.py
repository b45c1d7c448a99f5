"""The steps of the procedure: one file each, safe to repeat."""
