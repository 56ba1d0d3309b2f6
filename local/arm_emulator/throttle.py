"""Rate limits: token buckets per subscription and principal, and their headers."""

from datetime import datetime

from local.arm_emulator.calls import Call
from local.arm_emulator.messages import ArmError
from local.arm_emulator.settings import Settings


class Throttle:
    """ARM's token buckets.

    https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[tuple[str, ...], tuple[float, datetime]] = {}

    def take(self, call: Call) -> None:
        """Take one token, and add the headers that show what remains.

        Raises:
            ArmError: 429 where the bucket is empty.
        """
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(call.method, "writes")
        parts = call.request.path.strip("/").split("/")
        scope = parts[1].lower() if parts[0].lower() == "subscriptions" and len(parts) > 1 else ""
        principal = call.caller.object_id if call.caller else ""
        burst, refill = {
            "reads": self._settings.read_bucket,
            "writes": self._settings.write_bucket,
            "deletes": self._settings.delete_bucket,
        }[kind]
        left = self._take((scope, principal, kind), call.time, burst, refill)
        if left < 0 and self._settings.throttling:
            wait = max(1, round((1 - left - 1) / refill + 0.5))
            message = f"Number of {kind} for subscription '{scope}' exceeded the limit of {burst}."
            headers = {"Retry-After": str(wait)}
            raise ArmError(429, "SubscriptionRequestsThrottled", message, headers=headers)
        prefix = "subscription" if scope else "tenant"
        # The global bucket is 15 times the principal's; seen in traffic: 3749 or 16499 and so on.
        call.headers[f"x-ms-ratelimit-remaining-{prefix}-{kind}"] = str(max(0, int(left)))
        call.headers[f"x-ms-ratelimit-remaining-{prefix}-global-{kind}"] = str(burst * 15 - 1)

    def _take(self, key: tuple[str, ...], now: datetime, burst: int, refill: float) -> float:
        left, since = self._buckets.get(key, (float(burst), now))
        left = min(float(burst), left + (now - since).total_seconds() * refill) - 1
        refused = left < 0 and self._settings.throttling
        self._buckets[key] = (left + 1 if refused else max(left, 0.0), now)
        return left
