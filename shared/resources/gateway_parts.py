"""The parts of the Application Gateway's document, per thing that it serves.

Each function returns lists of named parts by collection, such as ``{"probes": [...]}``. Parts refer
to each other by ids below the gateway's own.
"""

from collections.abc import Callable

from shared.deployment.messages import Json
from shared.deployment.specs.access import HttpsListener
from shared.deployment.specs.fields import is_address
from shared.deployment.specs.part import KeyVaultSecret
from shared.deployment.specs.spec import DeploymentSpec

Parts = dict[str, list[Json]]
Refer = Callable[[str, str], Json]
"""Makes a reference to a part: by collection and name."""

POSTGRESQL = "postgresql"
PGBOUNCER = "pgbouncer"
WAYS = {POSTGRESQL: (5432, 100), PGBOUNCER: (6432, 110)}  # port and priority
HTTPS = "https"
POOL = "PostgreSQLBackendPool"  # recipe step 3
PROBE = "PostgreSQLHealthProbe"  # recipe step 6
PACE = {"interval": 30, "unhealthyThreshold": 3}  # recipe step 6; the timeout may not exceed it
PLAIN_PORTS = {80, 8080}  # backends spoken to in clear; all others over TLS


def database_parts(spec: DeploymentSpec, gateway_id: str) -> Parts:
    """The layer-4 paths to the server: to PostgreSQL, and to its PgBouncer where that runs."""
    pool = {"backendAddressPools": _part(POOL, {"backendAddresses": [{"fqdn": spec.writer_fqdn}]})}
    paths = [_path(spec, gateway_id, POSTGRESQL, PROBE)]
    if spec.pooled:
        paths.append(_path(spec, gateway_id, PGBOUNCER, PGBOUNCER))
    return joined(pool, *paths)


def _path(spec: DeploymentSpec, gateway_id: str, name: str, probe: str) -> Parts:
    """One way through; a TCP listener takes no host name, a TCP probe no path."""
    refer, (port, priority) = _references(gateway_id), WAYS[name]
    settings = {
        "protocol": "Tcp",
        "port": port,
        "timeout": spec.gateway.idle_timeout_seconds,  # without data; keepalives are none
        "probe": refer("probes", probe),
    }
    rule = {
        "ruleType": "Basic",
        "priority": priority,
        "listener": refer("listeners", name),
        "backendAddressPool": refer("backendAddressPools", POOL),
        "backendSettings": refer("backendSettingsCollection", name),
    }
    return {
        "frontendPorts": _part(name, {"port": port}),
        "probes": _part(probe, {"protocol": "Tcp", "port": port, "timeout": 20, **PACE}),
        "backendSettingsCollection": _part(name, settings),
        "listeners": _part(name, _listener(refer, name, "Tcp")),
        "routingRules": _part(name, rule),
    }


def https_parts(spec: DeploymentSpec, gateway_id: str) -> Parts:
    """The layer-7 path to a web application, behind the WAF; nothing where none is asked for."""
    wanted, refer = spec.gateway.https, _references(gateway_id)
    if wanted is None:
        return {}
    host = {"hostName": wanted.host_name}
    rule = {
        "ruleType": "Basic",
        "priority": 1000,  # recipe step 3
        "httpListener": refer("httpListeners", HTTPS),
        "backendAddressPool": refer("backendAddressPools", HTTPS),
        "backendHttpSettings": refer("backendHttpSettingsCollection", HTTPS),
    }
    return {
        **_certificate(HTTPS, wanted.certificate),
        "frontendPorts": _part(HTTPS, {"port": 443}),
        "httpListeners": _part(HTTPS, _listener(refer, HTTPS, "Https") | host),
        "requestRoutingRules": _part(HTTPS, rule),
        **_web_backends(wanted, refer),
    }


def _web_backends(wanted: HttpsListener, refer: Refer) -> Parts:
    """Pool, settings and probe; the host name of the application is used towards it as well."""
    protocol = "Http" if wanted.backend_port in PLAIN_PORTS else "Https"
    settings = {
        "protocol": protocol,
        "port": wanted.backend_port,
        "cookieBasedAffinity": "Disabled",
        "hostName": wanted.host_name,
        "requestTimeout": 30,
        "probe": refer("probes", HTTPS),
    }
    probe = {"protocol": protocol, "path": "/", "timeout": 30, **PACE}
    return {
        "probes": _part(HTTPS, {**probe, "pickHostNameFromBackendHttpSettings": True}),
        "backendAddressPools": _part(HTTPS, {"backendAddresses": _backends(wanted)}),
        "backendHttpSettingsCollection": _part(HTTPS, settings),
    }


def _listener(refer: Refer, name: str, protocol: str) -> Json:
    """A listener on the private address; all but a TCP one show a certificate."""
    listener: Json = {
        "protocol": protocol,
        "frontendIPConfiguration": refer("frontendIPConfigurations", "private"),
        "frontendPort": refer("frontendPorts", name),
    }
    if protocol != "Tcp":
        listener["sslCertificate"] = refer("sslCertificates", name)
    return listener


def _certificate(name: str, reference: KeyVaultSecret | None) -> Parts:
    """A certificate that the gateway itself reads from Key Vault."""
    if reference is None:
        return {}
    return {"sslCertificates": _part(name, {"keyVaultSecretId": reference.key_vault_secret})}


def joined(*parts: Parts) -> Parts:
    """All parts, collection by collection."""
    together: Parts = {}
    for each in parts:
        for collection, items in each.items():
            together.setdefault(collection, []).extend(items)
    return together


def _part(name: str, properties: Json) -> list[Json]:
    return [{"name": name, "properties": properties}]


def _references(gateway_id: str) -> Refer:
    return lambda collection, name: {"id": f"{gateway_id}/{collection}/{name}"}


def _backends(wanted: HttpsListener) -> list[Json]:
    return [
        {"ipAddress" if is_address(backend) else "fqdn": backend}
        for backend in wanted.backend_addresses
    ]
