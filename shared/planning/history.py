"""What Azure remembers of writes: Resource Graph's changes, and the Activity Log.

One query each: of many deployments, whether something has changed at all; of one in which something
has drifted, who changed what, whatever the number of differences.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import jwt
from azure.core.credentials import TokenCredential

from shared.azure.clients import AzureClients
from shared.deployment.changes.attribution import Event
from shared.deployment.errors import ExpectedError
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId

GRAPH = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"
GROUPS = "Microsoft.Resources/resourceGroups"
TABLES = {"resourcechanges": False, "resourcecontainerchanges": True}
"""Whether a table is of resource groups.

https://learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources
"""
LOG = "/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01"
PAGES = 5  # of either: what is beyond is told as unknown
ENDED = {"Succeeded", "Accepted"}


class TooManyChanges(ExpectedError):
    """More changes than are looked at."""

    def __init__(self, subscription: str) -> None:
        super().__init__(f"too much has changed in the subscription {subscription} to tell of what")


def own_object_id(credential: TokenCredential, audience: str) -> str:
    """Who the app is in Azure's eyes: the object id in its own token."""
    token = credential.get_token(f"{audience}/.default").token
    # Nothing is decided by it but which writes are called ours; ARM checks the token itself.
    claims: Json = jwt.decode(token, options={"verify_signature": False})
    return str(claims.get("oid", ""))


def graph_changes(clients: AzureClients, ids: Sequence[str]) -> list[Event]:
    """The changes of some resources that Resource Graph holds.

    https://learn.microsoft.com/azure/governance/resource-graph/changes/get-resource-changes
    """
    query = f"| where properties.targetResourceId in~ ({_quoted(ids)})"
    groups = {ResourceId.of(i).arm_type == GROUPS for i in ids}
    rows = [
        row
        for table, of_groups in TABLES.items()
        if of_groups in groups
        for row in _graph_rows(clients, f"{table} {query}")[0]
    ]
    return [_graph_event(row["properties"]) for row in rows]


def moved_since(
    clients: AzureClients, groups: Iterable[str], since: datetime
) -> list[tuple[str, datetime]]:
    """What has changed in some resource groups, as far as Resource Graph holds it, and when.

    Raises:
        TooManyChanges: it cannot be told.
    """
    query = (
        "| extend at = todatetime(properties.changeAttributes.timestamp), "
        "target = tostring(properties.targetResourceId) "
        f"| where at >= datetime({since.isoformat()}) and resourceGroup in~ ({_quoted(groups)}) "
        "| project target, at"
    )
    found: list[Json] = []
    for table in TABLES:
        rows, whole = _graph_rows(clients, f"{table} {query}")
        if not whole:
            raise TooManyChanges(clients.subscription_id)
        found += rows
    return [(row["target"], datetime.fromisoformat(row["at"])) for row in found]


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in sorted({text.replace("'", "") for text in texts}))


def _graph_rows(clients: AzureClients, query: str) -> tuple[list[Json], bool]:
    """The rows of a query, and whether these are all."""
    body: Json = {"subscriptions": [clients.subscription_id], "query": query}
    found: list[Json] = []
    for _ in range(PAGES):
        answer = _json(clients.send("POST", GRAPH, json=body))
        found += answer.get("data", [])
        if not (token := answer.get("$skipToken")):
            return found, True
        body["options"] = {"$skipToken": token}
    return found, False


def logged_writes(clients: AzureClients, groups: Iterable[str], since: datetime) -> Iterator[Event]:
    """The writes to some resource groups that went through, as the Activity Log tells of them.

    https://learn.microsoft.com/rest/api/monitor/activity-logs/list
    """
    for group in sorted(groups):
        text = f"eventTimestamp ge '{since.isoformat()}' and resourceGroupName eq '{group}'"
        link = f"/subscriptions/{clients.subscription_id}{LOG}&$filter={quote(text)}"
        for _ in range(PAGES):
            answer = _json(clients.send("GET", link))
            for entry in answer.get("value", []):
                if entry["status"]["value"] in ENDED and entry.get("caller"):
                    yield _log_event(entry)
            if not (link := answer.get("nextLink", "")):
                break


def _json(response: Any) -> Json:
    response.raise_for_status()
    body: Json = response.json()
    return body


def _graph_event(properties: Json) -> Event:
    made = properties["changeAttributes"]
    client = made.get("clientType")
    event = Event(
        id=properties["targetResourceId"],
        at=made["timestamp"],
        by=made.get("changedBy") or "",
        operation=made.get("operation") or "",
        correlationId=made.get("correlationId") or "",
        changes=properties.get("changes") or {},
    )
    if client and client != "Unspecified":
        event["client"] = client
    return event


def _log_event(entry: Json) -> Event:
    return Event(
        id=entry["resourceId"],
        at=entry["eventTimestamp"],
        by=entry["caller"],
        operation=entry["operationName"]["value"],
        correlationId=entry.get("correlationId") or "",
    )
