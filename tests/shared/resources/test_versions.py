"""The versions of Azure's API that an export names are those that are sent."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from azure.core.exceptions import HttpResponseError

from shared.azure.clients import AzureClients
from shared.planning.exporting.items import version_of
from shared.resources.catalogue import catalogue
from tests.shared.resources.conftest import MakeSpec


def test_every_read_is_sent_with_the_version_that_an_export_names(
    clients: AzureClients, make_spec: MakeSpec
) -> None:
    spec = make_spec("full")
    sent = {}
    for resource in catalogue().wanted(spec):
        try:
            resource.read(clients, resource.id(spec))
        except HttpResponseError as absent:  # nothing is there
            asked: Any = absent.response
            query = parse_qs(urlsplit(asked.request.url).query)
            sent[resource.key] = query["api-version"][0]
    assert len(sent) > 20
    assert sent == {key: version_of(catalogue()[key]) for key in sent}
