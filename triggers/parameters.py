"""What a request says, read once and held to bounds: its names, flags, numbers and spec.

A name that no deployment or operation can have is refused here, so that none reaches a table key or
a URL.
"""

import asyncio
import json
import re
from collections import Counter
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
from pydantic import BaseModel, ValidationError

from shared.deployment.allowance import Allowance
from shared.deployment.errors import SpecInvalid
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import NAME, DeploymentSpec
from shared.settings import settings
from triggers.answers import BadRequest
from triggers.shapes.requests import (
    LONGEST_COMMENT,
    MOST_PATHS,
    MOST_RESOURCES,
    Choice,
    Comment,
    ExportRequest,
    Format,
    Resources,
)

_Shape = TypeVar("_Shape", bound=BaseModel)

GENERATION = r"[1-9][0-9]{0,8}"
LARGEST = 4 * 1024 * 1024  # bytes of a body; a spec is bounded more closely, and told by field
_NAME = re.compile(NAME)
OPERATION = r"[a-z0-9][a-z0-9-]{0,79}"  # <deployment>-<time>
_OPERATION = re.compile(OPERATION)
STEP = r"[a-z0-9][a-z0-9-]{0,79}"  # key of a resource, or of a check
_STEP = re.compile(STEP)


def step_of(req: func.HttpRequest) -> str:
    """The step that the URL names.

    Raises:
        BadRequest: no step can have that key.
    """
    key: str = req.route_params["key"]
    if not _STEP.fullmatch(key):
        raise BadRequest("InvalidParameter", "should be the key of a step of the operation", "key")
    return key


def deployment_given(req: func.HttpRequest) -> str:
    """The deployment that a query parameter names.

    Raises:
        BadRequest: there is none, or no deployment can have that name.
    """
    return _a_name(given(req, "deployment") or "", "deployment")


def deployment_of(req: func.HttpRequest) -> str:
    """The deployment that the URL names.

    Raises:
        BadRequest: no deployment can have that name; neither a slash nor a space survives a URL.
    """
    return _a_name(req.route_params["name"], "name")


def _a_name(name: str, target: str) -> str:
    if not _NAME.fullmatch(name):
        message = (
            "should be 3 to 40 lower-case letters, digits and hyphens, beginning with a letter"
        )
        raise BadRequest("InvalidParameter", message, target)
    return name


def operation_of(req: func.HttpRequest) -> str:
    """The operation that the URL names.

    Raises:
        BadRequest: no operation can have that id.
    """
    identity: str = req.route_params["id"]
    if not _OPERATION.fullmatch(identity):
        message = "should be the id that starting an operation was answered with"
        raise BadRequest("InvalidParameter", message, "id")
    return identity


def generation_of(req: func.HttpRequest) -> int:
    """The generation that the URL names.

    Raises:
        BadRequest: it is no number.
    """
    text: str = req.route_params["generation"]
    if not re.fullmatch(GENERATION, text):
        message = "should be the number of a generation, as the history lists them"
        raise BadRequest("InvalidParameter", message, "generation")
    return int(text)


def queried(req: func.HttpRequest) -> list[tuple[str, str]]:
    """What the query says, name by name, as the URL has it.

    The Functions host hands out a mapping without what is empty, and with what is repeated joined
    by commas: `?whatIf=` would be no what-if.
    """
    return parse_qsl(urlsplit(req.url).query, keep_blank_values=True)


def given(req: func.HttpRequest, name: str) -> str | None:
    """A query parameter, however its name is written.

    Raises:
        BadRequest: it is given more than once.
    """
    found = [text for each, text in queried(req) if each.casefold() == name.casefold()]
    if len(found) > 1:
        raise BadRequest("InvalidParameter", f"{name} is given {len(found)} times", name)
    return found[0] if found else None


def flag(req: func.HttpRequest, name: str) -> bool:
    """A query parameter that is true or false; false where it is not given."""
    text = given(req, name)
    if text is None:
        return False
    text = text.casefold()
    if text not in {"true", "false"}:
        raise BadRequest("InvalidParameter", f"{name} should be true or false", name)
    return text == "true"


def number(req: func.HttpRequest, name: str, default: int, most: int) -> int:
    """A query parameter that is a number from 1 to `most`, in the digits 0 to 9."""
    text = given(req, name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise BadRequest("InvalidParameter", f"{name} should be a number from 1 to {most}", name)
    return int(text)


def page_token(req: func.HttpRequest) -> str | None:
    """The token of a nextLink: the name of the last deployment of the page before."""
    token = given(req, "token")
    if token is not None and not _NAME.fullmatch(token):
        raise BadRequest("InvalidParameter", "should be the token of a nextLink", "token")
    return token


def operation_token(req: func.HttpRequest) -> str | None:
    """The token of a nextLink of operations: the id of the last one of the page before."""
    token = given(req, "token")
    if token is not None and not _OPERATION.fullmatch(token):
        raise BadRequest("InvalidParameter", "should be the token of a nextLink", "token")
    return token


async def comment_of(req: func.HttpRequest) -> str:
    """The comment in the body of a decision, {comment}; empty where there is no body.

    Raises:
        BadRequest: the body is something else.
    """
    wanted = f"{{comment}}, at most {LONGEST_COMMENT:,} characters"
    return (await _read(req, Comment, wanted)).comment


async def choice_of(req: func.HttpRequest) -> Choice:
    """What a body {paths, comment} chooses of a drift report; all of it where there is no body.

    Raises:
        BadRequest: the body is something else.
    """
    wanted = (
        "{paths, comment}: paths such as nsg-database:properties.*, as a drift report tells them, "
        f"1 to {MOST_PATHS}; a comment of at most {LONGEST_COMMENT:,} characters"
    )
    return await _read(req, Choice, wanted)


async def resources_of(req: func.HttpRequest) -> tuple[str, ...]:
    """The resources that a body names, {resources}: by their keys, or by their ids.

    Raises:
        BadRequest: the body is something else.
    """
    wanted = f"{{resources}}, 1 to {MOST_RESOURCES} keys or ids"
    return tuple((await _read(req, Resources, wanted)).resources)


async def format_of(req: func.HttpRequest) -> Format:
    """The format that a body asks for, {format}.

    Raises:
        BadRequest: the body is something else.
    """
    return (await _read(req, ExportRequest, f"{{format}}: {', '.join(get_args(Format))}")).format


async def _read(req: func.HttpRequest, shape: type[_Shape], wanted: str) -> _Shape:
    """The body, {} where there is none, read on a thread as a spec is.

    Raises:
        BadRequest: it is no JSON, or has another shape than what is wanted.
    """
    try:
        return await asyncio.to_thread(
            lambda: shape.model_validate(_json(req) if req.get_body() else {})
        )
    except ValidationError as invalid:
        where = invalid.errors(include_url=False)[0]["loc"]  # nowhere: it is no object
        target = str(where[0])[:40] if where else "body"
        raise BadRequest("InvalidParameter", f"the body should be {wanted}", target) from None


async def spec_of(req: func.HttpRequest) -> DeploymentSpec:
    """The spec in the body, read on a thread: a large one would hold up every other request.

    Raises:
        BadRequest: the body is no JSON.
        SpecInvalid: with every fault.
    """
    return await asyncio.to_thread(_spec, req)


def _spec(req: func.HttpRequest) -> DeploymentSpec:
    spec = parse_spec(_json(req), subscription_id=settings().subscription_id)
    if refused := [*allowance().refusals(spec)]:
        raise SpecInvalid(refused)
    return spec


def allowance() -> Allowance:
    """Where this installation may deploy."""
    of_app = settings()
    return Allowance(of_app.allowed_subscriptions, of_app.allowed_resource_groups)


def _json(req: func.HttpRequest) -> Any:
    kind = req.headers.get("Content-Type", "application/json").split(";")[0].strip().casefold()
    if kind != "application/json" and not kind.endswith("+json"):
        message = "the body should be JSON: send Content-Type: application/json"
        raise BadRequest("UnsupportedMediaType", message, "Content-Type", status=415)
    body = req.get_body()
    if len(body) > LARGEST:
        message = f"the body has {len(body):,} bytes: keep it below {LARGEST:,}"
        raise BadRequest("RequestTooLarge", message, "body", status=413)
    try:
        return json.loads(body, object_pairs_hook=_once)
    except RecursionError:
        raise BadRequest("InvalidJson", "the body is nested too deeply", "body") from None
    except ValueError as wrong:
        raise BadRequest("InvalidJson", f"the body is no JSON: {wrong}", "body") from wrong


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once: what reads the first and what reads the last would differ.

    Raises:
        ValueError: one stands twice.
    """
    made = dict(pairs)
    if len(made) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the name {twice[:80]} stands twice in an object")
    return made
