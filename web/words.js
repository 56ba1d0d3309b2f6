// Numbers, times and states as people read them.

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes ? `${minutes}m ${String(whole % 60).padStart(2, "0")}s` : `${whole}s`;
}

const amount = (number) => (number === null || number === undefined ? "unknown" : number.toFixed(2));

export function money(cost) {
  if (!cost) return "";
  const [before, after] = [amount(cost.before), amount(cost.after)];
  return before === after ? after : `${before} → ${after}`;
}

export const moment = (text) => (text ? new Date(text).toLocaleString() : "");
export const clock = (text) => (text ? new Date(text).toLocaleTimeString() : "");

export const value = (any) => (any === undefined || any === null ? "nothing" : typeof any === "string" ? any : JSON.stringify(any));

// A sign beside each colour, for whoever sees no colours.
export const SIGNS = { succeeded: "✓", running: "▶", waiting: "○", failed: "✕", skipped: "–", there: "✓", absent: "○" };

export const last = (record) => record.lastOperation ?? record.operation ?? {};

// Steps are timed by the orchestration's clock: "now" is the latest moment that any of them tells.
export const moments = (steps) => steps.flatMap((step) => [step.startedAt, step.settledAt]).filter(Boolean).map(Date.parse);
