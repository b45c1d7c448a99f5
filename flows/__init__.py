"""What we do: the procedure, its steps, the ledger they act through, and what people decide."""
