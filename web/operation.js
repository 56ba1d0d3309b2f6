// One operation, live: how it stands, why it failed, what it left, its plan, its steps over time.

import { button, link, make } from "./dom.js";
import { picture } from "./picture.js";
import { changes, decision, warnings } from "./plan.js";
import { timeline } from "./timeline.js";
import { clock, money, moment, span, value } from "./words.js";

export function operation(told, stepKey, whole) {
  const steps = told.steps ?? [];
  const states = Object.fromEntries((told.plan ?? []).map((step) => [step.key, step.action === "no-op" ? "there" : "waiting"]));
  for (const one of steps) states[one.key] = one.action === "delete" && one.state === "succeeded" ? "absent" : one.state;
  const target = (key) => `#/operations/${encodeURIComponent(told.id)}/${encodeURIComponent(key)}`;
  return [make("section", { "data-key": told.id, "aria-labelledby": "title" },
    make("p", { class: "path" }, link("Deployments", "#/"), " / ", link(told.deployment, `#/deployments/${encodeURIComponent(told.deployment)}`)),
    make("h2", { id: "title", tabindex: -1 }, `${told.kind} ${told.deployment}`),
    state(told), root(told), decision(told),
    stepKey ? step(told, stepKey, whole) : null,
    told.kind !== "validate" && Object.keys(states).length ? picture(states, { critical: new Set(told.criticalPath ?? []), target }) : null,
    timeline(told), left(told),
    steps.length || told.phase === "awaiting-approval" ? null : changes(told),
    cost(told), warnings(told), outputs(told))];
}

function state(told) {
  const parts = [make("strong", { class: told.status }, told.status), `, ${told.phase}`];
  if (told.status === "Running" && told.expectedEnd) parts.push(`; expected to end at ${clock(told.expectedEnd)}`);
  if (told.unchanged) parts.push(`; ${told.unchanged} unchanged`);
  if (told.actor?.name) parts.push(`; started by ${told.actor.name}`);
  if (told.endedAt) parts.push(`; ended ${moment(told.endedAt)}`);
  const cancel = told.status === "Running" && ["deploy", "repair", "rotate"].includes(told.kind) && told.phase === "deploying" && !told.cancelRequested;
  if (told.cancelRequested && told.status === "Running") parts.push("; cancel requested");
  return make("div", { class: "state" }, make("p", { "aria-live": "polite" }, parts), cancel ? button("Cancel and roll back", "cancel", { id: told.id }, "danger") : null);
}

// The cause before its consequences.
function root(told) {
  const parts = (told.refusals ?? []).map((refused) => make("p", {}, `${refused.target}: ${refused.message}`));
  if (!told.failure && !parts.length) return [];
  const why = told.failure ? make("p", { class: "failed" }, make("strong", {}, told.failure.code), `: ${told.failure.message}`) : null;
  return [make("div", { class: "why" }, make("h3", {}, "Why"), why, parts)];
}

function step(told, key, whole) {
  const planned = (told.plan ?? []).find((one) => one.key === key);
  const walked = [...(told.steps ?? []), ...(told.checks ?? [])].find((one) => one.key === key);
  if (!planned && !walked) return make("p", {}, `There is no step ${key} in this operation.`);
  const facts = [];
  const fact = (name, content) => content && facts.push(make("dt", {}, name), make("dd", {}, content));
  fact("Failure", walked?.failure && `${walked.failure.code}: ${walked.failure.message}`);
  const residue = (told.residue ?? []).find((one) => one.key === key);
  fact("To finish it", residue && make("pre", { tabindex: 0 }, residue.command));
  fact("State", walked && `${walked.state}${walked.detail ? `: ${walked.detail}` : ""}, tried ${walked.attempts ?? 1} times`);
  fact("Action", (walked ?? planned).action);
  fact("Started", moment(walked?.startedAt));
  fact("Settled", moment(walked?.settledAt));
  fact("Expected", span((walked ?? planned).expectedSeconds));
  fact("After", (planned?.dependsOn ?? []).join(", "));
  fact("Changes", planned?.changes?.length && planned.changes.map((c) => make("div", { class: "change" }, make("code", {}, c.path), `: ${value(c.before)} → ${value(c.after)}`)));
  fact("Id", planned?.id && make("code", {}, planned.id));
  fact("Body", whole?.body && make("details", { "data-key": "body" }, make("summary", {}, "what Azure is asked for"), make("pre", { tabindex: 0 }, JSON.stringify(whole.body, null, 2))));
  fact("ARM calls", told.traceId && planned?.id && make("pre", { tabindex: 0 }, calls(told.traceId, planned.id)));
  const close = link("close", `#/operations/${encodeURIComponent(told.id)}`);
  return make("aside", { class: "step", "data-key": key, "aria-label": `Step ${key}` }, make("h3", {}, key, " ", close), make("dl", {}, facts));
}

// Azure keeps them, under the id of the operation's trace.
const calls = (trace, id) =>
  `az monitor activity-log list --correlation-id ${trace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")} --query "[?contains(resourceId, '${id.split("/").pop()}')]"`;

function left(told) {
  const found = told.residue ?? [];
  if (!found.length) return [];
  return [make("h3", {}, "Left behind, and how to finish it"),
    found.map((one) => [make("p", {}, `${one.id}: ${one.reason}`), make("pre", { tabindex: 0 }, one.command)])];
}

function cost(told) {
  const total = told.monthlyCost;
  if (!total) return [];
  const rest = total.complete ? "" : ", without what is unknown";
  return [make("p", {}, make("strong", {}, `${total.currency} ${money(total)} a month`),
    ` at list prices of ${total.pricesOf} in ${total.region}${rest}; circuit, traffic and logs are not in it`)];
}

function outputs(told) {
  if (told.status !== "Succeeded" || !Object.keys(told.outputs ?? {}).length) return [];
  return [make("h3", {}, "Outputs"), make("pre", { tabindex: 0 }, JSON.stringify(told.outputs, null, 2))];
}
