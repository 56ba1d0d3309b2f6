"""The replay engine: one episode of an orchestration, from messages to decisions. Pure."""
