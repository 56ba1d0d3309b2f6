"""What a caller needs to use a deployment: names, addresses and ports, never a secret.

Strings work as printed. Verification needs no file of roots: Azure's servers chain to roots that
every system trusts (Learn: TLS in flexible server), and libpq 16 and later reads those. On its
private address the Application Gateway drops a flow that is silent for five minutes, whatever its
own timer says (Learn: Application Gateway FAQ), so keepalives come every two.
"""

from urllib.parse import quote

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec

DATABASE_PORT = 5432
POOL_PORT = 6432
KEEPALIVE_SECONDS = 120
SUFFIX = "postgres.database.azure.com"
RUN = "run as printed against PostgreSQL, by the tests of this app"
READ = "not run: checked against the keywords that the driver documents"
JAVA_ROOTS = "sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"


def outputs(spec: DeploymentSpec) -> Json:
    """The outputs of a deployment as planned; all of them are known before the first write."""
    strings = {"direct": _libpq(spec, DATABASE_PORT)}
    result: Json = {
        "serverFqdn": spec.server_fqdn,
        "port": DATABASE_PORT,
        "privateDnsZone": spec.zone_name,
        "passwordSecret": spec.password_secret if spec.by_password else None,
        "connectionStrings": strings,
        "clients": _clients(spec),
        "dns": _dns(spec),
    }
    if spec.endpoint:
        result["endpoints"] = _endpoints(spec)
    if entra := spec.postgres.entra:
        result["entra"] = {
            "user": entra.administrator.name,
            "token": "az account get-access-token --resource-type oss-rdbms --query accessToken",
            "why": "the token is the password, for an hour; sslmode stays verify-full",
        }
    if spec.pooled:
        strings["pooled"] = _libpq(spec, POOL_PORT)
    if spec.proxied:
        # The certificate names the server: verify against its name, connect to the gateway.
        address = spec.gateway.private_address
        result["gatewayAddress"] = address
        strings["proxied"] = _libpq(spec, DATABASE_PORT, address)
        if spec.pooled:
            strings["proxiedPooled"] = _libpq(spec, POOL_PORT, address)
    return result


def _endpoints(spec: DeploymentSpec) -> Json:
    """The names that follow the roles of two servers, and strings with them.

    No source says that the certificates of Azure hold these names, so they are not verified.
    """
    tail = f"port={DATABASE_PORT} dbname=postgres user={_quoted(spec.sign_in_name)} sslmode=require"
    names = {
        "writer": spec.writer_fqdn,
        "reader": spec.writer_fqdn.replace(".writer.", ".reader."),
    }
    strings = {name: f"host={host} {tail}" for name, host in names.items()}
    why = "they lead to the other server after a promotion; encrypted, the name is not verified"
    return {**names, "connectionStrings": strings, "why": why}


def _libpq(spec: DeploymentSpec, port: int, address: str | None = None) -> str:
    host = f"host={spec.server_fqdn}" + (f" hostaddr={address}" if address else "")
    return (
        f"{host} port={port} dbname=postgres user={_quoted(spec.sign_in_name)} "
        f"sslmode=verify-full sslrootcert=system keepalives_idle={KEEPALIVE_SECONDS}"
    )


def _quoted(name: str) -> str:
    """A value in a string of libpq; one with a space stands in quotes."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'" if " " in name or escaped != name else name


def _clients(spec: DeploymentSpec) -> Json:
    """Strings for other drivers, what each needs, and how far it was tried.

    None of these has libpq's hostaddr.
    """
    host, login = spec.server_fqdn, spec.sign_in_name
    named = "its name for the server must lead to the right address: see dns"
    return {
        "libpq": {"needs": "psql, psycopg and others with libpq 16 or later", "tried": RUN},
        "jdbc": {
            "string": f"jdbc:postgresql://{host}:{DATABASE_PORT}/postgres?user={quote(login)}"
            f"&sslmode=verify-full&{JAVA_ROOTS}&tcpKeepAlive=true",
            "needs": f"a TCP keepalive time of the system of {KEEPALIVE_SECONDS} seconds; {named}",
            "tried": READ,
        },
        "npgsql": {
            "string": f"Host={host};Port={DATABASE_PORT};Database=postgres;Username={login};"
            f"SSL Mode=VerifyFull;Keepalive={KEEPALIVE_SECONDS}",
            "needs": named,
            "tried": READ,
        },
        "node": {
            "config": {
                "host": host,
                "port": DATABASE_PORT,
                "database": "postgres",
                "user": login,
                "ssl": {"rejectUnauthorized": True},
                "keepAlive": True,
                "keepAliveInitialDelayMillis": KEEPALIVE_SECONDS * 1000,
            },
            "needs": named,
            "tried": RUN,
        },
    }


def _dns(spec: DeploymentSpec) -> Json:
    """What the name servers on-premises have to know, per kind of client."""
    resolver = spec.dns.resolver
    somebody = "a DNS server in the hub network (dns.resolver makes one)"
    to = resolver.address if resolver else somebody
    directly = f"directly, forward {SUFFIX} to {to}"
    found: Json = {"forwarder": resolver.address} if resolver else {}
    others = ("jdbc", "npgsql", "node")
    if not spec.proxied:
        why = (
            "the private zone answers inside linked networks only: forward the name to a DNS "
            "Private Resolver or a DNS server in the hub network"
        )
        clients = dict.fromkeys(("libpq", *others), directly)
        return {**found, "forward": SUFFIX, "why": why, "clients": clients}
    record = {"name": spec.server_fqdn, "type": "A", "address": spec.gateway.private_address}
    clients = {
        "libpq": f"through the gateway, nothing: its address is in the string; {directly}",
        **dict.fromkeys(others, f"through the gateway, make the record; or {directly}"),
    }
    why = "clients without hostaddr reach the gateway by the server's own name"
    forward = {"forward": SUFFIX} if resolver else {}
    return {**found, **forward, "record": record, "why": why, "clients": clients}
