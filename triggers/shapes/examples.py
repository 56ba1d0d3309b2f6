"""One example of each shape, as the description shows it; a test holds them to the shapes."""

from collections.abc import Mapping

from shared.deployment.messages import Json

NAME, ID = "orders-db", "orders-db-20261128101500123"
APP = "https://hybriddb.azurewebsites.net/api"
AT, LATER = "2026-11-28T10:15:00+00:00", "2026-11-28T10:49:00+00:00"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-orders-db"
SERVER = f"{GROUP}/providers/Microsoft.DBforPostgreSQL/flexibleServers/psql-orders-db-4e1c07"
ANN: Json = {
    "name": "ann@contoso.com",
    "objectId": "4b3c1f0a-2f1e-4f55-9a52-6b0a1f2d3c4e",
    "client": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
}

SPEC: Json = {
    "name": NAME,
    "location": "eastus",
    "expressRoute": {
        "circuitId": f"{SUBSCRIPTION}/resourceGroups/rg-circuits"
        "/providers/Microsoft.Network/expressRouteCircuits/circuit"
    },
    "onPremises": {"prefixes": ["192.168.0.0/16"]},
}
_OPERATION: Json = {
    "id": ID,
    "kind": "deploy",
    "deployment": NAME,
    "status": "Succeeded",
    "phase": "finished",
    "startedAt": AT,
    "endedAt": LATER,
    "cancelRequested": False,
    "decision": "approve",
    "traceId": "0af7651916cd43dd8448eb211c80319c",
    "actor": ANN,
    "decidedBy": {**ANN, "name": "bea@contoso.com", "comment": "as agreed"},
    "canceledBy": None,
    "plan": [
        {
            "key": "postgres-server",
            "armType": "Microsoft.DBforPostgreSQL/flexibleServers",
            "id": SERVER,
            "action": "update",
            "changes": [
                {
                    "path": "sku.name",
                    "before": "Standard_D2ds_v5",
                    "after": "Standard_D4ds_v5",
                    "certainty": "certain",
                }
            ],
            "dependsOn": [],
            "startsAfter": [],
            "expectedSeconds": 240.0,
            "timeoutSeconds": 3600.0,
            "undoSeconds": 240.0,
            "monthlyCost": {"before": 144.66, "after": 274.60},
        }
    ],
    "unchanged": 19,
    "monthlyCost": {
        "before": 1194.09,
        "after": 1324.03,
        "complete": True,
        "currency": "USD",
        "region": "eastus",
        "pricesOf": "2026-11",
        "source": "https://prices.azure.com/api/retail/prices",
    },
    "warnings": [
        {
            "code": "UpdateDisturbs",
            "message": "changing sku.name: the server restarts",
            "target": "postgres-server",
        }
    ],
    "refusals": [],
    "steps": [
        {
            "key": "postgres-server",
            "action": "update",
            "state": "succeeded",
            "attempts": 1,
            "expectedSeconds": 240,
            "startedAt": AT,
            "settledAt": LATER,
        }
    ],
    "failure": None,
    "residue": [],
    "retained": [],
    "outputs": {"serverFqdn": "psql-orders-db-4e1c07.postgres.database.azure.com", "port": 5432},
}
_IN_SHORT: Json = {
    **{name: _OPERATION[name] for name in ("id", "deployment", "kind", "status")},
    **{name: _OPERATION[name] for name in ("startedAt", "endedAt", "actor", "failure")},
}
_DRIFT: Json = {
    "checkedAt": LATER,
    "status": "drifted",
    "changes": [
        {
            "key": "nsg-database",
            "id": f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-database",
            "class": "changed",
            "severity": "high",
            "why": "the rules say who reaches the subnet",
            "path": "properties.securityRules[AllowPostgres].properties.sourceAddressPrefix",
            "before": "*",
            "after": "10.1.2.0/24",
            "certainty": "certain",
            "attribution": {"status": "known", "by": "carl@contoso.com", "at": AT},
        }
    ],
}
_DEPLOYMENT: Json = {
    "name": NAME,
    "status": "Drifted",
    "generation": 2,
    "createdAt": AT,
    "lastOperation": {"id": ID, "kind": "deploy", "startedAt": AT, "status": "Succeeded"},
    "spec": SPEC,
    "inventory": {
        SERVER: {
            "key": "postgres-server",
            "provenance": "created",
            "state": "seen",
            "holdsData": True,
        }
    },
    "outputs": _OPERATION["outputs"],
    "monthlyCost": {
        "amount": 1324.03,
        "complete": True,
        "currency": "USD",
        "region": "eastus",
        "pricesOf": "2026-11",
        "source": "https://prices.azure.com/api/retail/prices",
    },
    "retained": [
        {"key": "bastion", "id": f"{GROUP}/providers/Microsoft.Network/bastionHosts/bastion"}
        | {"reason": "ann@contoso.com let go of it"}
    ],
    "drift": _DRIFT,
    "lastQuery": {"at": "2026-11-28T09:41:07+00:00", "found": "PostgreSQL 17.5 answers"},
}

_KEPT: Json = {
    "generation": 2,
    "operation": ID,
    "actor": ANN,
    "deployedAt": LATER,
    "spec": SPEC,
}

EXAMPLES: Mapping[str, Json] = {
    "DeploymentSpec": SPEC,
    "Comment": {"comment": "as agreed"},
    "Choice": {"paths": ["nsg-database:properties.*"], "comment": "CHG-7"},
    "Resources": {"resources": ["bastion"]},
    "ExportRequest": {"format": "bicep"},
    "Exported": {
        "deployment": NAME,
        "format": "bicep",
        "files": {"main.bicep": "targetScope = 'resourceGroup'\n"},
    },
    "Started": {
        "id": ID,
        "kind": "deploy",
        "deployment": NAME,
        "status": "Running",
        "operationLocation": f"{APP}/operations/{ID}",
        "statusQueryGetUri": f"{APP}/operations/{ID}/status",
    },
    "Operation": _OPERATION,
    "WholeStep": {
        "key": "private-dns-link",
        "armType": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "id": f"{GROUP}/providers/Microsoft.Network/privateDnsZones/corp.example"
        "/virtualNetworkLinks/link-vnet-hub-orders-db",
        "action": "create",
        "body": {"location": "global", "properties": {"registrationEnabled": False}},
        "changes": [],
    },
    "OperationPage": {
        "value": [_IN_SHORT],
        "nextLink": f"{APP}/operations?deployment={NAME}&top=1&token={ID}",
    },
    "Instance": {
        "name": "deploy",
        "instanceId": ID,
        "runtimeStatus": "Running",
        "input": None,
        "customStatus": {"version": 1, "phase": "deploying", "status": "Running"},
        "output": None,
        "createdTime": "2026-11-28T10:15:00.000000Z",
        "lastUpdatedTime": "2026-11-28T10:16:00.000000Z",
    },
    "Deployment": _DEPLOYMENT,
    "KeptSpec": _KEPT,
    "KeptSpecs": {"value": [_KEPT]},
    "DeploymentPage": {
        "value": [_DEPLOYMENT],
        "nextLink": f"{APP}/deployments?top=1&token={NAME}",
    },
    "DriftReports": {"value": [_DRIFT]},
    "LastDrift": {"deployment": NAME, "drift": _DRIFT},
    "UndeliveredEvents": {
        "value": [
            {
                "event": f"{NAME}-20261128101500-drifted",
                "type": "hybriddb.drift.found",
                "time": LATER,
                "receiver": "hooks-corp-example-1f3a9c04",
                "state": "pending",
                "tries": 3,
                "code": "NotDelivered",
                "message": "hooks.corp.example did not take the event: it answered 503",
            }
        ]
    },
    "Liveness": {"status": "healthy"},
    "Description": {
        "openapi": "3.1.0",
        "info": {"title": "hybriddb", "version": "2026-11-28"},
        "servers": [{"url": "/api"}],
        "security": [{"functionKey": []}],
        "paths": {},
        "components": {},
    },
}


def refusal(code: str, message: str, target: str | None = None, *details: Json) -> Json:
    """An example of the envelope."""
    body = {"code": code, "message": message, "target": target, "details": list(details)}
    return {"error": body}


REFUSALS: Mapping[str, tuple[str, Json | None]] = {
    "400": (
        "The request cannot be used as it is",
        refusal(
            "InvalidSpec",
            "the spec has 1 fault(s)",
            None,
            {
                "code": "FieldInvalid",
                "message": "should be an IPv4 prefix such as 10.1.0.0/16, "
                "with no bits set beyond its length",
                "target": "onPremises.prefixes[0]",
            },
        ),
    ),
    # App Service asks who calls before the app is asked, and answers in its own way.
    "401": ("Nobody is signed in, or the key is missing; without a body", None),
    "403": (
        "The caller's roles do not reach that far",
        refusal("RoleMissing", "this takes the role Operator: ann@contoso.com has Reader"),
    ),
    "404": (
        "There is no such deployment or operation",
        refusal("DeploymentUnknown", f"there is no deployment {NAME}"),
    ),
    "409": (
        "Not now: another operation runs, or it has gone too far",
        refusal("OperationInProgress", f"{NAME} is being operated on by {ID}", ID),
    ),
    "412": (
        "The deployment is not as If-Match or If-None-Match says",
        refusal("PreconditionFailed", f"{NAME} has changed since it was read"),
    ),
    "413": (
        "The body is too large",
        refusal("RequestTooLarge", "the body has 5,000,000 bytes: keep it below 4,194,304", "body"),
    ),
    "415": (
        "The body is no JSON by its content type",
        refusal(
            "UnsupportedMediaType",
            "the body should be JSON: send Content-Type: application/json",
            "Content-Type",
        ),
    ),
    "500": (
        "A fault of the app",
        refusal("InternalError", "the request failed; the log of the app says why"),
    ),
    "503": (
        "The records cannot be reached: ask again",
        refusal("RecordsUnavailable", "the records cannot be reached: ask again"),
    ),
}
"""What may be refused, by status: the description of it and an example; None: there is no body."""
