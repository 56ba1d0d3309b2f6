"""What `make sim` runs: crashes at every event, and seeds with which things go wrong at random."""
