"""What a spec says that cannot be deployed, or is worth a second thought; each rule once."""
