"""The platforms of the demo, each on this machine, with the department's account on it."""
