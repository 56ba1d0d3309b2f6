"""The command line that people use: it knows the HTTP API and nothing else."""
