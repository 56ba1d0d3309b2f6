"""What goes over the wire: requests, ids, names, locations, schemas; it knows no state."""
