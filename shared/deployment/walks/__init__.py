"""How a plan is walked: where it stands, when to look, how it ends or is undone."""
