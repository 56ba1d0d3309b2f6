"""The parameters of a template: their values checked against what the template declares."""

from collections.abc import Callable, Iterator
from typing import Any

from local.arm_emulator.wire.messages import ArmError, Json

TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("String", (str,)),
    "securestring": ("SecureString", (str,)),
    "int": ("Int", (int,)),
    "bool": ("Bool", (bool,)),
    "object": ("Object", (dict,)),
    "secureobject": ("SecureObject", (dict,)),
    "array": ("Array", (list,)),
}
SYNTAX = "Please see https://aka.ms/arm-syntax-parameters for usage details."


def invalid_template(why: str) -> ArmError:
    """The refusal of a template before anything is written."""
    return ArmError(400, "InvalidTemplate", f"Deployment template validation failed: '{why}'.")


def check_structure(document: Json) -> None:
    """Refuse a template whose parts are not of the kind that they are.

    https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
    """
    for part in ("parameters", "variables", "outputs"):
        if not isinstance(document.get(part) or {}, dict):
            raise invalid_template(f"Expected an object at the path '{part}'. {SYNTAX}")
        for name, each in (document.get(part) or {}).items():
            if part != "variables" and not isinstance(each, dict):
                raise invalid_template(f"Expected an object at the path '{part}.{name}'. {SYNTAX}")
    for name, each in (document.get("parameters") or {}).items():
        if str(each.get("type", "")).lower() not in TYPES:
            raise invalid_template(f"The template parameter '{name}' has no valid type. {SYNTAX}")
    resources = document["resources"]
    if not isinstance(resources, list):
        raise invalid_template("Expected a list at the path 'resources'")
    for number, each in enumerate(resources):
        _check_resource(each, f"resources[{number}]")


def _check_resource(source: Any, path: str) -> None:
    if not isinstance(source, dict):
        raise invalid_template(f"Expected an object at the path '{path}'")
    for name in ("type", "name", "apiVersion"):
        if not isinstance(source.get(name) or "", str):
            raise invalid_template(f"Expected a text at the path '{path}.{name}'")
    for name in ("dependsOn", "resources"):
        if not isinstance(source.get(name) or [], list):
            raise invalid_template(f"Expected a list at the path '{path}.{name}'")
    for number, each in enumerate(source.get("resources") or []):
        _check_resource(each, f"{path}.resources[{number}]")


def read_parameters(
    declared: Json, sent: Json, default: Callable[[Any], Any]
) -> Iterator[tuple[str, Any]]:
    """Every parameter with its value; `default` evaluates one that comes from the template.

    Raises:
        ArmError: 400 `InvalidTemplate`, for what is missing, unknown, or of the wrong type.
    """
    _refuse_unknown(declared, sent)
    for name, declaration in declared.items():
        given = _find(sent, name)
        if given is None and "defaultValue" not in declaration:
            raise invalid_template(
                f"The value for the template parameter '{name}' is not provided. Please see "
                "https://aka.ms/arm-create-parameter-file for usage details."
            )
        if given is None:
            value = default(declaration["defaultValue"])
        elif not isinstance(given, dict) or not {"value", "reference"} & given.keys():
            message = (
                "The request content was invalid and could not be deserialized: 'Error converting "
                f"value of the parameter '{name}' to DeploymentParameterDefinition.'"
            )
            raise ArmError(400, "InvalidRequestContent", message)
        elif "value" not in given:
            message = f"Parameter '{name}' refers to a vault: that is not emulated."
            raise ArmError(501, "NotEmulated", message)
        else:
            value = given["value"]
        _check(name, declaration, value)
        yield name, value


def _refuse_unknown(declared: Json, sent: Json) -> None:
    unknown = [name for name in sent if _find(declared, name) is None]
    if unknown:
        known = ", ".join(declared)
        raise invalid_template(
            f"The template parameters '{', '.join(unknown)}' in the parameters file are not valid; "
            "they are not present in the original template and can therefore not be provided at "
            f"deployment time. The only supported parameters for this template are '{known}'"
        )


def shown(type_name: str, value: Any) -> Json:
    """A parameter or an output as a deployment shows it: a secret one without its value."""
    name = TYPES[type_name.lower()][0]
    return {"type": name} if name.startswith("Secure") else {"type": name, "value": value}


def _check(name: str, declaration: Json, value: Any) -> None:
    type_name = str(declaration.get("type", "")).lower()
    if type_name not in TYPES:
        message = f"Template parameter '{name}' has the type '{type_name}', which is not valid. "
        raise invalid_template(message + SYNTAX)
    wanted, types = TYPES[type_name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise invalid_template(
            f"The provided value for the template parameter '{name}' is not valid. Expected a "
            f"value of type '{wanted}', but received a value of type '{type(value).__name__}'. "
            + SYNTAX
        )
    allowed = declaration.get("allowedValues")
    if allowed is not None and value not in allowed:
        choices = ",".join(str(each) for each in allowed)
        raise invalid_template(
            f"The provided value for the template parameter '{name}' is not valid. The value "
            f"'{value}' is not part of the allowed value(s): '{choices}'"
        )


def _find(items: Json, name: str) -> Any:
    return next((value for key, value in items.items() if key.lower() == name.lower()), None)
