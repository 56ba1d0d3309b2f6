"""What differs from what, by which rules, since when and by whom."""
