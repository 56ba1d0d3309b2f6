"""The recipe's script as data: every `az` command in its order, and what becomes of it on Azure.

What Azure or the CLI refuses is followed by the command that puts it right, marked `instead`, so
that the rest of the script meets what it needs. Names are the recipe's, with a fixed suffix.
"""

from dataclasses import dataclass
from string import Template

SUBSCRIPTION = "5ca1ab1e-0000-4000-8000-000000000001"
CIRCUITS = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-expressroute"
    "/providers/Microsoft.Network/expressRouteCircuits"
)
NAMES = {
    "RG": "rg-hybrid-db-connectivity",
    "LOCATION": "eastus",
    "VNET": "vnet-hub-abc123",
    "APPGW": "appgw-db-abc123",
    "PG": "postgres-hybrid-abc123",
    "ZONE": "postgres-hybrid-abc123.private.postgres.database.azure.com",
    "ERGW": "ergw-hub-abc123",
    "PLACEHOLDER": f"{CIRCUITS}/er-circuit-example",
    "CIRCUIT": f"{CIRCUITS}/circuit",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and how it ends; accepted where it says neither `arm` nor `cli`."""

    text: str
    arm: str = ""  # the code with which Resource Manager refuses it
    cli: str = ""  # what the CLI says, which refuses it before any request
    why: str = ""
    prints: str | None = None  # with --output tsv
    instead: bool = False  # no command of the recipe: a correction

    @property
    def line(self) -> str:
        """The command with its names filled in."""
        return Template(" ".join(self.text.split())).substitute(NAMES)

    def __str__(self) -> str:
        mark = "instead: " if self.instead else ""
        return mark + " ".join(self.text.split()[:5])


CREATE_SERVER = """postgres flexible-server create --name $PG --resource-group $RG
    --location $LOCATION --admin-user dbadmin --admin-password ComplexPassword123!
    --sku-name Standard_D2s_v3 --tier GeneralPurpose --version 17 --storage-size 128
    --vnet $VNET --subnet DatabaseSubnet --private-dns-zone $ZONE --yes"""
CREATE_GATEWAY = """network application-gateway create --name $APPGW --resource-group $RG
    --location $LOCATION --vnet-name $VNET --subnet ApplicationGatewaySubnet
    --public-ip-address pip-$APPGW --sku WAF_v2 --capacity 2
    --http-settings-cookie-based-affinity Enabled --frontend-port 443
    --http-settings-port 5432 --http-settings-protocol Http --priority 1000"""
CREATE_GATEWAY_80 = CREATE_GATEWAY.replace("--frontend-port 443", "--frontend-port 80")
CREATE_ZONE = "network private-dns zone create --name $ZONE --resource-group $RG"
CREATE_POLICY = """network application-gateway waf-policy create --name waf-policy-db
    --resource-group $RG --location $LOCATION --type OWASP --version 3.2"""
CONNECT = """network vpn-connection create --name connection-$ERGW --resource-group $RG
    --location $LOCATION --vnet-gateway1 $ERGW"""
SUBNET = "network vnet subnet create --resource-group $RG --vnet-name $VNET --name"
RULE = """network nsg rule create --resource-group $RG --nsg-name nsg-database-subnet
    --destination-port-ranges 5432 --access Allow --protocol Tcp --direction Inbound --name"""
SHOW_SERVER = "postgres flexible-server show --name $PG --resource-group $RG --output tsv --query"

PREPARATION = (
    Command("account show --query id --output tsv", prints=SUBSCRIPTION),
    Command(
        """group create --name $RG --location $LOCATION
        --tags purpose=hybrid-database-connectivity environment=production"""
    ),
    Command(
        """network vnet create --name $VNET --resource-group $RG --location $LOCATION
        --address-prefixes 10.1.0.0/16 --subnet-name GatewaySubnet --subnet-prefixes 10.1.1.0/27"""
    ),
    Command(f"{SUBNET} ApplicationGatewaySubnet --address-prefixes 10.1.2.0/24"),
    Command(
        f"""{SUBNET} DatabaseSubnet --address-prefixes 10.1.3.0/24
        --service-endpoints Microsoft.Storage"""
    ),
    Command(f"{SUBNET} ManagementSubnet --address-prefixes 10.1.4.0/24"),
)
GATEWAY = (
    Command(
        """network public-ip create --name pip-$ERGW --resource-group $RG --location $LOCATION
        --allocation-method Static --sku Standard --zone 1 2 3"""
    ),
    Command(
        """network vnet-gateway create --name $ERGW --resource-group $RG --location $LOCATION
        --vnet $VNET --gateway-type ExpressRoute --sku Standard
        --public-ip-addresses pip-$ERGW --no-wait"""
    ),
)
DATABASE = (
    Command(
        CREATE_SERVER,
        arm="InvalidParameterValue",
        why="the subnet is not delegated (B9) and the zone does not exist (B11): this CLI makes "
        "neither by itself any more",
    ),
    Command(
        "network vnet-gateway wait --name $ERGW --resource-group $RG --created --interval 1",
        instead=True,  # while it is being created, a gateway holds its network
    ),
    Command(
        """network vnet subnet update --name DatabaseSubnet --resource-group $RG --vnet-name $VNET
        --delegations Microsoft.DBforPostgreSQL/flexibleServers""",
        instead=True,
    ),
    Command(CREATE_ZONE, instead=True),
    Command(CREATE_SERVER),
    Command(
        """postgres flexible-server parameter set --name $PG --resource-group $RG
        --parameter-name max_connections --value 200""",
        cli="unrecognized arguments: --parameter-name",
        why="the server is --server-name, the parameter --name",
    ),
    Command(
        """postgres flexible-server parameter set --server-name $PG --resource-group $RG
        --name max_connections --value 200""",
        instead=True,
    ),
    Command(
        """postgres flexible-server parameter set --name $PG --resource-group $RG
        --parameter-name shared_preload_libraries --value pg_stat_statements""",
        cli="unrecognized arguments: --parameter-name",
        why="the server is --server-name, the parameter --name",
    ),
    Command(
        """postgres flexible-server parameter set --server-name $PG --resource-group $RG
        --name shared_preload_libraries --value pg_stat_statements""",
        instead=True,
    ),
    Command(
        """postgres flexible-server parameter show --server-name $PG --resource-group $RG
        --name max_connections --output tsv --query isConfigPendingRestart""",
        prints="true",  # B17: static, and the recipe never restarts
        instead=True,
    ),
)
PART = "--resource-group $RG --gateway-name $APPGW --name"
PROXY = (
    Command(
        """network public-ip create --name pip-$APPGW --resource-group $RG --location $LOCATION
        --allocation-method Static --sku Standard --zone 1 2 3"""
    ),
    Command(
        CREATE_GATEWAY,
        arm="ApplicationGatewayFirewallNotConfiguredForSelectedSku",
        why="WAF_v2 without a policy (B21)",
    ),
    Command(CREATE_POLICY, instead=True),
    Command(
        f"{CREATE_GATEWAY} --waf-policy waf-policy-db",
        arm="ApplicationGatewayPortNotValidForProtocol",
        why="an HTTP listener on 443, as there is no certificate (B1)",
        instead=True,
    ),
    Command(f"{CREATE_GATEWAY_80} --waf-policy waf-policy-db", instead=True),
    Command(
        f"{SHOW_SERVER} fullyQualifiedDomainName",
        prints="postgres-hybrid-abc123.postgres.database.azure.com",
    ),
    Command(
        """network application-gateway address-pool create --resource-group $RG
        --gateway-name $APPGW --name PostgreSQLBackendPool
        --servers $PG.postgres.database.azure.com"""
    ),
)
CONNECTION = (
    Command("network vnet-gateway wait --name $ERGW --resource-group $RG --created"),
    Command(
        f"{CONNECT} --express-route-circuit2 $PLACEHOLDER --connection-type ExpressRoute",
        cli="unrecognized arguments: --connection-type",
        why="the type follows from the circuit (B5)",
    ),
    Command(
        f"{CONNECT} --express-route-circuit2 $PLACEHOLDER",
        arm="InvalidResourceReference",
        why="the circuit is a placeholder (B6)",
        instead=True,
    ),
    Command(f"{CONNECT} --express-route-circuit2 $CIRCUIT", instead=True),
)
RESOLUTION = (
    Command(
        CREATE_ZONE,
        arm="PreconditionFailed",
        why="the zone is there already, as the server needed it (B11); the CLI sends If-None-Match",
    ),
    Command(
        """network private-dns link vnet create --name link-$VNET --resource-group $RG
        --zone-name $ZONE --virtual-network $VNET --registration-enabled false"""
    ),
    Command(
        f"""{SHOW_SERVER} network.privateEndpointConnections[0].privateEndpoint
        .networkInterfaces[0].ipConfigurations[0].privateIPAddress""".replace("\n        ", ""),
        prints="",  # B13: a server inside a network has no private endpoint
    ),
    Command(
        """network private-dns record-set a create --name $PG --resource-group $RG
        --zone-name $ZONE"""
    ),
    Command(
        """network private-dns record-set a add-record --resource-group $RG --zone-name $ZONE
        --record-set-name $PG --ipv4-address""",
        cli="argument --ipv4-address/-a: expected one argument",
        why="the address was not found (B13); its variable is empty",
    ),
)
HEALTH = (
    Command(
        """network application-gateway probe create --resource-group $RG --gateway-name $APPGW
        --name PostgreSQLHealthProbe --protocol Http --port 5432 --path /health
        --interval 30 --timeout 30 --threshold 3""",
        arm="ApplicationGatewayProbeHostInvalid",
        why="an HTTP probe needs a host (B30)",
    ),
    Command(
        f"""network application-gateway probe create {PART} PostgreSQLHealthProbe
        --protocol Tcp --port 5432 --interval 30 --timeout 30 --threshold 3""",
        instead=True,
    ),
    # B1: HTTP never carries PostgreSQL, so a way through on layer 4, part by part.
    Command(
        f"network application-gateway frontend-port create {PART} pg --port 5432", instead=True
    ),
    Command(
        f"""network application-gateway settings create {PART} pg --port 5432 --protocol Tcp
        --timeout 30 --probe PostgreSQLHealthProbe""",
        instead=True,
    ),
    Command(
        f"""network application-gateway listener create {PART} pg --frontend-port pg
        --frontend-ip appGatewayFrontendIP""",
        instead=True,
    ),
    Command(
        f"""network application-gateway routing-rule create {PART} pg --listener pg --settings pg
        --address-pool PostgreSQLBackendPool --priority 100""",
        instead=True,
    ),
    Command(
        """network application-gateway ssl-policy set --resource-group $RG --gateway-name $APPGW
        --policy-type Custom --cipher-suites TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        --min-protocol-version TLSv1_2"""
    ),
    Command(CREATE_POLICY),
)
SECURITY = (
    Command(
        """network nsg create --name nsg-database-subnet --resource-group $RG
        --location $LOCATION"""
    ),
    Command(
        f"""{RULE} AllowApplicationGatewayToPostgreSQL --priority 1000
        --source-address-prefixes 10.1.2.0/24"""
    ),
    Command(
        f"""{RULE} AllowExpressRouteToPostgreSQL --priority 1100
        --source-address-prefixes 10.0.0.0/8"""
    ),
    Command(
        """network vnet subnet update --name DatabaseSubnet --resource-group $RG
        --vnet-name $VNET --network-security-group nsg-database-subnet"""
    ),
    Command(
        """network route-table create --name rt-database-subnet --resource-group $RG
        --location $LOCATION"""
    ),
    Command(
        """network route-table route create --name route-onpremises --resource-group $RG
        --route-table-name rt-database-subnet --address-prefix 10.0.0.0/8
        --next-hop-type VnetLocal"""
    ),
    Command(
        """network vnet subnet update --name DatabaseSubnet --resource-group $RG
        --vnet-name $VNET --route-table rt-database-subnet"""
    ),
)
VALIDATION = (
    Command(
        """network vnet-gateway show --name $ERGW --resource-group $RG
        --query provisioningState --output tsv""",
        prints="Succeeded",
    ),
    Command(
        """network vpn-connection show --name connection-$ERGW --resource-group $RG
        --query connectionStatus --output tsv""",
        prints="Connected",
    ),
    Command(f"{SHOW_SERVER} state", prints="Ready"),
    Command(
        """network application-gateway show --name $APPGW --resource-group $RG
        --query operationalState --output tsv""",
        prints="Running",
    ),
    Command(
        """network application-gateway show-backend-health --name $APPGW --resource-group $RG
        --query backendAddressPools[0].backendHttpSettingsCollection[0].servers[0].health
        --output tsv""",
        prints="",  # B29: the first pool is the one that the rule uses, and it is empty
    ),
    Command(
        """vm create --name vm-test-connectivity --resource-group $RG --image Ubuntu2204
        --subnet ManagementSubnet --vnet-name $VNET --admin-username azureuser
        --generate-ssh-keys --size Standard_B2s --no-wait"""
    ),
    Command(
        """vm wait --name vm-test-connectivity --resource-group $RG --created --interval 1""",
        instead=True,
    ),
)
CLEANUP = (
    Command("network application-gateway delete --name $APPGW --resource-group $RG"),
    Command("network public-ip delete --name pip-$APPGW --resource-group $RG"),
    Command("network vpn-connection delete --name connection-$ERGW --resource-group $RG"),
    Command("network vnet-gateway delete --name $ERGW --resource-group $RG"),
    Command("network public-ip delete --name pip-$ERGW --resource-group $RG"),
    Command("postgres flexible-server delete --name $PG --resource-group $RG --yes"),
    Command(
        "network private-dns zone delete --name $ZONE --resource-group $RG --yes",
        arm="CannotDeleteResource",
        why="its link to the network is still there (B42)",
    ),
    Command(
        """network private-dns link vnet delete --name link-$VNET --resource-group $RG
        --zone-name $ZONE --yes""",
        instead=True,
    ),
    Command(
        "network private-dns zone delete --name $ZONE --resource-group $RG --yes", instead=True
    ),
    Command("group delete --name $RG --yes --no-wait"),
    Command("group wait --name $RG --deleted --interval 1", instead=True),
    Command("group exists --name $RG --output tsv", prints="false", instead=True),
)
SCRIPT = (
    *PREPARATION,
    *GATEWAY,
    *DATABASE,
    *PROXY,
    *CONNECTION,
    *RESOLUTION,
    *HEALTH,
    *SECURITY,
    *VALIDATION,
    *CLEANUP,
)
