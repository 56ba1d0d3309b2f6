"""How the command line shows what it was answered."""
