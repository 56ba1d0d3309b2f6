"""Remembers what dateutil made of a timestamp, so that the SDK parses each text once.

Three quarters of the time of a long run went into dateutil, which is asked about the same texts
of the same history at every replay. It is a pure function with an immutable result, so remembering
its answers changes no answer; nothing else of the SDK is touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any

REMEMBERED = 20_000  # texts, some 5 MB


@contextmanager
def remembered() -> Iterator[None]:
    """Let the SDK parse each timestamp once, as long as the context lasts."""
    module: Any = import_module("azure.durable_functions.models.history.HistoryEvent")
    original = module.dt_parse
    module.dt_parse = lru_cache(REMEMBERED)(original)
    try:
        yield
    finally:
        module.dt_parse = original
