"""The taint check: whether words repeat anything of what may not be repeated (design §3.7)."""
