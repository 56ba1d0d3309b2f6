"""What the picture of the page places is what there is."""

import re
from pathlib import Path

from shared.resources.catalogue import catalogue


def placed() -> set[str]:
    """Keys that have a place of their own in the picture."""
    text = Path("web/picture.js").read_text(encoding="utf-8")
    lists = text[text.index("const PLACES") : text.index("// `states`")]
    return set(re.findall(r'"([a-z][a-z0-9-]+)"', lists))


def test_every_key_that_has_a_place_is_that_of_a_resource() -> None:
    assert placed() <= {resource.key for resource in catalogue().resources}


def test_what_lies_in_a_subnet_of_ours_is_drawn_there() -> None:
    inside = {"postgres-server", "application-gateway", "bastion", "jump-box", "watcher-agent"}
    assert inside | {"express-route-gateway", "dns-inbound-endpoint", "nat-gateway"} <= placed()
