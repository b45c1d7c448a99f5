"""Everything held about one person, for a request of theirs (UK GDPR, article 15)."""
