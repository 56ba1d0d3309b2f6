"""Valid specs of every kind, for properties that hold for all of them.

What is drawn is the JSON a caller would send, with the circuit, the DNS zone and the identity that
samples/surroundings.json knows of, so that a drawn spec can be deployed as well.
"""

from ipaddress import IPv4Network
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
_NETWORK = "providers/Microsoft.Network"
CIRCUIT = f"{_GROUPS}/rg-expressroute/{_NETWORK}/expressRouteCircuits/er-circuit-hub"
ZONE = f"{_GROUPS}/rg-dns/{_NETWORK}/privateDnsZones/corp.example"
IDENTITY = (
    f"{_GROUPS}/rg-identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateway"
)
CERTIFICATE = {"keyVaultSecret": "https://kv-hybrid-db.vault.azure.net/secrets/certificate"}

ON_PREMISES = ("10.20.0.0/16", "10.30.0.0/24", "172.20.0.0/14", "192.168.0.0/16")
PARAMETERS = {
    "max_connections": st.integers(min_value=50, max_value=500).map(str),
    "shared_preload_libraries": st.sampled_from(
        ["pg_stat_statements", "pg_cron,pg_stat_statements"]
    ),
    "log_min_duration_statement": st.integers(min_value=0, max_value=60_000).map(str),
    "idle_in_transaction_session_timeout": st.integers(min_value=0, max_value=600_000).map(str),
}


@st.composite
def raw_specs(draw: st.DrawFn) -> Json:
    """A spec as sent; leaves out what has a default about as often as not."""
    second = draw(st.integers(min_value=40, max_value=90))
    spec: Json = {
        "name": draw(st.from_regex(r"[a-z][a-z0-9-]{2,18}[a-z0-9]", fullmatch=True)),
        "location": "eastus",
        "expressRoute": {"circuitId": CIRCUIT, **draw(_gateway_sku())},
        "onPremises": {
            "prefixes": draw(st.lists(st.sampled_from(ON_PREMISES), min_size=1, unique=True))
        },
        **draw(_some({"tags": _tags(), "zones": st.sampled_from([["1", "2", "3"], ["1"]])})),
        "network": _network(second),
        "postgres": draw(_postgres()),
        "gateway": draw(_gateway(second)),
        "bastion": draw(st.sampled_from([{}, {"enabled": False}, {"sku": "Basic"}])),
        "jumpBox": draw(st.sampled_from([{}, {"enabled": False}, {"size": "Standard_D2s_v5"}])),
    }
    return spec


def _some(options: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=options)


def _tags() -> st.SearchStrategy[dict[str, str]]:
    names = st.sampled_from(["purpose", "environment", "owner", "cost centre"])
    return st.dictionaries(names, st.text("abc xyz-09", max_size=12), max_size=3)


def _gateway_sku() -> st.SearchStrategy[Json]:
    bounds = st.tuples(st.integers(2, 20), st.integers(20, 40)).map(
        lambda pair: {
            "gatewaySku": "ErGwScale",
            "scaleUnits": {"minimum": pair[0], "maximum": pair[1]},
        }
    )
    plain = st.sampled_from(["ErGw1AZ", "ErGw2AZ", "ErGw3AZ"]).map(lambda sku: {"gatewaySku": sku})
    legacy = st.just({"gatewaySku": "Standard", "allowLegacySku": True})
    return st.one_of(
        st.just({}), plain, bounds, legacy, _some({"routingWeight": st.integers(0, 50)})
    )


def _network(second: int) -> Json:
    space = IPv4Network(f"10.{second}.0.0/16")
    quarters = list(space.subnets(new_prefix=24))
    return {
        "addressSpace": [str(space)],
        "subnets": {
            "gateway": str(next(quarters[1].subnets(new_prefix=27))),
            "applicationGateway": str(quarters[2]),
            "database": str(quarters[3]),
            "management": str(quarters[4]),
            "bastion": str(next(quarters[5].subnets(new_prefix=26))),
        },
    }


def _postgres() -> st.SearchStrategy[Json]:
    return _some(
        {
            "version": st.sampled_from(["15", "16", "17"]),
            "sku": st.sampled_from(["Standard_D2ds_v5", "Standard_D4ds_v5", "Standard_E2ds_v5"]),
            "storageGiB": st.sampled_from([32, 128, 512]),
            "adminLogin": st.sampled_from(["dbadmin", "Owner_1"]),
            "highAvailability": st.sampled_from(["Disabled", "SameZone", "ZoneRedundant"]),
            "backupRetentionDays": st.integers(7, 35),
            "geoRedundantBackup": st.booleans(),
            "parameters": _some(PARAMETERS),
        }
    )


@st.composite
def _gateway(draw: st.DrawFn, second: int) -> Json:
    if draw(st.sampled_from([True, False, False])):
        return {"mode": "none"}
    address = f"10.{second}.2.{draw(st.integers(4, 254))}"
    gateway: Json = {"privateAddress": address}
    gateway |= draw(_some({"minCapacity": st.integers(0, 2), "maxCapacity": st.integers(2, 10)}))
    gateway |= draw(_some({"alias": st.just({"zoneId": ZONE, "recordName": "pg"})}))
    if draw(st.booleans()):
        gateway["sku"] = "WAF_v2"
        if draw(st.booleans()):
            gateway |= {"identityId": IDENTITY, "https": draw(_https())}
    gateway |= draw(_some({"idleTimeoutSeconds": st.integers(1, 86400)}))
    return gateway


def _https() -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "hostName": st.just("pgadmin.corp.example"),
            "backendAddresses": st.sampled_from([["10.1.4.10"], ["a.example", "b.example"]]),
            "certificate": st.just(CERTIFICATE),
        },
        optional={"backendPort": st.sampled_from([80, 443, 8443])},
    )
