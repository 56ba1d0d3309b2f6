"""The bearer token goes to Azure Resource Manager and nowhere else."""

import pytest

from shared.azure.clients import AzureClients
from shared.azure.errors import ForeignUrl, failure_of


@pytest.mark.parametrize(
    "url",
    [
        "https://attacker.example/operations/1",
        "https://{host}.attacker.example:{port}/operations/1",
        "https://{host}:{port}@attacker.example/operations/1",
        "https://{host}/operations/1",
        "https://{host}:1/operations/1",
        "http://{host}:{port}/operations/1",
        "attacker.example",
        "https://{host}:{port}\\@attacker.example/",
        "",
    ],
)
def test_no_url_that_leads_elsewhere_is_asked(clients: AzureClients, url: str) -> None:
    host, port = clients.settings.arm_url.removeprefix("https://").split(":")
    with pytest.raises(ForeignUrl) as refused:
        clients.send("GET", url.format(host=host, port=port))
    assert not failure_of(refused.value)["retryable"]


def test_the_url_of_an_operation_is_asked_as_azure_gave_it(clients: AzureClients) -> None:
    path = f"/subscriptions/{clients.subscription_id}/resourcegroups?api-version=2024-11-01"
    assert clients.send("GET", clients.settings.arm_url + path).status_code == 200
    assert clients.send("GET", path).status_code == 200
