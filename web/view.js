// What is shown. Data only ever becomes text nodes and attributes, never markup.

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes ? `${minutes}m ${String(whole % 60).padStart(2, "0")}s` : `${whole}s`;
}

const amount = (number) => (number === null ? "unknown" : number.toFixed(2));

export function money(cost) {
  if (!cost) return "";
  const [before, after] = [amount(cost.before), amount(cost.after)];
  return before === after ? after : `${before} → ${after}`;
}

const clock = (text) => new Date(text).toLocaleTimeString();
const NUMBERS = new Set(["Time", "Expected", "Attempts", "USD a month"]);
const row = (...cells) => make("tr", {}, ...cells);
const cell = (content, className = "") => make("td", { className }, content ?? "");

function table(columns, rows) {
  const heads = columns.map((name) => make("th", { scope: "col", className: NUMBERS.has(name) ? "number" : "" }, name));
  return make("table", {}, make("thead", {}, row(...heads)), make("tbody", {}, ...rows));
}

export function summary(told) {
  const parts = [make("strong", { className: told.status }, told.status), `, ${told.phase}`];
  if (told.phase !== "finished" && told.expectedEnd)
    parts.push(`; expected to end at ${clock(told.expectedEnd)}`);
  if (told.phase === "awaiting-approval")
    parts.push(told.decision ? `; decided: ${told.decision}` : `; to be approved before ${new Date(told.approveBefore).toLocaleString()}`);
  if (told.unchanged) parts.push(`; ${told.unchanged} unchanged`);
  if (told.cancelRequested && told.status === "Running") parts.push("; cancel requested");
  return parts;
}

// Steps are timed by the orchestration's clock: "now" is the latest moment any of them tells.
function latest(steps) {
  return Math.max(0, ...steps.flatMap((s) => [s.startedAt, s.settledAt]).filter(Boolean).map(Date.parse));
}

export function steps(told) {
  const list = told.steps ?? [];
  if (!list.length) return [];
  const now = latest(list);
  const critical = new Set(told.criticalPath ?? []);
  const same = (step) => `${step.action} ${step.key}`; // what is undone costs otherwise than planned
  const costs = new Map((told.plan ?? []).map((step) => [same(step), step.monthlyCost]));
  const rows = list.map((step) => stepRow(step, now, critical.has(step.key), costs.get(same(step))));
  return [table(["Step", "Action", "Progress", "Time", "Expected", "Attempts", "USD a month", "State"], rows)];
}

function stepRow(step, now, critical, cost) {
  const end = step.settledAt ? Date.parse(step.settledAt) : now;
  const seconds = step.startedAt ? (end - Date.parse(step.startedAt)) / 1000 : 0;
  const share = step.settledAt ? 1 : Math.min(0.95, seconds / Math.max(1, step.expectedSeconds));
  const note = step.failure?.code ?? step.detail ?? step.warning;
  const name = critical ? make("span", { className: "critical", title: "on the critical path" }, step.key) : step.key;
  return row(
    cell(name),
    cell(step.action),
    cell(bar(step, share)),
    cell(step.startedAt ? span(seconds) : "", "number"),
    cell(span(step.expectedSeconds), "number"),
    cell(String(step.attempts), "number"),
    cell(money(cost), "number"),
    cell(note ? `${step.state}: ${note}` : step.state, step.state),
  );
}

function bar(step, share) {
  const percent = Math.round(100 * (step.startedAt ? share : 0));
  const inside = make("div", { className: step.state });
  inside.style.width = `${percent}%`;
  const outside = make("div", { className: "bar", role: "progressbar", ariaLabel: step.key }, inside);
  outside.ariaValueMin = "0";
  outside.ariaValueMax = "100";
  outside.ariaValueNow = String(percent);
  return outside;
}

export function failure(told) {
  const parts = [];
  if (told.failure)
    parts.push(make("h3", {}, "Why"), make("p", { className: "Failed" }, `${told.failure.code}: ${told.failure.message}`));
  for (const refused of told.refusals ?? [])
    parts.push(make("p", {}, `${refused.target}: ${refused.message}`));
  return parts;
}

export function residue(told) {
  const left = told.residue ?? [];
  if (!left.length) return [];
  const shown = left.flatMap((item) => [
    make("p", {}, `${item.id}: ${item.reason}`),
    make("pre", { tabIndex: 0 }, item.command),
  ]);
  return [make("h3", {}, "Left behind, and how to finish it"), ...shown];
}

const change = (c) => (c.certainty ? `${c.path} (${c.certainty})` : c.path);

// What all of it costs, also while it is being made.
export function cost(told) {
  const total = told.monthlyCost;
  if (!total) return [];
  const rest = total.complete ? "" : ", without what is unknown";
  return [
    make("strong", {}, `${total.currency} ${money(total)} a month`),
    ` at list prices of ${total.pricesOf} in ${total.region}${rest}; circuit, traffic and logs are not in it`,
  ];
}

export function advice(told) {
  const list = told.warnings ?? [];
  const changes = (told.plan ?? []).filter((step) => step.action !== "no-op");
  const parts = [];
  if (changes.length && !(told.steps ?? []).length) {
    const rows = changes.map((s) =>
      row(cell(s.action), cell(s.key), cell(money(s.monthlyCost), "number"), cell(s.changes.map(change).join(", "))));
    parts.push(make("h3", {}, "Plan"), table(["Action", "Resource", "USD a month", "Changes"], rows));
  }
  if (list.length) {
    const rows = list.map((a) => row(cell(a.code), cell(a.target), cell(a.message)));
    const inside = make("div", { className: "scroll" }, table(["Warning", "Target", "Why"], rows));
    parts.push(make("details", {}, make("summary", {}, `${list.length} warnings of the plan`), inside));
  }
  return parts;
}

export function outputs(told) {
  if (told.status !== "Succeeded" || !Object.keys(told.outputs ?? {}).length) return [];
  return [make("h3", {}, "Outputs"), make("pre", { tabIndex: 0 }, JSON.stringify(told.outputs, null, 2))];
}

export function report(drift) {
  if (!drift) return [make("p", { className: "quiet" }, "Not checked yet.")];
  const head = make("p", {}, make("strong", { className: drift.status }, drift.status), ` at ${new Date(drift.checkedAt).toLocaleString()}`);
  if (drift.failure) return [head, make("p", {}, `${drift.failure.code}: ${drift.failure.message}`)];
  const rows = drift.changes.map((c) =>
    row(cell(c.severity, c.severity), cell(c.class), cell(c.key), cell(c.path ?? c.message), cell(value(c.before)), cell(value(c.after))),
  );
  return rows.length ? [head, table(["Severity", "Kind", "Resource", "Where", "Should be changed from", "to"], rows)] : [head];
}

const value = (any) => (any === undefined ? "" : typeof any === "string" ? any : JSON.stringify(any));
