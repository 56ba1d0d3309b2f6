"""Remembers parsed timestamps, for simulations that replay long histories many times.

Nine tenths of a replay are spent in dateutil, which parses the same immutable texts at every
episode. Remembering its answers changes no answer; it is off unless asked for, since the SDK is
otherwise left alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any


@contextmanager
def remembered(*, wanted: bool) -> Iterator[None]:
    """Let the SDK parse each timestamp once, as long as the context lasts."""
    module: Any = import_module("azure.durable_functions.models.history.HistoryEvent")
    original = module.dt_parse
    if wanted:
        module.dt_parse = lru_cache(maxsize=100_000)(original)
    try:
        yield
    finally:
        module.dt_parse = original
