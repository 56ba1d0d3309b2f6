"""Microsoft.Resources: subscriptions, groups, registrations, deployments."""
