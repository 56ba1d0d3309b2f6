"""What has to be done: reads Azure and decides plans, refusals, warnings and checks."""
