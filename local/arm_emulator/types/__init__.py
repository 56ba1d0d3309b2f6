"""What one emulated type is, how its provider answers, and how types are found."""
