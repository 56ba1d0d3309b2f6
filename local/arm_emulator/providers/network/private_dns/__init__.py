"""Private DNS: zones, their links, their record sets."""
