"""How sure a plan is of each change, and what it says before it disturbs anybody."""

from typing import Any, get_args

import pytest

from shared.deployment.changes.bodies import reverted
from shared.deployment.messages import Certainty, Change, Json
from shared.planning.decisions.advice import disturbing
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.base import Resource
from shared.resources.bastion import BastionHost
from shared.resources.express_route import ExpressRouteGateway
from shared.resources.jump_box import JumpBox
from shared.resources.postgres_parameters import PostgresParameters
from shared.resources.postgres_server import PostgresServer
from shared.resources.public_ips import BastionPublicIp
from tests.shared.resources.conftest import sample

STATIC = {"static": ["max_connections", "azure.extensions"], "pendingRestart": []}
CERTIFICATE = "properties.sslCertificates[https].properties.keyVaultSecretId"


def changed(path: str, before: Any = 1, after: Any = 2) -> Change:
    return Change(path=path, before=before, after=after)


def sure(resource: Resource, change: Change, **properties: Any) -> Certainty:
    """How sure a change is of a resource that was read with these properties."""
    return resource.certainty(change, {"properties": {"state": "Ready", **properties}, **STATIC})


@pytest.mark.parametrize(
    ("resource", "path", "certainty"),
    [
        (PostgresServer(), "sku.name", "certain"),
        (BastionPublicIp(), "tags.managed-by", "certain"),
        (PostgresParameters(), "properties.work_mem", "certain"),
        (PostgresParameters(), "properties.max_connections", "afterRestart"),
        (PostgresParameters(), 'properties."azure.extensions"', "afterRestart"),
        (ApplicationGateway(), CERTIFICATE, "byReference"),
    ],
)
def test_a_change_of_a_resource_at_rest_is_as_sure_as_its_value(
    resource: Resource, path: str, certainty: Certainty
) -> None:
    assert sure(resource, changed(path)) == certainty


def test_an_added_certificate_is_sure_by_reference_only() -> None:
    certificate = {"name": "https", "properties": {"keyVaultSecretId": "https://v/secrets/c"}}
    added = changed("properties.sslCertificates[https]", None, certificate)
    assert sure(ApplicationGateway(), added) == "byReference"


@pytest.mark.parametrize("state", ["Updating", "Failed", "Canceled"])
@pytest.mark.parametrize("path", ["properties.sku.name", CERTIFICATE])
def test_nothing_is_sure_of_a_resource_that_was_not_at_rest(state: str, path: str) -> None:
    assert sure(ApplicationGateway(), changed(path), provisioningState=state) == "unsettled"


@pytest.mark.parametrize("state", ["Stopped", "Updating", "Restarting"])
def test_a_server_that_is_not_ready_is_not_at_rest(state: str) -> None:
    assert sure(PostgresServer(), changed("sku.name"), state=state) == "unsettled"


def test_the_words_are_the_documented_ones() -> None:
    assert get_args(Certainty) == ("certain", "afterRestart", "byReference", "unsettled")


@pytest.mark.parametrize(
    ("resource", "path", "what"),
    [
        (PostgresServer(), "sku.name", "the server restarts"),
        (PostgresParameters(), "properties.max_connections", "the server restarts once"),
        (ExpressRouteGateway(), "properties.sku.name", "traffic with on-premises may break off"),
        (ApplicationGateway(), "properties.listeners[web]", "each instance in turn"),
        (BastionHost(), "properties.scaleUnits", "open sessions are cut"),
        (JumpBox(), "properties.hardwareProfile.vmSize", "the machine restarts"),
    ],
)
def test_an_update_that_disturbs_is_warned_of(resource: Resource, path: str, what: str) -> None:
    observed: Json = {"properties": {}, **STATIC}
    [advice] = disturbing(resource, observed, [changed(path)])
    assert (advice["code"], advice["target"]) == ("UpdateDisturbs", resource.key)
    assert advice["message"].startswith(f"changing {path}: {what}")


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (PostgresServer(), "properties.backup.backupRetentionDays"),
        (PostgresParameters(), "properties.work_mem"),
        (ExpressRouteGateway(), "properties.autoScaleConfiguration.bounds.max"),
        (BastionPublicIp(), "properties.idleTimeoutInMinutes"),
    ],
)
def test_an_update_that_nobody_notices_is_not_warned_of(resource: Resource, path: str) -> None:
    assert disturbing(resource, {"properties": {}, **STATIC}, [changed(path)]) == []


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [(128, 2048, 0), (2048, 4096, 1), (4096, 8192, 1), (8192, 16384, 0)],
)
def test_storage_grows_unnoticed_except_across_a_border(
    before: int, after: int, warned: int
) -> None:
    server = PostgresServer()
    desired = server.tagged_body(sample("recipe", postgres={"storageGiB": after}))
    path = "properties.storage.storageSizeGB"
    observed = reverted(desired, [changed(path, before, after)])
    changes = server.differences(desired, observed)
    assert [c["path"] for c in changes] == [path]
    assert len(disturbing(server, observed, changes)) == warned
