"""What a task hub keeps: instances, histories, messages and activities in one SQLite file."""
