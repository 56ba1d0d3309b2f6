"""Everything that arrives over HTTP: the app's functions and the management API."""
