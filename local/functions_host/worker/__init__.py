"""The Python worker: loads an app as it does, refuses what it refuses, runs its functions."""
