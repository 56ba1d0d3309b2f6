"""What `make bench` measures; each module can be run alone."""
