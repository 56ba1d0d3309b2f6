"""What a caller asks for: the spec, its parts, how it is read and checked."""
