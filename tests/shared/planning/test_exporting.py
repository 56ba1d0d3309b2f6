"""Every sample as a template, Bicep and Terraform, read by parsers that are not ours."""

import json
from itertools import pairwise
from typing import Any

import hcl2
import pytest
from pycep import BicepParser

from shared.planning.exporting.bicep import MAIN, bicep
from shared.planning.exporting.items import Export, exported
from shared.planning.exporting.template import template
from shared.planning.exporting.terraform import terraform
from tests.shared.resources.conftest import SAMPLES, sample

Json = dict[str, Any]
NAMES = [path.stem for path in sorted(SAMPLES.glob("*.json")) if path.stem != "surroundings"]

every_sample = pytest.mark.parametrize("export", [exported(sample(n)) for n in NAMES], ids=NAMES)


@every_sample
def test_a_template_depends_on_nothing_that_it_does_not_make(export: Export) -> None:
    made = template(export)
    assert len(made["resources"]) == len(export.items) - 1  # the group is whoever deploys it's
    ids = [_id(each) for each in made["resources"]]
    for number, each in enumerate(made["resources"]):
        for before in each["dependsOn"]:
            if "resourceId(" not in before:
                assert before in [*ids[:number], *ids[number + 1 :]]
    assert "$secret" not in json.dumps(made)
    assert export.group_id not in json.dumps(made)  # it may be deployed into any group


def _id(resource: Json) -> str:
    namespace, *kinds = resource["type"].split("/")
    names = resource["name"].split("/")
    pairs = "/".join(part for pair in zip(kinds, names, strict=True) for part in pair)
    return f"[concat(resourceGroup().id, '/providers/{namespace}/{pairs}')]"


@every_sample
def test_bicep_is_read_by_a_parser_and_declares_each_resource(export: Export) -> None:
    files = bicep(export)
    main = BicepParser().parse(text=files[MAIN])
    assert set(main["resources"]) == {item.symbol for item in export.inside}
    assert set(main.get("modules") or {}) == {item.symbol for item in export.outside}
    assert set(main.get("parameters") or {}) == set(export.secrets)
    for item in export.outside:
        module = BicepParser().parse(text=files[f"{item.symbol}.bicep"])
        assert list(module["resources"]) == [item.symbol]


@every_sample
def test_terraform_is_read_by_a_parser_and_imports_each_resource(export: Export) -> None:
    files = terraform(export)
    made = [
        name.strip('"')
        for block in hcl2.loads(files["main.tf"])["resource"]
        for name in block['"azapi_resource"']
    ]
    imports = hcl2.loads(files["imports.tf"])["import"]
    targets = [each["to"].strip("${}").removeprefix("azapi_resource.") for each in imports]
    ids = [each["id"].strip('"').partition("?")[0] for each in imports]
    assert made == targets == [item.symbol for item in export.items]
    assert ids == [item.id for item in export.items]
    assert len(set(ids)) == len(ids)


@every_sample
def test_what_takes_one_write_at_a_time_is_made_in_a_row(export: Export) -> None:
    servers = {i.id for i in export.items if i.kind.endswith("/flexibleServers")}
    for server in servers:
        own = [i for i in export.items if i.parent.removesuffix("/configurations") == server]
        for one, other in pairwise([i for i in own if not i.extends]):
            assert one.symbol in before(export, other.symbol)


def before(export: Export, symbol: str) -> set[str]:
    """All that stands before one of them."""
    by_symbol = {item.symbol: item for item in export.items}
    direct = by_symbol[symbol].after
    return {*direct, *(each for one in direct for each in before(export, one))}


def test_texts_cannot_break_out_of_their_quotes() -> None:
    tags = {"a": 'it\'s ${x} %{y} \\ "z"', "b": "[concat('x')]"}
    export = exported(sample("lean", tags=tags))
    group = export.items[0].symbol
    assert template(export)["resources"][0]["tags"] == {"a": tags["a"], "b": "[[concat('x')]"}
    text = terraform(export)["main.tf"]
    block = hcl2.loads(text)["resource"][0]['"azapi_resource"'][f'"{group}"']
    assert "$${x} %%{y}" in json.dumps(block["tags"])
    assert r"'it\'s \${x} %{y} \\ \"z\"'".replace(r"\"", '"') in bicep(export)[MAIN]
