"""Stand-ins that run the whole app on a laptop: a Functions host and an Azure Resource Manager."""
