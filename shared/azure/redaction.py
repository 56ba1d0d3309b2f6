"""Keeps the values of secrets out of what is told, whoever quotes them and in whatever form.

A value is known only while an activity works: whoever puts one into a request notes it here, and
every message that the activity answers is searched for it. Nothing is kept beyond that.
"""

import base64
import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote, quote_plus

INSTEAD = "<secret>"
SHORTEST = 4  # characters; what is shorter hides in any text, and no service takes it

_in_use: ContextVar[set[str] | None] = ContextVar("secrets_in_use", default=None)


@contextmanager
def secrets_in_use() -> Iterator[None]:
    """Knows the values noted inside, beside those known already, and forgets them at the end."""
    before = _in_use.set(set(_in_use.get() or ()))
    try:
        yield
    finally:
        _in_use.reset(before)


def note(value: str) -> None:
    """This value is a secret; of one with several lines, so is each line."""
    known = _in_use.get()
    if known is not None:
        parts = [value, *value.splitlines()]
        known.update(part for part in parts if len(part) >= SHORTEST)


def concealed(text: str) -> str:
    """A text without the values noted so far, raw or encoded."""
    forms = {form for value in _in_use.get() or () for form in _forms(value)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, INSTEAD)
    return text


def _forms(value: str) -> Iterator[str]:
    """How a value may be quoted: as it is, in JSON (once, or JSON in JSON), in a URL, in base64."""
    escaped = [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    yield from (value, *escaped, *(json.dumps(text)[1:-1] for text in escaped))
    yield from (text.replace("/", "\\/") for text in escaped)
    yield from (quote(value), quote(value, safe=""), quote_plus(value), html.escape(value))
    yield from (quote(value, safe="").lower(), repr(value)[1:-1])
    yield from _in_base64(value.encode())


def _in_base64(value: bytes) -> Iterator[str]:
    """Alone, or with anything before it: the characters that the value alone decides."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):  # how far the value is off a group of three bytes
            text = encode(bytes(before) + value).decode().rstrip("=")
            whole = (before + len(value)) * 8 // 6  # characters that hold nothing that follows
            decided = text[(before * 8 + 5) // 6 : whole]
            if len(decided) >= SHORTEST:
                yield decided
