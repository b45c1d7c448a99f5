"""The sealed side: cases of possible misconduct, worked by people and by nobody else."""
