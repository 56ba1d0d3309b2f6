"""Microsoft.Authorization: roles, locks, policies."""
