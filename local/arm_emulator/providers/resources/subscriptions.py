"""Tenants, subscriptions, locations and the metadata by which clients find their way."""

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.locations import LOCATIONS
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.router import Route


def metadata(world: World, call: Call) -> Response:
    """What `az cloud` and others read before they have a token."""
    body = {
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com",
            "audiences": [
                "https://management.core.windows.net/",
                "https://management.azure.com/",
            ],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": world.url,
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "suffixes": {
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
        },
    }
    # The version of 2019 lists all clouds; `az cloud register` asks one by that of 2022.
    listed = call.request.query.get("api-version", "").startswith("2019")
    return Response(200, [body] if listed else body)


def list_tenants(world: World, call: Call) -> Response:
    """The one tenant."""
    tenant = world.settings.tenant_id
    entry = {"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Emulated tenant"}
    return Response(200, {"value": [entry | {"tenantCategory": "Home", "countryCode": "US"}]})


def list_subscriptions(world: World, call: Call) -> Response:
    """Every subscription."""
    return Response(200, {"value": [_subscription(world, each) for each in world.subscriptions]})


def get_subscription(world: World, call: Call, subscription: str) -> Response:
    """One subscription."""
    for each in world.subscriptions:
        if each.lower() == subscription.lower():
            return Response(200, _subscription(world, each))
    message = f"The subscription '{subscription}' could not be found."
    raise ArmError(404, "SubscriptionNotFound", message)


def list_locations(world: World, call: Call, subscription: str) -> Response:
    """The regions, with their pairs."""
    value = []
    for each in LOCATIONS.values():
        id_ = f"/subscriptions/{subscription}/locations/{each.name}"
        details = {
            "regionType": "Physical",
            "regionCategory": "Recommended" if each.zones else "Other",
            "geographyGroup": each.geography,
            "pairedRegion": [
                {"name": each.pair, "id": f"/subscriptions/{subscription}/locations/{each.pair}"}
            ],
        }
        value.append(
            {
                "id": id_,
                "name": each.name,
                "type": "Region",
                "displayName": each.display_name,
                "regionalDisplayName": f"({each.geography}) {each.display_name}",
                "metadata": details,
            }
        )
    return Response(200, {"value": value})


def _subscription(world: World, subscription: str) -> Json:
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "tenantId": world.settings.tenant_id,
        "displayName": f"Emulated {subscription[-4:]}",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


ROUTES = (
    Route("GET", "/metadata/endpoints", metadata, api_version=False),
    Route("GET", "/tenants", list_tenants),
    Route("GET", "/subscriptions", list_subscriptions),
    Route("GET", "/subscriptions/{subscription}", get_subscription),
    Route("GET", "/subscriptions/{subscription}/locations", list_locations),
)
