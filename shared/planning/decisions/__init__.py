"""What a plan does, decided from what was read and from nothing else: pure functions."""
