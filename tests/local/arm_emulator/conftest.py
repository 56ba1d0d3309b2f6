"""Real SDK clients on an emulator with a virtual clock: their sleeps move the clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.postgresqlflexibleservers import PostgreSQLManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from requests.structures import CaseInsensitiveDict

from local.arm_emulator import ArmEmulator, Settings
from local.clock import VirtualClock
from tests.local.arm_emulator.judged import Judge

ENVIRONMENT = (
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "REQUESTS_CA_BUNDLE",
    "AZURE_RESOURCE_MANAGER_URL",
    "AZURE_SUBSCRIPTION_ID",
)


class VirtualTransport(RequestsTransport):  # type: ignore[misc]
    """The ordinary transport; only its sleep moves the virtual clock instead of waiting."""

    def __init__(self, clock: VirtualClock, ca_file: str, connection: requests.Session) -> None:
        super().__init__(connection_verify=ca_file, session=connection, session_owner=False)
        self._clock = clock

    def sleep(self, duration: float) -> None:
        self._clock.advance(timedelta(seconds=duration))


@dataclass
class Azure:
    """The four management clients and the vault's, all unmodified."""

    emulator: ArmEmulator
    clock: VirtualClock
    credential: Any
    connection: requests.Session
    opened: list[Any] = field(default_factory=list)

    def transport(self) -> VirtualTransport:
        return VirtualTransport(self.clock, str(self.emulator.ca_file), self.connection)

    def options(self, **more: Any) -> dict[str, Any]:
        scopes = ["https://management.azure.com/.default"]
        return {
            "base_url": self.emulator.url,
            "credential_scopes": scopes,
            "transport": self.transport(),
            "retry_total": 0,
            **more,
        }

    def client(self, kind: Any, credential: Any = None, subscription: str = "", **more: Any) -> Any:
        chosen = subscription or self.emulator.cloud.settings.subscription_id
        made = kind(credential or self.credential, chosen, **self.options(**more))
        self.opened.append(made)
        return made

    def __post_init__(self) -> None:
        self.network: NetworkManagementClient = self.client(NetworkManagementClient)
        self.resources: ResourceManagementClient = self.client(ResourceManagementClient)
        self.dns: PrivateDnsManagementClient = self.client(PrivateDnsManagementClient)
        self.postgresql: PostgreSQLManagementClient = self.client(PostgreSQLManagementClient)

    def vault(self) -> SecretClient:
        made = SecretClient(
            self.emulator.url,
            self.credential,
            verify_challenge_resource=False,
            transport=self.transport(),
        )
        self.opened.append(made)
        return made

    def close(self) -> None:
        for each in self.opened:
            each.close()

    def id(self, path: str, group: str = "rg", subscription: str = "") -> str:
        """The id of ``virtualNetworks/vnet`` or ``Microsoft.Compute/disks/d`` in the group."""
        chosen = subscription or self.emulator.cloud.settings.subscription_id
        provider = path if path.startswith("Microsoft.") else f"Microsoft.Network/{path}"
        return f"/subscriptions/{chosen}/resourceGroups/{group}/providers/{provider}"

    def told(self, refusal: str) -> str:
        """``"400 zones_code"`` with the code that the setting assumes; any other as it is."""
        status, _, name = refusal.rpartition(" ")
        return f"{status} {self.emulator.settings().get(name, name)}".strip()

    def advance(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))


class TokenOf:
    """A credential that speaks for somebody else."""

    def __init__(self, emulator: ArmEmulator, object_id: str) -> None:
        self._emulator, self._object_id = emulator, object_id

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        resource = scopes[0].removesuffix("/.default")
        token, expires = self._emulator.cloud.identity.mint(resource, object_id=self._object_id)
        return AccessToken(token, expires)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArmEmulator]:
    """One server for all tests; each starts it anew with its own clock and settings."""
    ca_file = tmp_path_factory.mktemp("emulator") / "ca.pem"
    with ArmEmulator(clock=VirtualClock(), ca_file=ca_file) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def judge() -> Judge:
    """One for the session: it judges a shape once."""
    return Judge()


@pytest.fixture(autouse=True)
def every_answer_is_one_of_azures(judge: Judge) -> Iterator[None]:
    """Whatever a test is about."""
    judge.faults.clear()
    yield
    assert judge.faults == []


@pytest.fixture(scope="session")
def connections(
    shared_emulator: ArmEmulator, judge: Judge
) -> Iterator[tuple[requests.Session, ...]]:
    """For the SDKs and for plain HTTPS, kept alive over all tests.

    To read the certificates of the world takes 20 ms each time.
    """
    with requests.Session() as sdks, requests.Session() as plain:
        for each in (sdks, plain):
            each.verify, each.trust_env = str(shared_emulator.ca_file), False
            each.hooks["response"].append(judge.hear)
        yield sdks, plain


@pytest.fixture
def emulator(
    shared_emulator: ArmEmulator, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> ArmEmulator:
    shared_emulator.cloud.clock = clock
    shared_emulator.cloud.settings = Settings(
        duration_spread=0, throttling=False, operation_url_padding=64
    )
    shared_emulator.reset()
    environment = shared_emulator.environment()
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, environment[name])
    return shared_emulator


@pytest.fixture
def azure(emulator: ArmEmulator, connections: tuple[requests.Session, ...]) -> Iterator[Azure]:
    credential = DefaultAzureCredential()
    clock: Any = emulator.cloud.clock
    made = Azure(emulator, clock, credential, connections[0])
    made.resources.resource_groups.create_or_update("rg", {"location": "eastus"})
    yield made
    made.close()
    credential.close()


@pytest.fixture
def token_of(emulator: ArmEmulator) -> Callable[[str], TokenOf]:
    return lambda object_id: TokenOf(emulator, object_id)


@pytest.fixture
def web(emulator: ArmEmulator, connections: tuple[requests.Session, ...]) -> requests.Session:
    """A plain HTTPS session with a valid token, for what no SDK sends."""
    session = connections[1]
    token, _ = emulator.cloud.identity.mint("https://management.azure.com")
    session.headers = CaseInsensitiveDict({"Authorization": f"Bearer {token}"})
    return session


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Makes a call of an SDK that must fail, and tells how: ``"400 NetcfgInvalidSubnet"``."""

    def finish(answer: Any) -> None:
        if hasattr(answer, "result"):
            answer.result()

    def ask(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
        with pytest.raises(HttpResponseError) as refused:
            finish(call(*arguments, **more))
        error = refused.value.error
        assert error is not None
        return f"{refused.value.status_code} {error.code}"

    return ask


@pytest.fixture
def network(azure: Azure) -> Azure:
    """A virtual network with every subnet of the architecture, ready beforehand."""
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    postgresql = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    delegated = {"delegations": [{"name": "pg", "properties": postgresql}]}
    rows: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("GatewaySubnet", "10.1.1.0/27", {}),
        ("ApplicationGatewaySubnet", "10.1.2.0/24", {}),
        ("DatabaseSubnet", "10.1.3.0/24", delegated),
        ("ManagementSubnet", "10.1.4.0/24", {}),
        ("AzureBastionSubnet", "10.1.5.0/26", {}),
    )
    subnets = [
        {"name": name, "properties": {"addressPrefix": prefix, **more}}
        for name, prefix, more in rows
    ]
    body = {"location": "eastus", "properties": {"addressSpace": space, "subnets": subnets}}
    azure.emulator.put(azure.id("virtualNetworks/vnet"), body)
    for name in ("pip-appgw", "pip-bastion"):
        sku = {"name": "Standard"}
        azure.emulator.put(
            azure.id(f"publicIPAddresses/{name}"), {"location": "eastus", "sku": sku}
        )
    return azure
