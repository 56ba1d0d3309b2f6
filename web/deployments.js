// All deployments, and one of them: what it is, what it holds, what was done with it, what drifted.

import { button, cell, link, make, row, table } from "./dom.js";
import { picture } from "./picture.js";
import { last, moment, value } from "./words.js";

const hash = (record) => `#/deployments/${encodeURIComponent(record.name)}`;

export function list(records, running, more) {
  const rows = records.map((record) => {
    const told = running.get(record.name);
    const waits = told?.phase === "awaiting-approval";
    return row(record.name,
      cell(link(record.name, hash(record))),
      cell(record.status, record.status),
      cell(last(record).id ? link(last(record).kind, `#/operations/${encodeURIComponent(last(record).id)}`) : ""),
      cell(waits ? link("waits for approval", `#/operations/${encodeURIComponent(told.id)}`) : told?.phase ?? "", waits ? "high" : ""),
      cell(record.drift?.status ?? "not checked", record.drift?.status ?? "quiet"));
  });
  return [make("section", { "data-key": "list", "aria-labelledby": "title" },
    make("h2", { id: "title", tabindex: -1 }, "Deployments"),
    rows.length ? table("All deployments", ["Name", "Health", "Last operation", "Now", "Drift"], rows) : make("p", { class: "quiet" }, "None yet: start one below."),
    more ? button("More", "more") : null),
  start()];
}

const start = () =>
  make("section", { "data-key": "start", "aria-labelledby": "start-title" },
    make("h2", { id: "start-title" }, "Start a deployment"),
    make("form", { "data-do": "start" },
      make("label", { for: "file" }, "Choose a spec"),
      make("input", { id: "file", type: "file", accept: "application/json,.json", "data-do": "file" }),
      make("label", { for: "spec" }, "or paste it (JSON)"),
      make("textarea", { id: "spec", rows: 12, spellcheck: "false", required: true }),
      make("p", {}, make("button", { type: "submit", value: "plan" }, "Plan"), " ", make("button", { type: "submit", value: "deploy", class: "main" }, "Deploy"))));

export function deployment(record, told, history) {
  const name = record.name;
  const states = Object.fromEntries(Object.entries(record.inventory ?? {}).map(([id, item]) => [item.key ?? id, item.state === "intended" ? "absent" : "there"]));
  const running = told?.status === "Running";
  for (const step of running ? told.steps ?? [] : []) states[step.key] = step.state;
  const target = (key) => (told ? `#/operations/${encodeURIComponent(told.id)}/${encodeURIComponent(key)}` : hash(record));
  return [make("section", { "data-key": name, "aria-labelledby": "title" },
    make("p", { class: "path" }, link("Deployments", "#/")),
    make("h2", { id: "title", tabindex: -1 }, name),
    make("p", {}, make("strong", { class: record.status }, record.status), `, generation ${record.generation}; last operation: `,
      last(record).id ? link(last(record).kind, `#/operations/${encodeURIComponent(last(record).id)}`) : "none"),
    make("p", { class: "actions" },
      button("Check drift", "check", { name }), " ", button("Validate", "validate", { name }), " ",
      button("Destroy", "destroy", { name }, "danger")),
    Object.keys(states).length ? picture(states, { critical: new Set(running ? told.criticalPath : []), target }) : make("p", { class: "quiet" }, "It holds nothing in Azure."),
    drift(record.drift, name), outputs(record), past(history))];
}

// What can be chosen of a report, as the app reads it; what has no path is a resource as a whole.
export const choice = (change) => (change.path ? `${change.key}:${change.path}` : change.key);

export function drift(report, name) {
  if (!report) return [make("h3", {}, "Drift"), make("p", { class: "quiet" }, "Not checked yet.")];
  const head = make("p", {}, make("strong", { class: report.status }, report.status), ` at ${moment(report.checkedAt)}`);
  if (report.failure) return [make("h3", {}, "Drift"), head, make("p", {}, `${report.failure.code}: ${report.failure.message}`)];
  const found = report.changes ?? [];
  if (!found.length) return [make("h3", {}, "Drift"), head];
  return [make("h3", {}, "Drift"), head,
    make("div", { role: "region", "aria-label": "What drifted" }, make("ul", { class: "differences" }, found.map(difference))),
    make("p", { class: "actions" }, button("Repair", "repair", { name }), " ", button("Accept", "accept", { name }),
      make("span", { class: "quiet" }, "what is ticked; all of it where nothing is"))];
}

function difference(change) {
  const where = [make("strong", { class: change.severity }, change.severity), ` ${change.class} `, make("b", {}, change.key), " ", make("code", {}, change.path ?? change.message ?? change.id)];
  return make("li", { "data-key": choice(change) },
    make("label", { class: "choice" }, make("input", { type: "checkbox", name: "drifted", value: choice(change) }), make("span", {}, where)),
    "after" in change ? make("dl", {}, side("is", change.before, "missing", "ins"), side("should be", change.after, "not there", "del")) : null,
    make("p", { class: "quiet" }, [change.why, who(change)].filter(Boolean).join("; ")));
}

const side = (name, found, none, tag) => [make("dt", {}, name), make("dd", {}, found === null || found === undefined ? make("em", {}, none) : make(tag, {}, value(found)))];

const WHO = { pending: "whom is not known yet", azure: "Azure itself", tooOld: "whom is too long ago", unknown: "whom is not known" };

const who = (change) => {
  const by = change.attribution;
  if (!by) return "";
  return `by ${by.status === "known" ? [by.by, moment(by.at), by.client].filter(Boolean).join(", ") : WHO[by.status]}`;
};

const outputs = (record) =>
  Object.keys(record.outputs ?? {}).length ? [make("h3", {}, "Outputs"), make("pre", { tabindex: 0 }, JSON.stringify(record.outputs, null, 2))] : [];

function past(history) {
  if (!history?.length) return [];
  const rows = history.map((one) =>
    row(one.id, cell(link(one.kind, `#/operations/${encodeURIComponent(one.id)}`)), cell(one.status, one.status), moment(one.startedAt), moment(one.endedAt), one.actor?.name ?? "", one.failure?.code ?? ""));
  return [make("h3", {}, "History"), table("Operations of this deployment", ["Operation", "Outcome", "Started", "Ended", "Who", "Failure"], rows)];
}
