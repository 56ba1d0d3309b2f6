"""The face: HTTP routes and the drift timer, by concern. Decode, claim or read, encode."""
