"""Microsoft.DBforPostgreSQL: flexible servers and what belongs to them."""
