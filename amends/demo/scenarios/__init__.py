"""Nine mistakes as data: what was posted where, who reports it, and what people then decide."""
