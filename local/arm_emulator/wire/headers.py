"""The headers that every answer carries, as recorded in azure-cli and azure-service-operator."""

from datetime import datetime

from local.arm_emulator.wire.messages import Response

PRIVATE_DNS = "/privatednszones"
EVERYWHERE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
UNCACHED = {"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1"}
CACHED = {"Cache-Control": "private"}  # what private DNS says


def add_headers(response: Response, path: str, request_id: str, now: datetime) -> None:
    """Add what is sent with every answer; what is there already stays."""
    cached = CACHED if PRIVATE_DNS in path.lower() else UNCACHED
    routed = f"EASTUS:{now:%Y%m%dT%H%M%SZ}:{request_id}"
    common = {"x-ms-request-id": request_id, "x-ms-routing-request-id": routed}
    response.headers = EVERYWHERE | cached | common | response.headers
