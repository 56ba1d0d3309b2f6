"""Virtual networks, and all that lies on their subnets."""
