"""Microsoft.ResourceGraph: queries over everything that exists."""
