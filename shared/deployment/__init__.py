"""What a deployment is: spec, plan, progress, undo. Pure functions of data; no I/O, no clock."""
