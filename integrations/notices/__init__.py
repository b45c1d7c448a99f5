"""Mail: what leaves as a notice, and the carriers that take it."""
