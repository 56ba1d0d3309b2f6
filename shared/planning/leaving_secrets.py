"""What becomes of the secrets that were made for a deployment, once that is gone."""

from collections.abc import Collection

from azure.core.exceptions import AzureError

from shared.azure.errors import failure_of
from shared.azure.generated_secrets import removed
from shared.azure.secrets import Vaults
from shared.deployment.messages import Json
from shared.deployment.specs.secrets import generated
from shared.resources.catalogue import catalogue


def released(of_app: Vaults, deployment: str, retained: Collection[Json]) -> list[Json]:
    """Delete what was generated for a deployment; what stays, with the reason, is returned.

    Args:
        of_app: the vaults; generated secrets are in that of the app.
        deployment: the one that is gone.
        retained: what is left alone, or was let go of; its secrets stay with it.
    """
    kept = {item["key"] for item in retained}
    stay = []
    for resource in (r for r in catalogue().resources if r.generates):
        address = of_app.address(generated(deployment, resource.generates or "password"))
        why = f"{resource.key}, which it lets in, stays" if resource.key in kept else None
        if why is None:
            try:
                found = removed(of_app.client(address.vault_url), address.name)
                why = None if found else "somebody else has stored its newest version"
            except AzureError as error:
                why = f"it could not be deleted: {failure_of(error)['message']}"
        if why:
            place = f"{address.vault_url.rstrip('/')}/secrets/{address.name}"
            stay.append({"key": resource.key, "id": place, "reason": why})
    return stay
