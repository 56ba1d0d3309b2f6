"""Virtual network gateways, circuits, and the connections between them."""
