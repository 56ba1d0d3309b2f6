"""Updates a deployment, and looks at what came of it in Azure."""

from typing import Any

Json = dict[str, Any]


def changed(spec: Json, **parts: Any) -> Json:
    return spec | {
        name: {**spec.get(name, {}), **part} if isinstance(part, dict) else part
        for name, part in parts.items()
    }


def update(simulation: Any, spec: Json) -> Json:
    answer = simulation.request("PUT", f"deployments/{spec['name']}", json=spec)
    told: Json = simulation.finish(answer)
    return told


def one(azure: Any, part: str) -> Json:
    found: Json = next(r for r in azure.resources() if part.casefold() in r["id"].casefold())
    return found


def value(azure: Any, name: str) -> str:
    """Of a server parameter that somebody has set at some time."""
    text: str = one(azure, f"/configurations/{name}")["properties"]["value"]
    return text


def password(azure: Any) -> str:
    stored = [
        resource.secrets["administratorLoginPassword"]
        for resource in azure.cloud.store.resources.values()
        if resource.id.type.casefold().endswith("/flexibleservers")
    ]
    (text,) = stored
    return str(text)
