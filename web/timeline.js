// Steps over time: what each took against what was expected, tries, and the undoing in a lane below.

import { cell, link, make, row, table } from "./dom.js";
import { moments, money, SIGNS, span } from "./words.js";

export function timeline(told) {
  const steps = told.steps ?? [];
  if (!steps.length) return [];
  const forward = told.forwardSteps ?? [];
  const all = [...forward, ...steps, ...(told.checks ?? [])];
  const seen = moments(all);
  const present = seen.length ? Math.max(...seen) : Date.parse(told.startedAt);
  const from = Math.min(present, ...seen);
  const expected = told.status === "Running" && told.expectedEnd ? Date.parse(told.expectedEnd) : present;
  const scale = { from, to: Math.max(expected, present, from + 1000), present };
  const critical = new Set(told.criticalPath ?? []);
  const costs = new Map((told.plan ?? []).map((step) => [`${step.action} ${step.key}`, step.monthlyCost]));
  // What is done otherwise than planned is an undoing; a plan is not known before it is made.
  const undoing = (step) => costs.size > 0 && step.action !== "check" && !costs.has(`${step.action} ${step.key}`);
  const rows = all.map((step) => line(told, step, scale, critical, costs, undoing(step)));
  const columns = ["Step", "Action", "When", "Took", "Expected", "Tries", "Monthly USD", "State"];
  return [make("h3", {}, "Timeline"), table(`Steps of ${told.kind} ${told.deployment}`, columns, rows)];
}

function line(told, step, scale, critical, costs, undo) {
  const began = step.startedAt ? Date.parse(step.startedAt) : null;
  const end = step.settledAt ? Date.parse(step.settledAt) : scale.present;
  const note = step.failure?.code ?? step.detail ?? step.warning;
  const state = [make("span", { "aria-hidden": true }, `${SIGNS[step.state]} `), note ? `${step.state}: ${note}` : step.state];
  const bold = critical.has(step.key) ? "critical" : "";
  return row(`${step.action} ${step.key}`,
    cell(link(step.key, `#/operations/${encodeURIComponent(told.id)}/${encodeURIComponent(step.key)}`, bold)),
    cell(undo ? `undo: ${step.action}` : step.action, undo ? "undo" : ""),
    cell(bars(step, began, end, scale)),
    cell(began ? span((end - began) / 1000) : "", "number"),
    cell(span(step.expectedSeconds), "number"),
    cell(String(step.attempts ?? 1), "number"),
    cell(money(costs.get(`${step.action} ${step.key}`)), "number"),
    cell(state, step.state));
}

function bars(step, began, end, { from, to }) {
  const percent = (at) => `${Math.min(100, Math.max(0, (100 * (at - from)) / (to - from))).toFixed(2)}%`;
  if (!began) return make("div", { class: "bars" });
  const width = (until) => `${Math.max(0.5, parseFloat(percent(until)) - parseFloat(percent(began))).toFixed(2)}%`;
  const hoped = began + 1000 * step.expectedSeconds;
  return make("div", { class: "bars", role: "img", "aria-label": `${step.key} took ${span((end - began) / 1000)} of ${span(step.expectedSeconds)} expected` },
    make("span", { class: "expected", place: { left: percent(began), width: width(hoped) } }),
    make("span", { class: `took ${step.state}`, place: { left: percent(began), width: width(end) } }));
}
