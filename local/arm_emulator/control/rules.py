"""Every rule by which the emulator refuses something, and who says that Azure does.

Nothing is listed twice: ranges and choices are read from the types, refusals from the code itself,
each with the words that stand beside it. A code that is a setting is an assumption; so is a rule
beside which nothing is said, and it is counted apart.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.arm_emulator.providers import TYPES

ROOT = Path(__file__).parents[1]
RAISED = ("ArmError", "invalid")
UNSTATED = "unstated"
OWN = "our own"  # of the emulator: Azure does what is asked, or is never asked so
# Codes that one page of Microsoft's explains, whoever answers with them.
COMMON_PAGE = (
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "common-deployment-errors"
)
COMMON = [
    "AnotherOperationInProgress",
    "AuthorizationFailed",
    "BadRequest",
    "DnsRecordInUse",
    "InvalidParameter",
    "InUseSubnetCannotBeDeleted",
    "InvalidRequestContent",
    "InvalidRequestFormat",
    "InvalidResourceLocation",
    "InvalidResourceNamespace",
    "InvalidResourceReference",
    "InvalidResourceType",
    "InvalidTemplate",
    "InvalidTemplateDeployment",
    "LinkedAuthorizationFailed",
    "LinkedInvalidPropertyId",
    "LocationRequired",
    "MissingSubscriptionRegistration",
    "NoRegisteredProviderFound",
    "NotFound",
    "OperationNotAllowed",
    "ParentResourceNotFound",
    "PrivateIPAddressInReservedRange",
    "PrivateIPAddressNotInSubnet",
    "PublicIPCountLimitReached",
    "RequestDisallowedByPolicy",
    "ResourceGroupBeingDeleted",
    "ResourceGroupNotFound",
    "ResourceNotFound",
    "SkuNotAvailable",
    "SubnetIsFull",
    "SubscriptionNotFound",
]
KINDS = {  # the words by which a source is recognised beside a rule, the strongest first
    "recording": r"[Rr]ecord(ed|ing)",
    "report": r"github\.com/\S+/(issues|pull)|[Ff]ield report|reports?\b|[Ss]een\b|issue \d+",
    "SDK source": r"azure-cli|\bSDK\b|PowerShell|azurerm|cloud-provider-azure|facets",
    "documentation": r"learn\.microsoft\.com|[Dd]ocumented|documentation|help pages?\b",
    "assumption": r"\[K\]",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One refusal, or one bound of a value."""

    where: str  # the module, or the ARM type of a bound
    what: str
    code: str
    kind: str
    source: str = ""  # as far as it is an address


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule."""
    return (*_bounds(), *(rule for file in sorted(ROOT.rglob("*.py")) for rule in _refusals(file)))


def table() -> str:
    """The rules as text, one a line, and how many there are of each kind of source."""
    found = sorted(rules(), key=lambda each: (each.kind, each.where, each.code))
    lines = [f"{r.kind:<13}  {r.code:<52}  {r.where}  {r.what}  {r.source}" for r in found]
    counts = Counter(each.kind for each in found)
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    return "\n".join([*(line.rstrip() for line in lines), f"{len(found)} rules: {summary}"])


def _bounds() -> Iterator[Rule]:
    for type_ in TYPES:
        for bound in type_.bounds:
            code = bound.code or type_.bound_code
            yield Rule(type_.type, str(bound), code, bound.kind, bound.source)


def _refusals(file: Path) -> Iterator[Rule]:
    text = file.read_text()
    lines, tree = text.splitlines(), ast.parse(text)
    where = str(file.relative_to(ROOT))
    about_all = ast.get_docstring(tree) or ""
    for function, owner in _functions(tree, ""):
        last = function.lineno
        for call in _raised(function):
            near = "\n".join(lines[max(last - 1, call.lineno - 12) : (call.end_lineno or 0)])
            last = call.end_lineno or call.lineno
            code = _code(call, function)
            said = (near, ast.get_docstring(function) or "", owner, about_all)
            kind, address = _source(code, said)
            yield Rule(where, f"{function.name}:{call.lineno}", code, kind, address)


def _source(code: str, said: tuple[str, ...]) -> tuple[str, str]:
    """Who says so: what stands nearest to the rule, else the page of common codes."""
    address = re.search(r"https?://[^\s)]+", said[0])
    if code == "NotEmulated" or "Our own" in said[0]:
        return OWN, ""
    if code.startswith("settings."):
        return "assumption", ""
    kind = next((kind for part in said for kind in _kinds(part)), "")
    if kind:
        return kind, address.group() if address else ""
    return ("documentation", COMMON_PAGE) if code in COMMON else (UNSTATED, "")


def _kinds(text: str) -> list[str]:
    return [kind for kind, words in KINDS.items() if re.search(words, text)]


def _functions(node: ast.AST, owner: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Every function with the docstring of its class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child, owner
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, ast.get_docstring(child) or "")


def _raised(function: ast.FunctionDef) -> list[ast.Call]:
    calls = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED
    ]
    return sorted(calls, key=lambda call: call.lineno)


def _code(call: ast.Call, function: ast.FunctionDef) -> str:
    """The code as text; ``settings.<name>`` for one that is a setting."""
    if isinstance(call.func, ast.Name) and call.func.id == "invalid":
        return "InvalidParameterValue"
    node = call.args[1] if len(call.args) > 1 else None
    if isinstance(node, ast.Name):
        name, values = (
            node.id,
            [each for each in ast.walk(function) if isinstance(each, ast.Assign)],
        )
        node = next((v.value for v in values if ast.unparse(v.targets[0]) == name), node)
    if isinstance(node, ast.Constant):
        return str(node.value) or "none"  # the service has failed without one
    named = re.search(r"settings\.(\w+_code)\b", ast.unparse(node)) if node is not None else None
    return f"settings.{named.group(1)}" if named else "several"
