"""Rate limits: ARM's token buckets, the providers' own windows, and the headers that show them.

https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
"""

import math
from datetime import datetime

from local.arm_emulator.settings import Settings
from local.arm_emulator.state.calls import Call
from local.arm_emulator.wire.messages import ArmError

GLOBAL = 15  # a subscription's bucket is that many times a principal's
WINDOW_SECONDS = 300
DNS = "/providers/microsoft.network/privatednszones"
NETWORK = "/providers/microsoft.network/"


class Throttle:
    """What every principal has left."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[tuple[str, ...], tuple[float, datetime]] = {}
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}

    def take(self, call: Call) -> None:
        """Take a token from every bucket of a call, and add the headers of what is left.

        Raises:
            ArmError: 429 where a bucket is empty.
        """
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(call.method, "writes")
        parts = call.request.path.strip("/").split("/")
        scope = parts[1].lower() if parts[0].lower() == "subscriptions" and len(parts) > 1 else ""
        prefix = "subscription" if scope else "tenant"
        principal = call.caller.object_id if call.caller else ""
        burst, refill = {
            "reads": self._settings.read_bucket,
            "writes": self._settings.write_bucket,
            "deletes": self._settings.delete_bucket,
        }[kind]
        left = self._take((scope, principal, kind), call.time, burst, refill)
        call.headers[f"x-ms-ratelimit-remaining-{prefix}-{kind}"] = str(left)
        left = self._take((scope, kind), call.time, burst * GLOBAL, refill * GLOBAL)
        call.headers[f"x-ms-ratelimit-remaining-{prefix}-global-{kind}"] = str(left)
        self._take_window(call, scope, kind)

    def _take(self, key: tuple[str, ...], now: datetime, burst: int, refill: float) -> int:
        left, since = self._buckets.get(key, (float(burst), now))
        left = min(float(burst), left + (now - since).total_seconds() * refill)
        if left < 1 and self._settings.throttling:
            self._buckets[key] = (left, now)
            message = f"Number of {key[-1]} for subscription '{key[0]}' exceeded the limit."
            wait = max(1, math.ceil((1 - left) / refill))
            headers = {"Retry-After": str(wait)}
            raise ArmError(429, "SubscriptionRequestsThrottled", message, headers=headers)
        self._buckets[key] = (max(left - 1, 0.0), now)
        return int(self._buckets[key][0])

    def _take_window(self, call: Call, scope: str, kind: str) -> None:
        """The windows of private DNS and of the rest of Microsoft.Network: 5 minutes each."""
        path = call.request.path.lower() + "/"
        chosen = self._settings
        if DNS in path:
            name = "dns reads" if kind == "reads" else "dns writes"
            limits = (
                chosen.private_dns_reads_per_5_minutes,
                chosen.private_dns_writes_per_5_minutes,
            )
        elif NETWORK in path:
            name = "network reads" if kind == "reads" else "network writes"
            limits = (chosen.network_reads_per_5_minutes, chosen.network_writes_per_5_minutes)
        else:
            return
        limit = limits[0] if kind == "reads" else limits[1]
        seconds = int(call.time.timestamp())
        window, used = self._windows.get((scope, name), (0, 0))
        if window != seconds // WINDOW_SECONDS:
            window, used = seconds // WINDOW_SECONDS, 0
        if used >= limit and chosen.throttling:
            wait = WINDOW_SECONDS - seconds % WINDOW_SECONDS
            message = f"The limit of {limit} {name} in 5 minutes is exceeded."
            raise ArmError(429, "TooManyRequests", message, headers={"Retry-After": str(wait)})
        self._windows[(scope, name)] = (window, used + 1)
        if DNS in path:  # seen in traffic: 499 after the first read, 11999 after the first write
            left = max(0, limit - used - 1)
            call.headers["x-ms-ratelimit-remaining-subscription-resource-requests"] = str(left)
