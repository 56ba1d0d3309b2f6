"""What becomes of a request, the same for every type: reads, writes, deletions, endings, locks."""
