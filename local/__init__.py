"""Stand-ins that let the whole app run on a laptop: a Functions host and an Azure Resource Manager."""
