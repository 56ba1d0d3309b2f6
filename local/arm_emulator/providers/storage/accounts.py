"""Storage accounts, as something to name: what lies in them is not emulated.

Shapes and defaults are recorded in azure-service-operator,
Test_Insights_DiagnosticSetting_v20210501preview_CRUD.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.storage.family import STORAGE
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.names import NameRule

PAGE = f"{LEARN}rest/api/storagerp/storage-accounts/create"
KINDS = ("Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage")
COPIES = ("LRS", "GRS", "RAGRS", "ZRS", "GZRS", "RAGZRS")
SKUS = (
    *(f"Standard_{each}" for each in COPIES),
    *("Premium_LRS", "Premium_ZRS", "PremiumV2_LRS", "PremiumV2_ZRS"),
    *(f"StandardV2_{each}" for each in ("LRS", "GRS", "ZRS", "GZRS")),
)


class StorageAccounts(GenericType):
    """Accounts; made in a while, changed and deleted at once (recorded)."""

    type = "Microsoft.Storage/storageAccounts"
    api_versions: ClassVar[tuple[str, ...]] = (
        "2026-09-01",
        "2025-01-01",
        "2024-01-01",
        "2023-05-01",
        "2023-01-01",
        "2022-09-01",
        "2021-04-01",
    )
    family = STORAGE
    # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    name_rule = NameRule(
        r"[a-z0-9]{3,24}",
        "A storage account has a name of 3 to 24 small letters and digits.",
        code="AccountNameInvalid",
    )
    timing = Timing(20, 0, 0)
    retry_after = (17,)
    synchronous_delete = True
    bounds = (
        Bound("kind", PAGE, choices=KINDS),
        Bound("sku.name", PAGE, choices=SKUS),
        Bound("properties.accessTier", PAGE, choices=("Hot", "Cool", "Cold", "Premium", "Smart")),
    )
    defaults: ClassVar[Mapping[str, Any]] = {
        "tags": {},
        "properties": {
            "accessTier": "Hot",
            "allowBlobPublicAccess": False,
            "allowCrossTenantReplication": False,
            "minimumTlsVersion": "TLS1_2",
            "networkAcls": {
                "bypass": "AzureServices",
                "virtualNetworkRules": [],
                "ipRules": [],
                "defaultAction": "Allow",
            },
            "privateEndpointConnections": [],
            "supportsHttpsTrafficOnly": True,
            "statusOfPrimary": "available",
        },
    }
    actions_not_emulated = ("listKeys", "regenerateKey", "ListAccountSas", "ListServiceSas")

    def check(self, change: Change) -> None:
        """A name is one in the world.

        https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-storage-account-name
        """
        for subscription in self.world.subscriptions:
            for each in self.world.store.of_type(subscription, self.type):
                if each.key != change.id.key and each.id.name == change.id.name:
                    message = f"The storage account named {change.id.name} is already taken."
                    raise ArmError(409, "StorageAccountAlreadyTaken", message)

    def fill(self, change: Change) -> None:
        """Endpoints by the account's name, the tier by its SKU."""
        name, properties = change.id.name, change.properties
        premium = change.body["sku"]["name"].startswith("Premium")
        change.body["sku"]["tier"] = "Premium" if premium else "Standard"
        properties["primaryLocation"] = change.body["location"]
        properties["creationTime"] = (
            change.before("properties", "creationTime") or change.now.isoformat()
        )
        properties["primaryEndpoints"] = {
            kind: f"https://{name}.{kind}.core.windows.net/"
            for kind in ("dfs", "web", "blob", "queue", "table", "file")
        }

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """While it is made its names are being resolved (recorded); a change is done at once."""
        fresh = state == "Updating" and resource.version == 1
        super().stamp(resource, "ResolvingDns" if fresh else "Succeeded", only)
