"""Network Watcher, and whether a connection would come about."""
