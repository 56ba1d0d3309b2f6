"""How we reach Azure: the SDK clients, the calls, the secrets and what failures mean."""
