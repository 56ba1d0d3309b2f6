"""Application gateways and their firewall policies."""
