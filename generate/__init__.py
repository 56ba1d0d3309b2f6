"""Files that follow from the code, and are kept so that they can be read without running it."""
