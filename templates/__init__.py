"""What we say: statements, notices and timelines. The words are in the files beside the code."""
