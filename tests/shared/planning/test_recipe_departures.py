"""What the plan corrects of the original recipe it tells, with the step that it departs from."""

from typing import Any

import pytest

from shared.azure.clients import AzureClients
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import Owner
from shared.planning.purposes import deploy_plan

STANDARD: Json = {"gateway": {"sku": "Standard_v2"}}
CURRENT: Json = {"postgres": {"sku": "Standard_D2ds_v5"}}

# One row a defect that is corrected or tolerated: the spec, where it is not the recipe's own; the
# code; the step. Two defects of a step may have one remedy.
ROWS: dict[str, tuple[Json, str, str]] = {
    "1 an HTTP listener for PostgreSQL": ({}, "PostgreSQLIsNotHttp", "step 3"),
    "2 TLS that ends at the gateway": ({}, "TlsEndToEnd", "step 3"),
    "3 a public address for the gateway": ({}, "GatewayHasNoPublicIp", "step 1"),
    "4 a gateway SKU without zones": ({}, "ZoneRedundantGatewaySku", "step 1"),
    "13 an address read from a private endpoint": ({}, "ServerWritesItsOwnRecord", "step 5"),
    "14 a record made by hand": ({}, "ServerWritesItsOwnRecord", "step 5"),
    "15 on-premises resolves the name by itself": ({}, "OnPremisesNeedsAForwarder", "step 5"),
    "17 max_connections without a restart": ({}, "MaxConnectionsNeedsRestart", "step 2"),
    "18 preloaded libraries replaced": ({}, "PreloadLibrariesAreAdded", "step 2"),
    "19 a size of the previous generation": ({}, "PreviousGenerationSku", "step 2"),
    "19 another size than the recipe's": (CURRENT, "CurrentGenerationSku", "step 2"),
    "20 no high availability": ({}, "NoHighAvailability", "step 2"),
    "22 a WAF policy attached to nothing": ({}, "WafPolicyAttached", "step 6"),
    "22 no WAF policy": (STANDARD, "NoWafForPostgreSQL", "step 3"),
    "23 a WAF for PostgreSQL": ({}, "WafDoesNotInspectPostgreSQL", "step 3"),
    "25 a proxy that is young": ({}, "TcpProxyLimits", "step 3"),
    "26 a proxy that is optional": ({}, "ProxyIsOptional", "step 3"),
    "27 a listener on the Internet": ({}, "PrivateListenerOnly", "step 3"),
    "30 a probe over HTTP": ({}, "TcpHealthProbe", "step 6"),
    "33 ten million addresses let in": ({}, "OnlyDeclaredPrefixesReachTheDatabase", "step 7"),
    "35 a route that swallows replies": ({}, "NoStaticRouteToOnPremises", "step 7"),
    "38 a jump box on the Internet": ({}, "JumpBoxIsPrivate", "validation"),
    "45 half of the cost": ({}, "MonthlyCost", "prerequisites"),
    "46 Global Reach for replicas": ({}, "GlobalReachJoinsSites", "challenge"),
}


@pytest.mark.parametrize(("changes", "code", "step"), ROWS.values(), ids=ROWS.keys())
def test_a_correction_is_a_warning_of_the_plan_with_its_step(
    clients: AzureClients, spec: Json, changes: Json, code: str, step: str
) -> None:
    told = {w["code"]: w for w in warnings(clients, spec, changes)}
    assert code in told
    assert told[code].get("recipeStep") == step
    assert told[code]["message"]


def test_every_correction_of_the_recipe_has_its_row(clients: AzureClients, spec: Json) -> None:
    told = {w["code"] for w in warnings(clients, spec, {}) if "recipeStep" in w}
    # Row 16 is a refusal where the password is sent; the recipe's own command line is corrected.
    assert told - {code for _, code, _ in ROWS.values()} == {"PasswordFromKeyVault"}


def warnings(clients: AzureClients, spec: Json, changes: Json) -> list[Any]:
    merged = {name: {**spec[name], **value} for name, value in changes.items()}
    subscription = {"subscriptionId": clients.subscription_id}
    wanted = DeploymentSpec.model_validate({**spec, **merged, **subscription})
    return list(deploy_plan(lambda _: clients, wanted, {}, Owner(wanted.name, "here"))["warnings"])
