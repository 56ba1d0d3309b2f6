"""What a body says is read apart from the loop that all requests share."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
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
    asyncio.run(_awaited(read(req)))
    assert req.readers
    assert threading.get_ident() not in req.readers


def test_a_spec_is_not_read_on_the_event_loop() -> None:
    req = request("no JSON", written=str)
    with pytest.raises(BadRequest):
        asyncio.run(_awaited(spec_of(req)))
    assert req.readers
    assert threading.get_ident() not in req.readers


async def _awaited(reading: Awaitable[object]) -> object:
    return await reading
