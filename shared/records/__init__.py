"""What we remember between requests: deployments, operations and who may operate."""
