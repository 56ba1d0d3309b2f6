"""Workbooks: documents of Azure Monitor, named by a GUID."""

import json
from typing import ClassVar

from local.arm_emulator.providers.insights.base import InsightsType, bad_request
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Where
from local.arm_emulator.wire.names import NameRule

GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Workbooks(InsightsType):
    """A workbook; its content is a text of JSON that is shown only where it is asked for.

    https://learn.microsoft.com/rest/api/application-insights/workbooks/create-or-update
    """

    type = "Microsoft.Insights/workbooks"
    api_versions = ("2023-06-01", "2022-04-01", "2021-08-01")
    location: ClassVar[Where] = "regional"
    name_rule = NameRule(GUID, "A workbook is named by a GUID.", code="BadRequest")

    def check(self, change: Change) -> None:
        """A title, and a content that is JSON."""
        for name in ("displayName", "serializedData", "category"):
            if not change.properties.get(name):
                raise bad_request(f"The property '{name}' of a workbook is required.")
        try:
            json.loads(str(change.properties["serializedData"]))
        except ValueError:
            raise bad_request("The property 'serializedData' of a workbook is no JSON.") from None

    def fill(self, change: Change) -> None:
        """What the service adds."""
        change.body.setdefault("kind", "shared")
        change.properties.setdefault("version", "Notebook/1.0")
        change.properties["timeModified"] = change.now.isoformat()
        change.properties["userId"] = (
            change.call.caller.object_id if change.call and change.call.caller else ""
        )
        change.properties["revision"] = self.guid(change.id.key, change.now).replace("-", "")
        change.body["etag"] = f'"{self.guid(change.id.key, change.now, "etag")}"'
