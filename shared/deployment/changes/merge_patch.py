"""JSON merge patches: what makes one object of another (RFC 7396)."""

from collections.abc import Mapping
from typing import Any


def merge_patch(old: Any, new: Any) -> Any:
    """What makes `new` of `old`; None takes a member away, and a list is told as a whole."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    gone = {name: None for name in old if name not in new}
    changed = {n: merge_patch(old.get(n), v) for n, v in new.items() if old.get(n) != v}
    return {**gone, **changed}


def patched(old: Any, patch: Any) -> Any:
    """`old` with a patch applied; applied once more, it changes nothing."""
    if not isinstance(patch, Mapping):
        return patch
    there = old if isinstance(old, Mapping) else {}
    kept = {name: value for name, value in there.items() if patch.get(name, value) is not None}
    laid = {n: patched(there.get(n), v) for n, v in patch.items() if v is not None}
    return {**kept, **laid}
