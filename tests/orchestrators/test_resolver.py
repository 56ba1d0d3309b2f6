"""A resolver in the hub network answers for the server's name on-premises."""

from typing import Any

Json = dict[str, Any]


def test_a_resolver_comes_and_goes_with_the_spec(simulation: Any, lean: Json) -> None:
    asked = lean | {"dns": {"resolver": {"address": "10.1.6.10"}}}
    told = simulation.deploy(asked)
    assert told["status"] == "Succeeded", told["failure"]
    assert told["outputs"]["dns"]["forwarder"] == "10.1.6.10"
    (endpoint,) = [b for i, b in simulation.resources().items() if "/inboundEndpoints/" in i]
    (at,) = endpoint["properties"]["ipConfigurations"]
    assert at["privateIpAddress"] == "10.1.6.10"
    assert at["subnet"]["id"].endswith("/subnets/DnsResolverSubnet")
    writes = len(simulation.writes())
    assert simulation.deploy(asked)["status"] == "Succeeded"
    assert len(simulation.writes()) == writes
    assert simulation.deploy(lean)["status"] == "Succeeded"
    assert not any("/dnsResolvers/" in i for i in simulation.resources())
    assert simulation.destroy(lean["name"])["status"] == "Succeeded"
