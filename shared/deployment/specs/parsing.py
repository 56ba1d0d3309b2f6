"""From what a caller sent to a spec, or to every fault of it in one answer.

What is too large, too deep or no text at all is refused as a whole, before anything is made of it.
The fields are read next, each by its type. Where some cannot be read, the checks across fields run
all the same, with stand-ins in their place, so that one answer holds everything there is to mend.
Messages about a field that could not be read name the way out and never show its value: it might be
a secret. However wrong a spec is, the answer is bounded.
"""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.deployment.errors import SpecInvalid
from shared.deployment.messages import Advice, Json
from shared.deployment.specs.checks.faults import faults
from shared.deployment.specs.part import KeyVaultSecret
from shared.deployment.specs.spec import DeploymentSpec

Path = tuple[str | int, ...]

KEY = "[key]"  # pydantic's last step to a key that is wrong itself
_SUBJECT = re.compile(r"^Value error, |^[A-Z]\w+ (?=should )")
_SECRETIVE = re.compile(r"password|secret|key|certificate|token", re.IGNORECASE)
REFERENCE = 'a Key Vault reference, {"keyVaultSecret": "https://<vault>/secrets/<name>"}'
NEVER = "a spec never holds a secret"
_NEUTRAL = "00000000-0000-0000-0000-000000000000"

STAND_INS: Json = {
    # What required fields hold while the others are checked; no check finds fault with these.
    "name": "unnamed",
    "location": "eastus",
    "subscriptionId": _NEUTRAL,
    "expressRoute": {
        "circuitId": f"/subscriptions/{_NEUTRAL}/resourceGroups/none/providers/Microsoft.Network"
        "/expressRouteCircuits/none"
    },
    "onPremises": {"prefixes": ["192.0.2.0/24"]},
}

MOST_FAULTS = 50  # in one answer; who has more mends these first
LONGEST = 100_000  # characters of a spec as JSON; a record holds two beside the rest, in 512 Ki
DEEPEST = 16  # a spec is five deep
SHOWN = 64  # characters of a name that somebody sent

SHAPES = {
    # What a field with a pattern is made of; the pattern itself tells few people anything.
    "name": "3 to 40 lower-case letters, digits and hyphens, beginning with a letter",
    "location": "the short name of an Azure region, such as eastus",
    "subscriptionId": "a subscription id, such as 00000000-0000-0000-0000-000000000001",
    "resourceGroup": "up to 90 letters, digits, dots, hyphens, underscores and parentheses",
    "postgres.serverName": "3 to 63 lower-case letters, digits and hyphens",
    "postgres.sku": "a size such as Standard_D2ds_v5",
    "postgres.adminLogin": "up to 63 letters, digits and underscores, not beginning with a digit",
    "postgres.parameters": "the lower-case name of a server parameter, such as max_connections",
    "gateway.https.hostName": "a lower-case host name such as app.example.com",
    "gateway.alias.recordName": "one label of lower-case letters, digits and hyphens",
    "jumpBox.size": "a size such as Standard_B2s",
    "jumpBox.adminUsername": "lower-case letters, digits, hyphens and underscores",
    "jumpBox.sshPublicKey": "an OpenSSH public key, such as the content of id_ed25519.pub",
    "tags": "a tag name of up to 512 characters without <, >, %, &, \\, ? and /",
}


def parse_spec(raw: object, *, subscription_id: str) -> DeploymentSpec:
    """The spec that `raw` describes; `subscription_id` holds where it names none.

    Raises:
        SpecInvalid: with every fault, those of single fields first.
    """
    if not isinstance(raw, Mapping):
        message = "a spec is a JSON object; samples/lean.json is one to start from"
        raise SpecInvalid([Advice(code="SpecNotAnObject", message=message, target="$")])
    if unusable := _unusable(raw):
        raise SpecInvalid([unusable])
    given: Json = {"subscriptionId": subscription_id, **raw}
    try:
        spec = DeploymentSpec.model_validate(given, by_alias=True, by_name=False)
    except ValidationError as invalid:
        # What pydantic raised holds the input: it must not travel along as a cause.
        wrong = _errors(invalid)
    else:
        if across := faults(spec):
            raise SpecInvalid(_bounded(across, len(across)))
        return spec
    unread = [_dotted(error["loc"]) for error in wrong]
    found = [*_each_once(map(_advice, wrong[:MOST_FAULTS])), *_across(given, wrong, unread)]
    raise SpecInvalid(_bounded(found, len(found) + len(wrong[MOST_FAULTS:])))


def _unusable(raw: Mapping[str, Any]) -> Advice | None:
    """Why nothing can be made of `raw`; told alone, since no field of it can be trusted."""
    level: list[Any] = [raw]
    for _ in range(DEEPEST):
        texts = [value for value in level if isinstance(value, str)]
        texts += [name for value in level if isinstance(value, Mapping) for name in value]
        if any(not _encodes(text) for text in texts):
            message = "holds half of a surrogate pair, which is no character: send valid Unicode"
            return Advice(code="TextInvalid", message=message, target="$")
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            break
    else:
        message = f"is nested deeper than {DEEPEST} levels: a spec never is"
        return Advice(code="SpecTooDeep", message=message, target="$")
    size = len(json.dumps(raw))
    if size > LONGEST:
        target = max(raw, key=lambda name: len(name) + len(json.dumps(raw[name])))[:SHOWN]
        message = f"makes the spec {size:,} characters long: keep it below {LONGEST:,}"
        return Advice(code="SpecTooLarge", message=message, target=target)
    return None


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bounded(found: list[Advice], total: int) -> list[Advice]:
    """As many faults as one answer holds, and how many more there are."""
    if total <= MOST_FAULTS:
        return found
    listed = found[: MOST_FAULTS - 1]
    message = f"{total - len(listed)} more faults are not listed: mend these first"
    return [*listed, Advice(code="MoreFaults", message=message, target="$")]


def _errors(invalid: ValidationError) -> list[ErrorDetails]:
    return invalid.errors(include_url=False, include_input=False, include_context=False)


def _across(given: Json, wrong: list[ErrorDetails], unread: list[str]) -> list[Advice]:
    """The faults across the fields that could be read; every round takes out what could not."""
    readable: Any = copy.deepcopy(given)
    for _ in range(10):  # taking out a field may empty what it lies in: once per level at most
        for error in sorted(wrong, key=_descending, reverse=True):
            _take_out(readable, error["loc"])
        try:
            spec = DeploymentSpec.model_validate(readable, by_alias=True, by_name=False)
        except ValidationError as invalid:
            wrong = _errors(invalid)
            unread = unread + [_dotted(error["loc"]) for error in wrong]
        else:
            return faults(spec, unread=unread)
    return []


def _take_out(spec: Json, location: Path) -> None:
    """Remove what stands at `location`, or what lacks it; a stand-in takes a required one's place.

    What lacks a field without a stand-in goes as a whole: it is optional itself.
    """
    holder: Any = None
    there: Any = spec
    last: str | int = ""
    for depth, step in enumerate(location):
        if not _has(there, step):
            if _stand_in(location) is None and depth == len(location) - 1:
                del holder[last]
            break
        holder, last, there = there, step, there[step]
    else:
        del holder[last]
    _fill(spec, location)


def _has(there: Any, step: str | int) -> bool:
    if isinstance(there, list):
        return isinstance(step, int) and step < len(there)
    return isinstance(there, dict) and step in there


def _stand_in(location: Path) -> Any:
    stand_in: Any = STAND_INS
    for step in location:
        stand_in = stand_in.get(step) if isinstance(stand_in, dict) else None
    return stand_in


def _fill(spec: Json, location: Path) -> None:
    """Put the stand-in of a required field in its place, if it is one."""
    if (stand_in := _stand_in(location)) is None:
        return
    there = spec
    for step in location[:-1]:
        there = there.setdefault(str(step), {})
    there[str(location[-1])] = copy.deepcopy(stand_in)


def _descending(error: ErrorDetails) -> list[str]:
    """Sorts errors so that taking out one element of a list leaves the others where they are."""
    return [f"{step:06}" if isinstance(step, int) else step for step in error["loc"]]


def _advice(error: ErrorDetails) -> Advice:
    """One error of pydantic in words that say what to do."""
    location, kind = error["loc"], error["type"]
    model = _model_at(location[:-1])
    if model is KeyVaultSecret:
        code = "SecretReferenceInvalid" if kind == "string_pattern_mismatch" else "InlineSecret"
        return _fault(location[:-1], code, f"should be {REFERENCE}; {NEVER}")
    if _model_at(location) is KeyVaultSecret and kind != "missing":
        return _fault(location, "InlineSecret", f"should be {REFERENCE}; {NEVER}")
    if kind == "extra_forbidden":
        return _unknown(location, model)
    if kind == "missing":
        return _fault(location, "FieldMissing", "is required: add it")
    if kind == "string_pattern_mismatch":
        holder = location[: -2 if location[-1] == KEY else -1]
        shape = SHAPES.get(_dotted(location)) or SHAPES.get(_dotted(holder))
        message = f"should be {shape}" if shape else "has characters that it may not have"
        return _fault(location, "FieldInvalid", message)
    message = _SUBJECT.sub("", error["msg"])
    return _fault(location, "FieldInvalid", message)


def _unknown(location: Path, model: type[BaseModel] | None) -> Advice:
    name, holder = str(location[-1])[:SHOWN], _dotted(location[:-1]) or "a spec"
    known = [field.alias or own for own, field in model.model_fields.items()] if model else []
    if close := get_close_matches(name, known, 1):
        message = f"is not a field of {holder}: did you mean {close[0]}?"
    elif _SECRETIVE.search(name):
        return _fault(location, "InlineSecret", f"is not a field, and {NEVER}: give {REFERENCE}")
    else:
        message = f"is not a field of {holder}, which has {', '.join(sorted(known))}"
    return _fault(location, "UnknownField", message)


def _fault(location: Path, code: str, message: str) -> Advice:
    return Advice(code=code, message=message, target=_dotted(location))


def _model_at(location: Path) -> type[BaseModel] | None:
    """The part of a spec that lies at a path; None where that is a plain value."""
    model: type[BaseModel] | None = DeploymentSpec
    for step in location:
        fields = model.model_fields if model else {}
        kinds = [f.annotation for own, f in fields.items() if step in (f.alias, own)]
        options = [option for kind in kinds for option in (kind, *get_args(kind))]
        parts = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
        model = parts[0] if parts else None
    return model


def _each_once(advice: Iterable[Advice]) -> list[Advice]:
    """Without repetitions: a secret in the wrong form is wrong in several ways."""
    return list({(item["code"], item["target"]): item for item in advice}.values())


def _dotted(location: Path) -> str:
    """The path as callers write it: postgres.parameters, onPremises.prefixes[0]."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step != KEY:
            shown = step if len(step) <= SHOWN else f"{step[:SHOWN]}..."
            text += f".{shown}" if text else shown
    return text
