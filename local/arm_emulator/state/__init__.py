"""What exists and what happens: resources, references, operations, calls, faults, identity."""
