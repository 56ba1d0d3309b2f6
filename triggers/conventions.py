"""What Azure's REST guidelines ask of every route: versions, ids of requests, entity tags.

https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md
"""

import hashlib
import re
from urllib.parse import urlencode

import azure.functions as func

from triggers.answers import BadRequest
from triggers.parameters import given, queried

VERSIONS = ("2026-11-28",)  # newest last; all of them are stable
VERSION = "api-version"
REQUEST_ID, CLIENT_REQUEST_ID = "x-ms-request-id", "x-ms-client-request-id"
REPEATABLE = "Repeatability-Request-ID"
GIVEN_ID = r"^[\x21-\x7e]{1,128}$"  # no space, so that it is one word of a log
KEPT = ("ETag", "Cache-Control", VERSION, REQUEST_ID, CLIENT_REQUEST_ID)  # of a 304
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e]*")')


class UnsupportedVersion(BadRequest):
    """An api-version that there is not."""

    def __init__(self, asked: str) -> None:
        message = f"there is no api-version {asked[:40]}: supported are {', '.join(VERSIONS)}"
        super().__init__("UnsupportedApiVersionValue", message, VERSION)


def check(req: func.HttpRequest) -> None:
    """Refuse a version that there is not, and ids and conditions that cannot be used.

    Raises:
        BadRequest: naming what is wrong.
    """
    asked = given(req, VERSION)
    if asked is not None and asked not in VERSIONS:
        raise UnsupportedVersion(asked)
    for name in (CLIENT_REQUEST_ID, REPEATABLE):
        if not re.fullmatch(GIVEN_ID, req.headers.get(name, "none")):
            message = "should be at most 128 visible ASCII characters"
            raise BadRequest("InvalidHeader", message, name)
    if req.method not in {"GET", "HEAD"} and req.headers.get("If-None-Match", "*").strip() != "*":
        message = "should be *, where something is started: only where there is no such deployment"
        raise BadRequest("InvalidHeader", message, "If-None-Match")


def finished(
    req: func.HttpRequest, answer: func.HttpResponse, request_id: str
) -> func.HttpResponse:
    """An answer with what every answer carries; 304 in its place where the caller has it already.

    The entity tag of what a handler has given none is its digest: equal tags are equal bytes.
    """
    headers = answer.headers
    # Not `given`: what is asked for twice is refused by now, and that answer is finished too.
    asked = [text for name, text in queried(req) if name.casefold() == VERSION]
    headers[VERSION] = asked[0] if len(asked) == 1 and asked[0] in VERSIONS else VERSIONS[-1]
    headers[REQUEST_ID] = request_id
    client_id = req.headers.get(CLIENT_REQUEST_ID, "")
    if re.fullmatch(GIVEN_ID, client_id):
        headers[CLIENT_REQUEST_ID] = client_id
    if req.method not in {"GET", "HEAD"} or answer.status_code != 200:
        return answer
    headers["ETag"] = headers.get("ETag") or entity_tag(answer.get_body())
    if not listed(headers["ETag"], req.headers.get("If-None-Match"), weak=True):
        return answer
    kept = {name: headers[name] for name in KEPT if name in headers}
    return func.HttpResponse(status_code=304, headers=kept)


def entity_tag(body: bytes) -> str:
    """The strong entity tag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def listed(tag: str, header: str | None, *, weak: bool) -> bool:
    """Whether a header lists an entity tag, or a star for any; `weak`: also as a weak one."""
    given = _TAG.findall(header or "")
    return (header or "").strip() == "*" or any(t == tag and (weak or not w) for w, t in given)


def next_link(req: func.HttpRequest, **query: str) -> str:
    """The whole URL of the next page, under the version that this one was asked for."""
    if asked := given(req, VERSION):
        query[VERSION] = asked
    return f"{req.url.split('?')[0]}?{urlencode(query)}"
