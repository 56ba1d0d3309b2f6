"""What runs when: ready work items, delayed messages, virtual time."""
