"""What we decided: CSV tables that a policy owner can change, and the rules that read them."""
