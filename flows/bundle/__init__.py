"""The archive of one incident, for whoever asks from outside: made, and checked without us."""
