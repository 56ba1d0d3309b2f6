"""What the fields of a spec mean together: what cannot be deployed, and what deserves a thought.

A field that is wrong by itself is refused by its type in `spec`; what Azure alone knows (whether
the circuit is up, whether a name is free) is asked by the preflight. Here is what lies between, and
it needs nothing but the spec. Faults are all found at once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from shared.deployment.messages import Advice
from shared.deployment.specs.checks.addresses import address_cautions, address_faults
from shared.deployment.specs.checks.connectivity import connectivity_cautions, connectivity_faults
from shared.deployment.specs.checks.findings import Finding, drawn_without, finding
from shared.deployment.specs.checks.proving import obstacles
from shared.deployment.specs.checks.second_region import second_region_faults
from shared.deployment.specs.checks.server_parameters import parameter_faults
from shared.deployment.specs.checks.storage import storage_faults
from shared.deployment.specs.spec import DeploymentSpec

OUR_TAGS = {"managed-by", "hybriddb-deployment", "hybriddb-installation"}  # marks of ownership
MOST_TAGS = 15 - len(OUR_TAGS)
"""Private DNS zones and their links take 15, other types 50 (Learn: Tag resources, limitations)."""
FOREIGN_TAGS = ("microsoft", "azure", "windows")  # Learn: Tag resources, limitations

# Learn: Create a flexible server, administrator login name
RESERVED_LOGINS = {
    *("azure_superuser", "azure_pg_admin", "azuresu"),
    *("admin", "administrator", "root", "guest", "public"),
}
# Learn: Virtual machine FAQ, what are the user name requirements
RESERVED_USERS = {
    *("1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet"),
    *("backup", "console", "david", "guest", "john", "owner", "root", "server", "sql", "support"),
    *("support_388945a0", "sys", "test", "test1", "test2", "test3"),
    *("user", "user1", "user2", "user3", "user4", "user5"),
}
# Ubuntu 24.04: /etc/group of the image. useradd refuses a user whose own group exists already, so
# nobody could log in; the machine would be Succeeded all the same.
LINUX_GROUPS = {
    *("root", "daemon", "bin", "sys", "adm", "tty", "disk", "lp", "mail", "news", "uucp", "man"),
    *("proxy", "kmem", "dialout", "fax", "voice", "cdrom", "floppy", "tape", "sudo", "audio"),
    *("dip", "www-data", "backup", "operator", "list", "irc", "src", "shadow", "utmp", "video"),
    *("sasl", "plugdev", "staff", "games", "users", "nogroup", "systemd-journal", "crontab"),
    *("systemd-network", "systemd-timesync", "systemd-resolve", "input", "sgx", "kvm", "render"),
    *("messagebus", "syslog", "_ssh", "uuidd", "tss", "lxd", "landscape", "polkitd", "rdma"),
    *("tcpdump", "netdev", "fwupd-refresh", "admin", "sync", "gnats", "_apt", "nobody", "sshd"),
    *("pollinate", "usbmux", "dnsmasq", "_chrony", "dhcpcd", "ssh"),
}
UNPINNED = 4  # slashes of https://<vault>/secrets/<name>; a version would follow
ZONE_SUFFIX = "postgres.database.azure.com"
_ZONE = re.compile(rf"([a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,2}}{re.escape(ZONE_SUFFIX)}")


def faults(spec: DeploymentSpec, *, unread: Iterable[str] = ()) -> list[Advice]:
    """Every reason why this spec cannot be deployed.

    Args:
        spec: a spec that is valid field by field.
        unread: paths of fields that hold a stand-in; nothing that was drawn from them is told.
    """
    checks = (
        *(address_faults, connectivity_faults, second_region_faults, storage_faults),
        *(_server, _zone_name, _proxy, _direct, _rest),
    )
    return list(drawn_without((found for check in checks for found in check(spec)), unread))


def cautions(spec: DeploymentSpec) -> list[Advice]:
    """What works and is worth a second thought, where no single resource is the reason."""
    checks = (address_cautions, connectivity_cautions, _cautions)
    return list(drawn_without((found for check in checks for found in check(spec)), ()))


def _server(spec: DeploymentSpec) -> Iterator[Finding]:
    wanted = spec.postgres
    login, burstable = wanted.admin_login.casefold(), wanted.sku.startswith("Standard_B")
    if login in RESERVED_LOGINS or login.startswith("pg_"):
        message = f"PostgreSQL or Azure keeps the name {wanted.admin_login}: choose another"
        yield finding("AdminLoginReserved", "postgres.adminLogin", message)
    if wanted.high_availability != "Disabled" and burstable:
        yield finding(
            "HighAvailabilityNotSupported",
            "postgres.highAvailability",
            f"the Burstable size {wanted.sku} has no high availability: take a larger size such as "
            "Standard_D2ds_v5",
            "postgres.sku",
        )
    if wanted.high_availability == "ZoneRedundant" and not spec.zones:
        message = "a region without zones has no zone-redundant server: SameZone may do"
        yield finding("ZonesMissing", "postgres.highAvailability", message, "zones")
    yield from parameter_faults(wanted.parameters)
    yield from _encryption(spec)
    if spec.pooled and burstable:
        message = f"the Burstable size {wanted.sku} has no PgBouncer: take a larger size"
        yield finding("PgBouncerNotSupported", "postgres.parameters", message, "postgres.sku")


def _encryption(spec: DeploymentSpec) -> Iterator[Finding]:
    """Learn: Data encryption with customer-managed keys, geo-redundant backup."""
    key, path = spec.postgres.encryption, "postgres.encryption.geoKeyUrl"
    if key is None:
        return
    both = key.geo_key_url and key.geo_identity_id
    if spec.postgres.geo_redundant_backup and not both:
        message = "backups in the paired region need a key and an identity there: give both"
        yield finding("GeoKeyMissing", path, message, "postgres.geoRedundantBackup")
    elif not spec.postgres.geo_redundant_backup and (key.geo_key_url or key.geo_identity_id):
        message = "no backups are kept in the paired region: leave it out"
        yield finding("GeoKeyNotUsed", path, message, "postgres.geoRedundantBackup")


def _zone_name(spec: DeploymentSpec) -> Iterator[Finding]:
    """The rules of Learn: Private DNS zone of a flexible server with private access."""
    name, path = spec.zone_name.casefold(), "postgres.privateDnsZone"
    if name == spec.server_fqdn:
        message = f"{name} is the name of the server itself: put a label before the suffix"
        yield finding("ZoneNameIsServerName", path, message, "postgres.serverName")
    elif not _ZONE.fullmatch(name):
        message = f"{name} should be one or two labels before {ZONE_SUFFIX}"
        yield finding("ZoneNameInvalid", path, message)


def _proxy(spec: DeploymentSpec) -> Iterator[Finding]:
    wanted = spec.gateway
    if wanted.min_capacity > wanted.max_capacity:
        message = f"the minimum of {wanted.min_capacity} is above the maximum"
        yield finding("CapacityReversed", "gateway.minCapacity", message, "gateway.maxCapacity")
    if not spec.proxied:
        return
    if wanted.https and wanted.identity_id is None:
        yield finding(
            "IdentityMissing",
            "gateway.identityId",
            "the gateway reads its certificate with a user-assigned identity, which needs the role "
            "Key Vault Secrets User on the vault: give its id",
            "gateway.https",
        )
    if wanted.https and wanted.sku != "WAF_v2":
        message = "a web application is served behind the WAF only: take WAF_v2"
        yield finding("HttpsNeedsWaf", "gateway.sku", message, "gateway.https")


def _direct(spec: DeploymentSpec) -> Iterator[Finding]:
    if spec.proxied:
        return
    wanted = spec.gateway
    given = {
        "alias": wanted.alias,
        "https": wanted.https,
        "identityId": wanted.identity_id,
        "sku": wanted.sku == "WAF_v2",
    }
    for name, value in given.items():
        if value:
            message = "there is no gateway in mode none: leave this out, or take mode proxy"
            yield finding("GatewayOptionWithoutGateway", f"gateway.{name}", message, "gateway.mode")


def _rest(spec: DeploymentSpec) -> Iterator[Finding]:
    for name in spec.tags:
        folded = name.casefold()
        if folded in OUR_TAGS or folded.startswith(FOREIGN_TAGS):
            yield finding("TagReserved", f"tags.{name}", "this name is taken: choose another")
    if len(spec.tags) > MOST_TAGS:
        message = (
            f"{len(spec.tags)} are too many: a private DNS zone takes 15 tags, of which "
            f"{len(OUR_TAGS)} are ours, so keep at most {MOST_TAGS}"
        )
        yield finding("TooManyTags", "tags", message)
    for name, times in Counter(name.casefold() for name in spec.tags).items():
        if times > 1:
            message = f"{name} is given {times} times: tag names have no case"
            yield finding("TagRepeated", "tags", message)
    if len(set(spec.zones)) < len(spec.zones):
        yield finding("ZonesRepeated", "zones", "each zone counts once")
    if spec.bastion.enabled and spec.bastion.sku == "Basic" and spec.bastion.scale_units != 2:
        message = "Basic has two units, no more: leave this out, or take Standard"
        yield finding("BastionUnitsFixed", "bastion.scaleUnits", message, "bastion.sku")
    if spec.proving.require == "query":
        yield from obstacles(spec)
    user = spec.jump_box.admin_username
    if spec.jump_box.enabled and user in RESERVED_USERS:
        message = f"Azure refuses the user name {user}: choose another"
        yield finding("UserNameReserved", "jumpBox.adminUsername", message)
    elif spec.jump_box.enabled and user in LINUX_GROUPS:
        message = (
            f"{user} is a group or an account of Ubuntu itself: no user of that name can be made, "
            "and nobody could log in; choose another"
        )
        yield finding("UserNameReserved", "jumpBox.adminUsername", message)


def _cautions(spec: DeploymentSpec) -> Iterator[Finding]:
    if spec.jump_box.enabled and not spec.bastion.enabled:
        message = "without Bastion nobody can log in; the database is still probed from it"
        yield finding("JumpBoxUnreachable", "bastion.enabled", message)
    if spec.bastion.enabled and not spec.jump_box.enabled:
        message = "Bastion costs about USD 140 to 210 a month and leads nowhere without a jump box"
        yield finding("BastionWithoutJumpBox", "jumpBox.enabled", message)
    if len(spec.zones) == 1:
        message = "in a single zone, an outage of the zone takes the gateway and Bastion with it"
        yield finding("SingleZone", "zones", message)
    yield from _pinned_certificates(spec)
    secured = spec.postgres.parameters.get("require_secure_transport", "on").casefold()
    if secured in {"off", "false"}:
        message = "clients may connect in clear: leave require_secure_transport on"
        yield finding("ClearTextAllowed", "postgres.parameters", message)


def _pinned_certificates(spec: DeploymentSpec) -> Iterator[Finding]:
    """Learn: TLS termination with Key Vault certificates, renewal."""
    https = spec.gateway.https
    if https and https.certificate.key_vault_secret.count("/") > UNPINNED:
        message = "a version is named, so the gateway never takes on a renewed certificate"
        field = "gateway.https.certificate"
        yield finding("CertificatePinned", field, f"{message}: leave the version out")
