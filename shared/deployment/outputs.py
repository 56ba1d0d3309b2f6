"""What a caller needs to use a deployment: names, addresses and ports, never a secret."""

from shared.deployment.messages import Json
from shared.deployment.spec import DeploymentSpec

DATABASE_PORT = 5432


def outputs(spec: DeploymentSpec) -> Json:
    """The outputs of a deployment as planned; all of them are known before the first write."""
    login = spec.postgres.admin_login
    host = spec.server_fqdn
    result: Json = {
        "serverFqdn": host,
        "port": DATABASE_PORT,
        "privateDnsZone": spec.zone_name,
        "connectionStrings": {
            "direct": f"host={host} port={DATABASE_PORT} dbname=postgres user={login} "
            "sslmode=verify-full"
        },
    }
    if spec.proxied:
        # The certificate names the server: verify against its name, connect to the gateway.
        address = spec.gateway.private_address
        result["gatewayAddress"] = address
        result["connectionStrings"]["proxied"] = (
            f"host={host} hostaddr={address} port={DATABASE_PORT} dbname=postgres user={login} "
            "sslmode=verify-full"
        )
    return result
