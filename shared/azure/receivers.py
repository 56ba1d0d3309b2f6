"""Who is told of events, and how: webhooks with a signature, an Event Grid topic with a token."""

from datetime import datetime
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError
from shared.azure.clients import credential
from shared.azure.secrets import vaults
from shared.azure.webhooks import STRUCTURED, NotDelivered, encoded, post, signed
from shared.deployment.events import CloudEvent
from shared.settings import Settings

# https://learn.microsoft.com/azure/event-grid/authenticate-with-microsoft-entra-id
EVENT_GRID = "https://eventgrid.azure.net/.default"
# https://learn.microsoft.com/azure/event-grid/cloud-event-schema
VERSION = "?api-version=2018-01-01"
TOPICS = ".eventgrid.azure.net"


def send(event: CloudEvent, url: str, settings: Settings, at: datetime) -> None:
    """Send an event to one receiver.

    Args:
        event: what happened.
        url: of the receiver.
        settings: of the app.
        at: the time.

    Raises:
        NotDelivered: it was not taken.
        SecretUnavailable: the vault does not give out the key of the signature.
    """
    loopback, trust = settings.webhook_loopback, settings.trust
    if url != settings.event_grid_topic:
        body, headers = signed(event, vaults().value(settings.webhook_key), at)
        post(url, body, headers, trust=trust, loopback=loopback)
        return
    host = urlsplit(url).hostname or ""
    if not (host.endswith(TOPICS) or loopback):
        raise NotDelivered(host, "it is no topic of Event Grid, and gets no token")
    try:
        token = credential().get_token(EVENT_GRID).token
    except AzureError as error:
        raise NotDelivered(host, f"no token for it ({type(error).__name__})") from None
    headers = {"Content-Type": STRUCTURED, "Authorization": f"Bearer {token}"}
    post(url.partition("?")[0] + VERSION, encoded(event), headers, trust=trust, loopback=loopback)
