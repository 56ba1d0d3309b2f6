"""Timer triggers and the schedules they fire on."""
