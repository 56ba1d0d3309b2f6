"""WHAT WE TELL OF OURSELVES: traces, measures, logs; off unless somebody listens."""
