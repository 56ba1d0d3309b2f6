"""When things happen: replayed code, made of the context, the input and pure functions only."""
