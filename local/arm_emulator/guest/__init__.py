"""What runs inside of machines: a script in a sandbox, on a network, at real servers."""
