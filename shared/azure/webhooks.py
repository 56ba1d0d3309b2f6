"""The one door that leads elsewhere than to Azure: sends an event to a receiver of the operator.

Nothing is followed and nothing private is reached: the name is resolved once, every address that it
has must be of the public Internet, and the connection goes to one of these, whatever the name leads
to by then. An answer is its status alone, within a time that no receiver can prolong.

Signed as Standard Webhooks say: `webhook-signature` is v1 and the HMAC-SHA256, by the key in the
vault, of `webhook-id`.`webhook-timestamp`.body. https://www.standardwebhooks.com
"""

import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.deployment.errors import ExpectedError
from shared.deployment.events import CloudEvent

SECONDS = 10.0  # for the answer
PLATFORM = IPv4Address("168.63.129.16")  # of the host of every machine in Azure
TRANSLATED = [IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16")]
"""Addresses with an IPv4 address in them, which may be a private one."""
STRUCTURED = "application/cloudevents+json; charset=utf-8"


class NotDelivered(ExpectedError):
    """An event that a receiver did not take; its URL is never told."""

    retryable = True

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host} did not take the event: {why}")


def encoded(event: CloudEvent) -> bytes:
    """An event as it is sent."""
    return json.dumps(event, separators=(",", ":")).encode()


def signed(event: CloudEvent, key: str, at: datetime) -> tuple[bytes, dict[str, str]]:
    """The body of an event and its headers.

    Args:
        event: what is sent.
        key: of the HMAC: `whsec_` and base64, or any text.
        at: when it is sent; the id stays the same at every try, this does not.
    """
    body = encoded(event)
    secret = base64.b64decode(key[6:]) if key.startswith("whsec_") else key.encode()
    stamp = str(int(at.timestamp()))
    said = b".".join([event["id"].encode(), stamp.encode(), body])
    signature = base64.b64encode(hmac.new(secret, said, hashlib.sha256).digest()).decode()
    return body, {
        "Content-Type": STRUCTURED,
        "webhook-id": event["id"],
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    trust: str | None = None,
    loopback: bool = False,
    seconds: float = SECONDS,
) -> None:
    """Send a body; that it was taken is told by nothing raised.

    Args:
        url: https, as the operator has set it.
        body: what is sent.
        headers: beside those of HTTP.
        trust: file of the certificates to trust; None: the system's.
        loopback: whether the receiver may be on this machine: the local stack.
        seconds: that an answer may take.

    Raises:
        NotDelivered: by whatever is in the way.
    """
    host = urlsplit(url).hostname or ""
    try:
        address = _address(host, urlsplit(url).port or 443, loopback=loopback)
        context = ssl.create_default_context(cafile=trust)
        to = _connected(address, host, context, seconds)
        status = _status(to, url, body, headers, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotDelivered(host, f"{type(error).__name__}: it cannot be reached") from None
    if 300 <= status < 400:
        raise NotDelivered(host, f"it answered {status}, and redirects are not followed")
    if not 200 <= status < 300:
        raise NotDelivered(host, f"it answered {status}")


def _address(host: str, port: int, *, loopback: bool) -> tuple[str, int]:
    """Where to connect to: every address of the name has to be allowed."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    for each in addresses:
        if not reachable(ip_address(each.partition("%")[0]), loopback=loopback):
            raise NotDelivered(host, "its name leads to an address that is not public")
    return addresses[0], port


def reachable(address: IPv4Address | IPv6Address, *, loopback: bool = False) -> bool:
    """Whether an address is of the public Internet, or of this machine where that is allowed."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return reachable(address.ipv4_mapped, loopback=loopback)
        if any(address in network for network in TRANSLATED) or address.teredo:
            return False
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast and address != PLATFORM


def _connected(
    address: tuple[str, int], host: str, context: ssl.SSLContext, seconds: float
) -> ssl.SSLSocket:
    plain = socket.create_connection(address, timeout=seconds)
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _status(
    to: ssl.SSLSocket, url: str, body: bytes, headers: Mapping[str, str], seconds: float
) -> int:
    """The status of the answer; the connection is cut when its time is over."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    end = threading.Timer(seconds, socket.socket.shutdown, [to, socket.SHUT_RDWR])
    end.start()
    try:
        to.do_handshake()
        connection = http.client.HTTPSConnection(parts.netloc)
        connection.sock = to
        connection.request("POST", path, body=body, headers=dict(headers))
        return connection.getresponse().status
    finally:
        end.cancel()
        to.close()
