"""DNS private resolvers: endpoints in a network, and rules for what is asked elsewhere."""
