"""What the API takes and answers, by shape: its description is made of these, and examples."""
