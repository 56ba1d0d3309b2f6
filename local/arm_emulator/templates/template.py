"""An ARM template, read for one deployment: what it will write, in which order, and its outputs.

Pure: what is deployed by now is asked of a function that the caller gives. Every fault of the
template itself is `InvalidTemplate`, as Resource Manager has it, before anything is written.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.arm_emulator.templates.expressions import (
    ExpressionError,
    Function,
    calls_in,
    evaluate,
    resolve,
    unknown_function,
)
from local.arm_emulator.templates.functions import PURE
from local.arm_emulator.templates.order import SYNTAX, Planned, ordered
from local.arm_emulator.templates.parameters import (
    TYPES,
    check_structure,
    invalid_template,
    read_parameters,
    shown,
)
from local.arm_emulator.templates.scope import Scope
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id

Look = Callable[[str], Json | None]
NOT_SENT = ("name", "type", "apiVersion", "dependsOn", "condition", "comments", "resources")
REFUSED = ("copy", "scope", "resourceGroup", "subscriptionId")


class Template:
    """A template with the parameters of one deployment."""

    def __init__(self, document: Any, sent: Json, scope: Scope) -> None:
        for name in ("$schema", "contentVersion", "resources"):
            if not isinstance(document, dict) or name not in document:
                raise invalid_template(f"Required property '{name}' not found in JSON. Path ''")
        if isinstance(document["resources"], dict):
            message = "Templates with symbolic names (languageVersion 2.0) are not emulated."
            raise ArmError(501, "NotEmulated", message)
        check_structure(document)
        self._document = document
        self._open: set[str] = set()  # variables being evaluated
        self._functions: Mapping[str, Function] = {
            **PURE,
            **scope.functions(),
            "parameters": self._parameter,
            "variables": self._variable,
        }
        self.parameters: Json = {}
        declared = document.get("parameters") or {}
        for name, value in read_parameters(declared, sent, self._static("parameters")):
            self.parameters[name] = value  # one by one: a default may use those before it
        self._scope = scope
        self.resources = ordered(self._with_order(self._plan(document["resources"], "", "")))
        self._check_outputs()

    def body(self, planned: Planned, look: Look) -> Json:
        """What is sent to create a resource; `look` shows what is deployed by now.

        Raises:
            ExpressionError: of what it refers to is not there.
        """
        sent = {key: each for key, each in planned.source.items() if key not in NOT_SENT}
        body: Json = evaluate(sent, self._at_run_time(look))
        return body

    def outputs(self, look: Look) -> Json:
        """The outputs, once everything is deployed.

        Raises:
            ExpressionError: of what it refers to is not there.
        """
        functions = self._at_run_time(look)
        return {
            name: shown(str(each["type"]), evaluate(each.get("value"), functions))
            for name, each in self._outputs().items()
            if evaluate(each.get("condition", True), functions)
        }

    def shown_parameters(self) -> Json:
        """The parameters as the deployment shows them."""
        declared = self._document.get("parameters") or {}
        return {name: shown(declared[name]["type"], v) for name, v in self.parameters.items()}

    def _outputs(self) -> Json:
        found: Json = self._document.get("outputs") or {}
        return found

    def _plan(self, resources: Iterable[Json], types: str, names: str) -> list[Planned]:
        found: list[Planned] = []
        for source in resources:
            refused = [key for key in REFUSED if key in source]
            if refused:
                message = f"'{refused[0]}' on a resource of a template is not emulated."
                raise ArmError(501, "NotEmulated", message)
            static = self._static(f"resource '{source.get('name')}'")
            kind = "/".join(filter(None, (types, static(str(source.get("type", ""))))))
            name = "/".join(filter(None, (names, static(str(source.get("name", ""))))))
            if static(source.get("condition", True)):
                version = static(str(source.get("apiVersion", "")))
                found.append(Planned(self._id(kind, name), version, source))
                self._check_functions(source, name)
            found += self._plan(source.get("resources") or [], kind, name)
        return found

    def _id(self, kind: str, name: str) -> ResourceId:
        namespace, *types = kind.split("/")
        names = name.split("/")
        if not types or len(types) != len(names) or not all(names):
            raise invalid_template(
                f"The template resource '{name}' for type '{kind}' has incorrect segment lengths. "
                "A nested resource type must have identical number of segments as its resource "
                f"name. A root resource type must have segment length one greater than its "
                f"resource name. {SYNTAX}"
            )
        pairs = "/".join(part for pair in zip(types, names, strict=True) for part in pair)
        found = parse_id(f"{self._scope.group_id}/providers/{namespace}/{pairs}")
        assert found is not None  # noqa: S101 - pairs behind a provider are an id
        return found

    def _check_functions(self, source: Json, name: str) -> None:
        """Refuse unknown functions now; a body without references is evaluated wholly."""
        static = self._static(f"resource '{name}'")
        sent = {key: each for key, each in source.items() if key not in NOT_SENT}
        calls = list(static.calls(sent))
        if not any(each == "reference" for each in calls):
            static(sent)

    def _check_outputs(self) -> None:
        for name, output in self._outputs().items():
            if str(output.get("type", "")).lower() not in TYPES:
                raise invalid_template(f"The output '{name}' has no valid type")
            list(self._static(f"output '{name}'").calls(output))

    def _with_order(self, planned: list[Planned]) -> list[Planned]:
        found: list[Planned] = []
        for each in planned:
            static = self._static(f"resource '{each.id.name}'")
            named = [str(static(text)) for text in each.source.get("dependsOn") or []]
            keys = [self._depended(text, planned) for text in named]
            for call in calls_in({k: v for k, v in each.source.items() if k not in NOT_SENT}):
                if call.name.lower() == "reference" and call.arguments:
                    target = static.resolve(call.arguments[0])
                    keys.append(self._find(target, planned) or "")
            after = tuple(dict.fromkeys(key for key in keys if key and key != each.id.key))
            found.append(Planned(each.id, each.api_version, each.source, after))
        return found

    def _depended(self, text: str, planned: list[Planned]) -> str:
        found = self._find(text, planned)
        if found is None and not self._is_left_out(text):
            raise invalid_template(
                f"The resource '{text}' is not defined in the template. {SYNTAX}"
            )
        return found or ""

    def _is_left_out(self, text: str) -> bool:
        """Whether it is a resource of the template whose condition is false."""
        name = text.rpartition("/")[2].lower()
        static = self._static("resources")
        return any(
            str(static(each.get("name", ""))).lower() == name and not static(each["condition"])
            for each in self._document["resources"]
            if "condition" in each
        )

    def _find(self, text: str, planned: Iterable[Planned]) -> str | None:
        """The key of the resource that is meant: by id, by type and name, or by name alone."""
        low = text.lower()
        for each in planned:
            name = "/".join(each.id.names)
            forms = (str(each.id), f"{each.id.type}/{name}", name)
            if low in (form.lower() for form in forms):
                return each.id.key
        return None

    def _parameter(self, name: str) -> Any:
        for known, value in self.parameters.items():
            if known.lower() == name.lower():
                return value
        raise ExpressionError(
            f"The template parameter '{name}' is not found. "
            "Please see https://aka.ms/arm-syntax-parameters for usage details."
        )

    def _variable(self, name: str) -> Any:
        for known, value in (self._document.get("variables") or {}).items():
            if known.lower() == name.lower() and known not in self._open:
                self._open.add(known)
                try:
                    return evaluate(value, self._functions)
                finally:
                    self._open.discard(known)
        raise ExpressionError(
            f"The template variable '{name}' is not found or refers to itself. "
            "Please see https://aka.ms/arm-syntax-variables for usage details."
        )

    def _static(self, where: str) -> "_Static":
        return _Static(self._functions, where)

    def _at_run_time(self, look: Look) -> Mapping[str, Function]:
        def reference(target: str, version: str = "", how: str = "") -> Any:
            found = look(self._find(target, self.resources) or target)
            if found is None:
                raise ExpressionError(f"The resource '{target}' referred to was not found.")
            return found if how.lower() == "full" else found.get("properties", {})

        return {**self._functions, "reference": reference}


class _Static:
    """Evaluates what may not depend on anything deployed, and says where it could not."""

    def __init__(self, functions: Mapping[str, Function], where: str) -> None:
        self._functions = functions
        self._where = where

    def __call__(self, value: Any) -> Any:
        return self._guard(lambda: evaluate(value, self._functions))

    def resolve(self, node: Any) -> Any:
        return self._guard(lambda: resolve(node, self._functions))

    def calls(self, value: Any) -> list[str]:
        """The functions called, in lower case; each must be known."""
        return self._guard(lambda: self._known(value))  # type: ignore[no-any-return]

    def _known(self, value: Any) -> list[str]:
        names = [each.name for each in calls_in(value)]
        for name in names:
            if name.lower() not in self._functions and name.lower() != "reference":
                raise unknown_function(name)
        return [name.lower() for name in names]

    def _guard(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except ExpressionError as error:
            message = f"Unable to process template language expressions for {self._where}. "
            raise ArmError(400, "InvalidTemplate", f"{message}'{error}'") from error
