"""host.json and the app settings, read as the platform reads them."""
