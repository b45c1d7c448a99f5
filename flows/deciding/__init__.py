"""What people decide: one function for each human decision, a closed list (design §9)."""
