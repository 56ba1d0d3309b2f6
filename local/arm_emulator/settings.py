"""What a user of the emulator may choose. Unverified assumptions about Azure are here.

The codes that are assumptions are in assumed_codes.py; they are settings like the others. Numbers
marked [K] are expert knowledge; the others were seen in recorded traffic or are documented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.arm_emulator.assumed_codes import AssumedCodes

SUBSCRIPTION_ID = "5ca1ab1e-0000-4000-8000-000000000001"
OTHER_SUBSCRIPTION_ID = "5ca1ab1e-0000-4000-8000-000000000002"
TENANT_ID = "5ca1ab1e-0000-4000-8000-00000000ffff"


@dataclass(slots=True)
class Settings(AssumedCodes):
    """Named, documented behaviour; the default is what we believe Azure does."""

    subscription_id: str = SUBSCRIPTION_ID
    other_subscriptions: tuple[str, ...] = (OTHER_SUBSCRIPTION_ID,)
    tenant_id: str = TENANT_ID

    # How long operations take: the tables of the providers, times this, spread by this share.
    duration_factor: float = 1.0
    duration_spread: float = 0.25  # 0.25 is +-25 %; 0 makes every operation take its typical time
    durations: Mapping[str, float] = field(default_factory=dict)
    """Seconds by ``<ARM type>|<create, update, delete or an action>``, instead of the table's."""
    retry_after_factor: float = 1.0  # every Retry-After times this, in whole seconds from 1 on

    # Contention, on as Azure has it.
    vnet_locking: bool = True
    gateway_holds_vnet: bool = True  # a gateway operation refuses writes to its VNet meanwhile
    join_lock_seconds: float = 0.0  # [K] how long a service entering a subnet holds its VNet
    lock_status: int = 429  # AnotherOperationInProgress arrives as 429, sometimes as 409
    application_gateway_supersedes: bool = True
    postgresql_busy_after_seconds: float = 10.0  # [K] ServerIsBusy for a while after success

    # Lag of the reverse indexes after a deletion.
    reference_lag_seconds: float = 20.0  # [K] NSGs, route tables
    public_ip_lag_seconds: float = 60.0  # [K] "a few minutes" after Bastion or gateway is gone
    nic_lag_seconds: float = 180.0  # NicReservedForAnotherVm
    service_association_link_seconds: float = 300.0  # [K] minutes, occasionally an hour
    link_up_seconds: float = 120.0  # connectionStatus Connecting, then Connected
    announced_prefixes: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    """What a connected circuit brings from on-premises: all private networks (RFC 1918)."""

    role_lag_seconds: float = 0.0  # [K] up to ten minutes, until a new role is worth something
    principal_lag_seconds: float = 60.0  # [K] until a directory knows a new principal

    # How late Azure's memory of writes is.
    resource_graph_lag_seconds: float = 300.0  # Learn: Get resource changes, "within five minutes"
    activity_log_lag_seconds: float = 180.0  # Learn: Activity Log, "3 to 20 minutes"

    # Rate limits.
    throttling: bool = True
    read_bucket: tuple[int, float] = (250, 25.0)  # burst, refill per second
    write_bucket: tuple[int, float] = (200, 10.0)
    delete_bucket: tuple[int, float] = (200, 10.0)
    network_reads_per_5_minutes: int = 10_000
    network_writes_per_5_minutes: int = 1_000
    private_dns_reads_per_5_minutes: int = 500
    private_dns_writes_per_5_minutes: int = 12_000

    # Monitors of operations.
    signed_operation_urls: bool = True  # t, c, s and h must come back verbatim
    operation_url_padding: int = 3000  # the signed URL carries a certificate: 3-4 KB
    strict_api_versions: bool = True

    injected_ip_tags: bool = False  # FirstPartyUsage appears on public IPs of some tenants
    inject_storage_endpoint: bool = True  # PostgreSQL may add Microsoft.Storage to its subnet
    connection_key_is_kept: bool = True  # [K] by a PUT of a connection that does not carry it
    orphan_failed_connections: bool = True  # a failed connection stays and blocks its gateway
    absent_subnets_are_kept: bool = False  # a VNet PUT without `subnets` deletes them all
    waf_needs_http_listener: bool = False  # [K] a WAF_v2 gateway may hold L4 listeners only
    echo_platform_public_ip: bool = False  # [K] shape of an ExpressRoute gateway's GET
    dns_link_blocks_vnet_deletion: bool = False  # [K] it leaves a dangling link
    gateway_updating_after_success_seconds: float = 0.0  # GET may show Updating for a moment

    watcher_needs_agent: bool = True  # as Azure
    shape_only: tuple[str, ...] = ()  # types of Microsoft.Network without any rules, named at start

    # What preflight reads find; locks, permissions and policies are put as resources instead.
    unregistered: tuple[str, ...] = ()  # namespaces; registering one takes it out
    quotas: Mapping[str, int] = field(default_factory=dict)  # limits by name, for the defaults
    restricted_sizes: tuple[str, ...] = ()  # of machines: <size>, or <size>/<zone>
    postgresql_restricted: tuple[str, ...] = ()  # regions closed to the subscription
    postgresql_without_ha: tuple[str, ...] = ()  # regions without zone-redundant standbys
