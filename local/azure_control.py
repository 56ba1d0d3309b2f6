"""The emulator from outside: what is in Azure, what was asked of it, what shall go wrong."""

import os
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpx


class AzureControl:
    """The control routes of an emulated Azure that stands somewhere.

    Args:
        url: its endpoint.
        ca_file: the certificate of its throw-away authority; REQUESTS_CA_BUNDLE unless given.
    """

    def __init__(self, url: str, ca_file: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._ca_file = ca_file or os.environ.get("REQUESTS_CA_BUNDLE")

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        """One request; its JSON answer."""
        trust = ssl.create_default_context(cafile=self._ca_file)
        with httpx.Client(verify=trust) as client:
            answer = client.request(method, f"{self.url}/_emulator/{path}", **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def arrange(self, surroundings: Iterable[Mapping[str, Any]]) -> None:
        """Put what is to be in Azure beforehand there, where it is not yet."""
        there = {item["id"].casefold() for item in self("GET", "resources")["value"]}
        for resource in surroundings:
            if resource["id"].casefold() not in there:
                self("PUT", "resources", json=resource)
