"""The command line ``hybriddb``: talks to the app over HTTP and knows nothing else of it."""

__version__ = "0.2.0"
