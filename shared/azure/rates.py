"""What Azure's answers tell of how much may still be read, until somebody asks for it.

The headers of an answer speak of the whole subscription, whoever has drawn from it.
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#remaining-requests
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from shared.azure.errors import retry_after
from shared.deployment.budget import Kind, Told

HEADERS: dict[Kind, str] = {
    "reads": "x-ms-ratelimit-remaining-subscription-reads",
    # of a private zone's provider (recorded by azure-cli: 499 after the first read)
    "dns": "x-ms-ratelimit-remaining-subscription-resource-requests",
}
THROTTLED = 429
DNS = "/privatednszones/"


class Rates(SansIOHTTPPolicy[Any, Any]):
    """Hears every answer of the clients of a subscription; of each kind the last one counts."""

    def __init__(self) -> None:
        self._heard: dict[Kind, Told] = {}
        self._lock = threading.Lock()

    def on_response(
        self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]
    ) -> None:
        """Note what is left after a read."""
        asked, answer = request.http_request, response.http_response
        if asked.method in {"GET", "HEAD"}:
            told = dict(_told(str(asked.url), answer.status_code, answer.headers))
            with self._lock:
                self._heard |= told

    def heard(self) -> dict[Kind, Told]:
        """What was heard since this was last asked."""
        with self._lock:
            heard, self._heard = self._heard, {}
        return heard


def _told(url: str, status: int, headers: Mapping[str, str]) -> Iterator[tuple[Kind, Told]]:
    of_dns = DNS in url.casefold()
    if status == THROTTLED:
        yield "dns" if of_dns else "reads", Told(0, retry_after(headers) or 0.0)
        return
    for kind, header in HEADERS.items():
        left = headers.get(header, "")
        if left.isdecimal() and (kind == "reads" or of_dns):
            yield kind, Told(float(left))
