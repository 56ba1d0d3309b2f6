"""How we reach Azure: the only room with I/O. SDK clients, calls, settings, secrets, records."""
