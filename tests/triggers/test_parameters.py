"""What a body says is read apart from the loop that all requests share."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import azure.functions as func
import pytest

from triggers.answers import BadRequest
from triggers.parameters import choice_of, comment_of, format_of, resources_of, spec_of

Json = dict[str, Any]


class Watched(func.HttpRequest):
    """A request that notes on which threads its body is read."""

    readers: set[int]

    def get_body(self) -> bytes:
        """The body."""
        self.readers.add(threading.get_ident())
        return super().get_body()


def request(body: object, written: Callable[[object], str] = json.dumps) -> Watched:
    headers = {"Content-Type": "application/json"}
    req = Watched("POST", "http://localhost", headers=headers, body=written(body).encode())
    req.readers = set()
    return req


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (comment_of, {"comment": "CHG-7"}),
        (choice_of, {"paths": ["bastion"]}),
        (resources_of, {"resources": ["bastion"]}),
        (format_of, {"format": "bicep"}),
    ],
)
def test_a_body_is_not_read_on_the_event_loop(
    read: Callable[[func.HttpRequest], Awaitable[object]], body: Json
) -> None:
    req = request(body)
    loop = _awaited_on(read(req))
    assert req.readers
    assert loop not in req.readers


def test_a_spec_is_not_read_on_the_event_loop() -> None:
    req = request("no JSON", written=str)
    loop = _awaited_on(spec_of(req))
    assert req.readers
    assert loop not in req.readers


def _awaited_on(reading: Awaitable[object]) -> int:
    """The thread of the loop on which a body was waited for: one of its own, with no other loop."""

    async def wait() -> int:
        with contextlib.suppress(BadRequest):
            await reading
        return threading.get_ident()

    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(lambda: asyncio.run(wait())).result()
