"""Real servers of others, run on this machine to practise on; they reach no live account."""
