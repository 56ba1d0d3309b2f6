"""The one table that says which failures of Azure are worth another try, and for how long.

A failure is told by its code, by its text where the code says too little, and by its HTTP status
where neither says anything. Everything unknown below 500 is fatal: the walk then rolls back, which
is better than repeating a request that Azure has understood and refused.
"""

import re
from dataclasses import dataclass
from typing import Literal

RetryClass = Literal[
    "contention",
    "throttled",
    "transient",
    "crashed",
    "settling",
    "unseen",
    "granting",
    "register",
    "capacity",
    "fatal",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a retry class allows; None leaves the choice to the walk."""

    retryable: bool = True
    wait: float | None = None  # seconds, where no Retry-After says so
    patience: float | None = None  # seconds after the first failure of the row
    attempts: int | None = None  # submits


LIMITS: dict[RetryClass, Limits] = {
    # Another operation holds the resource, a gateway for up to 45 minutes, but its own steps are
    # ordered by lock keys; half an hour covers foreign ones (Retry-After of Microsoft.Network: 10).
    # https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    "contention": Limits(wait=15, patience=1800),
    # The token buckets refill within seconds, the windows of the network provider in five minutes.
    # https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    "throttled": Limits(wait=30, patience=1800),
    # An outage of ARM, of the vault or of the tables is waited out: what Azure goes on building
    # meanwhile is worth more than half an hour.
    # https://learn.microsoft.com/azure/architecture/best-practices/transient-faults
    "transient": Limits(wait=10, patience=1800),
    # A bug, which does not go away by waiting.
    "crashed": Limits(wait=10, attempts=3),
    # Back-references lag behind a deletion, role assignments by up to ten minutes.
    # https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    "settling": Limits(wait=20, patience=900),
    # A resource that was created moments ago is not yet seen by another provider.
    # https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found
    "unseen": Limits(wait=10, patience=60),
    # A role that was assigned moments ago is seen everywhere within ten minutes. A write that is
    # forbidden is waited for that long: what is really missing has been told by the preflight.
    # https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    "granting": Limits(wait=20, patience=600),
    # https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
    "register": Limits(wait=15, patience=900),
    # Waiting for capacity is a decision for a person: another size, zone or region may do.
    # https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available
    "capacity": Limits(retryable=False),
    "fatal": Limits(retryable=False),
}

CODES: dict[RetryClass, tuple[str, ...]] = {
    # Names as ARM writes them; a star stands for anything. Most are also classified by
    # terraform-provider-azurerm or by Azure/azure-service-operator (v2/internal/reconcilers/arm).
    "contention": (
        "*InProgress",
        "*Busy",
        "CanceledAndSupersededDueToAnotherOperation",
        "ConflictingServerOperation",
        "OperationPreempted*",
        "ReferencedResourceNotProvisioned",
        "*BeingDeleted",
        "ResourceStarting",  # our own word, for what is started before it is changed
        "RetryableError",
        "RetryableErrorDueToAnotherOperation",
        "ServerIsNotReady",
        "ServerNotReady",
    ),
    "throttled": (
        "RequestRateLimitExceeded",
        "ResourceRequestsThrottled",
        "SubscriptionRequestsThrottled",
        "TooManyRequests",
    ),
    "transient": (
        "ExpiredAuthenticationToken",
        "GatewayTimeout",
        "InternalServerError",
        "ServiceUnavailable",
    ),
    "settling": (
        "CannotDeleteResource",
        "InUse*CannotBeDeleted",
        "NicInUse",
        "NicReservedForAnotherVm",
        "PrincipalNotFound",
        "PublicIPAddressCannotBeDeleted",
        "SubnetMissingRequiredDelegation",
        "VirtualNetworkGatewayCannotBeDeleted",
    ),
    "unseen": (
        "InvalidResourceReference",
        "*NotFound",
    ),
    "register": ("MissingSubscriptionRegistration", "SubscriptionNotRegistered"),
    "capacity": (
        "*OfferRestricted",
        "AllocationFailed",
        "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest",
        "ProvisioningNotSupportedForRegion",
        "SkuNotAvailable",
        "ZonalAllocationFailed",
    ),
    "fatal": (
        "AuthorizationFailed",
        "InvalidParameter",
        "InvalidRequestFormat",
        "LinkedAuthorizationFailed",
        "Netcfg*",
        "PreconditionFailed",
        "QuotaExceeded",
        "RequestDisallowedByPolicy",
        "ScopeLocked",
        "ServerNameAlreadyExists",
    ),
}

# Codes that say too little, such as Conflict or OperationNotAllowed, are told apart by their text.
TEXTS: tuple[tuple[RetryClass, str], ...] = (
    ("throttled", r"throttl|too many requests|rate limit"),
    ("contention", r"another operation|operation is in progress|is being (updated|deleted)"),
    ("capacity", r"restricted .{0,60}(region|location)|not (available|supported) in .{0,30}region"),
)

STATUSES: dict[int, RetryClass] = {
    408: "transient",
    429: "throttled",
    500: "transient",
    502: "transient",
    503: "transient",
    504: "transient",
}

_PATTERNS: tuple[tuple[RetryClass, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(code.replace("*", ".*"), re.IGNORECASE))
    for kind, codes in CODES.items()
    for code in codes
)


def by_code(code: str) -> RetryClass | None:
    """The class of an error code; None where the code is not in the table."""
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(code)), None)


def by_text(text: str) -> RetryClass | None:
    """The class of an error message whose code says too little."""
    return next((kind for kind, pattern in TEXTS if re.search(pattern, text, re.IGNORECASE)), None)


def by_status(status: int) -> RetryClass:
    """The class of an answer that says nothing but its status."""
    return STATUSES.get(status, "fatal")
