"""What we say: statements, notices and timelines, in the words of the files beside the code."""
