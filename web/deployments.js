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
      button("Repair", "repair", { name }), " ", button("Destroy", "destroy", { name }, "danger")),
    Object.keys(states).length ? picture(states, { critical: new Set(running ? told.criticalPath : []), target }) : make("p", { class: "quiet" }, "It holds nothing in Azure."),
    drift(record.drift), outputs(record), past(history))];
}

export function drift(report) {
  if (!report) return [make("h3", {}, "Drift"), make("p", { class: "quiet" }, "Not checked yet.")];
  const head = make("p", {}, make("strong", { class: report.status }, report.status), ` at ${moment(report.checkedAt)}`);
  if (report.failure) return [make("h3", {}, "Drift"), head, make("p", {}, `${report.failure.code}: ${report.failure.message}`)];
  const rows = (report.changes ?? []).map((c, n) =>
    row(`${c.key} ${c.path ?? n}`, cell(c.severity, c.severity), c.class, c.key, cell([make("code", {}, c.path ?? c.message ?? c.id), c.why ? make("div", { class: "quiet" }, c.why) : ""]),
      cell("after" in c ? [make("del", {}, value(c.after)), " → ", make("ins", {}, value(c.before))] : ""), cell(who(c))));
  return [make("h3", {}, "Drift"), head,
    rows.length ? table("What drifted", ["Severity", "Kind", "Resource", "Where", "Should be → is", "Who, when, how"], rows) : null];
}

const WHO = { pending: "not known yet", azure: "Azure itself", tooOld: "too long ago", unknown: "not known" };

const who = (change) => {
  const by = change.attribution;
  if (!by) return "";
  return by.status === "known" ? [by.by, moment(by.at), by.client].filter(Boolean).join(", ") : WHO[by.status];
};

const outputs = (record) =>
  Object.keys(record.outputs ?? {}).length ? [make("h3", {}, "Outputs"), make("pre", { tabindex: 0 }, JSON.stringify(record.outputs, null, 2))] : [];

function past(history) {
  if (!history?.length) return [];
  const rows = history.map((one) =>
    row(one.id, cell(link(one.kind, `#/operations/${encodeURIComponent(one.id)}`)), cell(one.status, one.status), moment(one.startedAt), moment(one.endedAt), one.actor?.name ?? "", one.failure?.code ?? ""));
  return [make("h3", {}, "History"), table("Operations of this deployment", ["Operation", "Outcome", "Started", "Ended", "Who", "Failure"], rows)];
}
