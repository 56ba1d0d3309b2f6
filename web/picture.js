// The architecture as a picture: networks as boxes, each resource where it lies, its state by colour
// and sign. What has no place of its own here lies in the resource group.

import { make } from "./dom.js";
import { SIGNS } from "./words.js";

const PLACES = {
  "GatewaySubnet": ["subnet-gateway", "express-route-gateway", "lock-express-route-gateway"],
  "ApplicationGatewaySubnet": ["subnet-application-gateway", "application-gateway", "waf-policy", "nsg-application-gateway", "route-table-gateway"],
  "DatabaseSubnet": ["subnet-database", "postgres-server", "postgres-parameters", "postgres-administrator", "threat-protection", "lock-postgres-server", "nsg-database", "route-table"],
  "ManagementSubnet": ["subnet-management", "jump-box", "jump-box-nic", "watcher-agent", "nsg-management", "nat-gateway"],
  "AzureBastionSubnet": ["subnet-bastion", "bastion", "nsg-bastion"],
  "DnsResolverSubnet": ["subnet-resolver", "dns-inbound-endpoint"],
};
const NETWORK = "virtual-network";
const NAMES = ["private-dns-zone", "private-dns-link", "private-dns-link-hub", "private-dns-link-second", "gateway-alias", "dns-resolver", "virtual-endpoint"];
const EDGE = ["express-route-connection"];

// `states`: key -> state; `critical`: keys; `target`: key -> hash that tells more.
export function picture(states, { critical = new Set(), target }) {
  const left = new Set(Object.keys(states));
  const take = (keys) => keys.filter((key) => left.delete(key)).map((key) => resource(key, states[key], critical.has(key), target));
  const edge = take(EDGE);
  const network = take([NETWORK]);
  const subnets = Object.entries(PLACES)
    .map(([name, keys]) => [name, take(keys)])
    .filter(([, inside]) => inside.length)
    .map(([name, inside]) => box(name, "subnet", inside));
  const names = take(NAMES);
  const group = take(["resource-group"]);
  const rest = take([...left].sort());
  const azure = box("Azure", "azure", [
    group,
    box("Virtual network", "network", [network, make("div", { class: "subnets" }, subnets)]),
    names.length ? box("Names", "names", names) : null,
    rest.length ? box("Beside them", "rest", rest) : null,
  ]);
  return make("figure", { class: "picture" },
    make("figcaption", {}, "Architecture", legend()),
    box("On-premises", "premises", [make("span", { class: "wire" }, "ExpressRoute circuit")]),
    make("div", { class: "edge" }, make("span", { "aria-hidden": true }, "⇄"), edge),
    azure);
}

const box = (title, kind, inside) => make("div", { class: `box ${kind}`, "data-key": title }, make("span", { class: "title" }, title), inside);

function resource(key, state, critical, target) {
  const says = `${key}: ${state}${critical ? ", on the critical path" : ""}`;
  const inside = [make("span", { "aria-hidden": true }, `${SIGNS[state] ?? "?"} `), key];
  return make("a", { class: `resource ${state}${critical ? " critical" : ""}`, href: target(key), "aria-label": says, "data-key": key }, inside);
}

const legend = () =>
  make("span", { class: "legend" }, ["succeeded", "running", "waiting", "failed"].map((state) => make("span", { class: state }, `${SIGNS[state]} ${state} `)),
    make("span", { class: "critical" }, "bold: critical path"));
