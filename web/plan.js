// What a plan changes, in the order in which somebody decides on it: what interrupts first.

import { button, cell, make, row, table } from "./dom.js";
import { money, moment, span, value } from "./words.js";

const DISTURBS = "UpdateDisturbs";
const VERBS = ["create", "update", "replace", "delete"];

export const interrupted = (told) => new Set((told.warnings ?? []).filter((a) => a.code === DISTURBS).map((a) => a.target));

export function summary(told) {
  const plan = told.plan ?? [];
  const count = VERBS.map((verb) => `${plan.filter((step) => step.action === verb).length} to ${verb}`).join(", ");
  const parts = [count];
  const total = told.monthlyCost;
  if (total && total.before !== null && total.after !== null) {
    const more = total.after - total.before;
    parts.push(`${more < 0 ? "" : "+"}${more.toFixed(2)} ${total.currency}/month${total.complete ? "" : " and what is unknown"}`);
  }
  return parts.join("; ");
}

export function changes(told) {
  const disturbing = interrupted(told);
  const changing = (told.plan ?? []).filter((step) => step.action !== "no-op");
  if (!changing.length) return [make("p", {}, "Nothing changes.")];
  const order = [...changing].sort((a, b) => disturbing.has(b.key) - disturbing.has(a.key));
  const rows = order.map((step) =>
    row(step.key, cell(step.action, step.action), cell(step.key), cell(differences(step)), cell(money(step.monthlyCost), "number"),
      cell(disturbing.has(step.key) ? `interrupts, about ${span(step.expectedSeconds)}` : "", "high")));
  return [make("p", {}, make("strong", {}, summary(told))),
    table("What the plan changes", ["Action", "Resource", "Before → after", "Monthly USD", "Interruption"], rows)];
}

const differences = (step) =>
  (step.changes ?? []).map((c) => make("div", { class: "change" }, make("code", {}, c.path), ": ", make("del", {}, value(c.before)), " → ", make("ins", {}, value(c.after)),
    c.certainty && c.certainty !== "certain" ? ` (${c.certainty})` : ""));

export function warnings(told) {
  const list = [...(told.warnings ?? [])].sort((a, b) => (b.code === DISTURBS) - (a.code === DISTURBS));
  if (!list.length) return [];
  const rows = list.map((a, n) => row(`${n}`, a.code, a.target, a.message));
  return [make("details", { "data-key": "warnings" }, make("summary", {}, `${list.length} warning${list.length === 1 ? "" : "s"} of the plan`),
    table("Warnings of the plan", ["Warning", "Target", "Why"], rows))];
}

// The decision, beside all that it rests on.
export function decision(told) {
  if (told.phase !== "awaiting-approval") return [];
  if (told.decision) return [make("p", {}, `Decided: ${told.decision}.`)];
  const seconds = (told.plan ?? []).filter((s) => interrupted(told).has(s.key)).reduce((sum, s) => sum + s.expectedSeconds, 0);
  const cut = seconds ? `Users are interrupted for about ${span(seconds)}.` : "Nobody is interrupted.";
  return [make("div", { class: "decision", "data-key": "decision" },
    make("h3", {}, "Approve this plan?"),
    make("p", {}, `${cut} To be decided before ${moment(told.approveBefore)}.`),
    changes(told),
    make("label", { for: "comment" }, "Comment, kept with the decision"),
    make("textarea", { id: "comment", rows: 2 }),
    make("p", {}, button("Approve", "approve", { id: told.id }, "main"), " ", button("Reject", "reject", { id: told.id }, "danger")))];
}
