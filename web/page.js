// Wires the page: the address says what is on show, it is looked at again by itself, and what a
// person does is named by the data-do of what was used.

import { key, request } from "./api.js";
import { confirm } from "./confirm.js";
import { choice, deployment, list } from "./deployments.js";
import { make, patch } from "./dom.js";
import { operation } from "./operation.js";
import { last } from "./words.js";

const SOON = 2000; // ms between two looks while something runs
const LATER = 15000; // ms otherwise
const at = (id) => document.getElementById(id);
const path = (name, tail = "") => `deployments/${encodeURIComponent(name)}${tail}`;
let pages = 1; // of the list
let shown = 0; // counts what was asked for, so that a late answer is dropped
let timer = 0;

const route = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);

async function look({ fresh = false } = {}) {
  clearTimeout(timer);
  const ours = (shown += 1);
  let again = LATER;
  try {
    const { parts, soon } = await view(...route());
    if (ours !== shown) return;
    patch(at("view"), parts);
    if (fresh) at("title")?.focus();
    again = soon ? SOON : LATER;
    if (!fresh) quiet();
  } catch (error) {
    if (ours !== shown) return;
    notice(error);
  }
  if (!document.hidden) timer = setTimeout(look, again);
}

async function view(kind, id, step) {
  if (kind === "operations" && id) {
    const told = await request("GET", `operations/${encodeURIComponent(id)}`);
    const whole = step ? await known(`operations/${encodeURIComponent(id)}/steps/${encodeURIComponent(step)}`) : null;
    return { parts: operation(told, step, whole), soon: told.status === "Running" };
  }
  if (kind === "deployments" && id) return one(id);
  return all();
}

async function one(name) {
  const record = await request("GET", path(name));
  const told = last(record).id ? await known(`operations/${encodeURIComponent(last(record).id)}`) : null;
  const history = await known(`operations?deployment=${encodeURIComponent(name)}`);
  return { parts: deployment(record, told, history?.value), soon: told?.status === "Running" };
}

async function all() {
  const records = [];
  let next = "deployments";
  for (let page = 0; next && page < pages; page += 1) {
    const answer = await request("GET", next);
    records.push(...answer.value);
    next = answer.nextLink;
  }
  const busy = records.filter((record) => last(record).id && (last(record).status ?? record.status) === "Running");
  const told = await Promise.all(busy.map((record) => known(`operations/${encodeURIComponent(last(record).id)}`)));
  const running = new Map(busy.map((record, n) => [record.name, told[n]]));
  return { parts: list(records, running, Boolean(next)), soon: busy.length > 0 };
}

// What may be gone already, or not be there in this release.
const known = (link) => request("GET", link).catch(() => null);

function notice(error) {
  const signIn = error.status === 401 ? [" ", make("a", { href: "/.auth/login/aad" }, "Sign in")] : [];
  at("notice").replaceChildren(error.message, ...signIn);
  at("notice").hidden = false;
}

function quiet() {
  at("notice").hidden = true;
}

const ACTIONS = {
  more: () => { pages += 1; return look(); },
  check: async ({ name }) => { await request("POST", path(name, "/drift")); },
  validate: async ({ name }) => follow(await request("POST", path(name, "/validate"))),
  repair: ({ name }) => settle(name, "repair", `Put ${name} right?`, "Repair"),
  accept: ({ name }) => settle(name, "accept", `Make this part of the spec of ${name}?`, "Accept"),
  destroy: async ({ name }) => {
    const { inventory } = await request("GET", path(name));
    const kept = new Set(["adopted", "updated"]);
    const going = Object.entries(inventory ?? {}).filter(([, item]) => !kept.has(item.provenance)).map(([id, item]) => item.id ?? id);
    const data = { id: "deleteData", text: "The database and its backups go as well" };
    const chosen = await confirm({ title: `Destroy ${name}?`, going, word: name, choices: [data], act: "Destroy" });
    if (chosen) await follow(await request("DELETE", path(name, `?deleteData=${chosen.deleteData}`)));
  },
  cancel: async ({ id }) => {
    const told = await request("GET", `operations/${encodeURIComponent(id)}`);
    const going = (told.steps ?? []).filter((s) => ["succeeded", "running"].includes(s.state)).map((s) => `${s.action} of ${s.key} is undone`);
    if (await confirm({ title: `Cancel ${told.kind} ${told.deployment} and roll back?`, going, act: "Cancel and roll back" })) await decide(id, "cancel");
  },
  approve: ({ id }) => decide(id, "approve"),
  reject: ({ id }) => decide(id, "reject"),
  file: async (_, input) => { if (input.files[0]) at("spec").value = await input.files[0].text(); },
  start: async (_, form, submitter) => {
    const text = at("spec").value;
    const { name = "unnamed" } = JSON.parse(text);
    const planning = submitter?.value === "plan";
    await follow(await request(planning ? "POST" : "PUT", path(name, planning ? "/plan" : ""), text));
    form.reset();
  },
};

async function decide(id, verb) {
  const comment = at("comment")?.value.trim();
  await request("POST", `operations/${encodeURIComponent(id)}/${verb}`, comment ? JSON.stringify({ comment }) : undefined);
}

// Ends a drift: what is ticked of the last report, all of it where nothing is.
async function settle(name, verb, title, act) {
  const report = (await request("GET", path(name, "/drift"))).drift;
  const ticked = new Set([...document.querySelectorAll("input[name=drifted]:checked")].map((box) => box.value));
  const meant = (report?.changes ?? []).filter((change) => !ticked.size || ticked.has(choice(change)));
  const going = meant.map((change) => `${change.key}: ${change.path ?? change.message ?? change.id}`);
  const chosen = await confirm({ title, going, comment: true, act });
  if (!chosen) return;
  const body = { ...(ticked.size ? { paths: meant.map(choice) } : {}), ...(chosen.comment ? { comment: chosen.comment } : {}) };
  await follow(await request("POST", path(name, `/drift/${verb}`), Object.keys(body).length ? JSON.stringify(body) : undefined));
}

async function follow(started) {
  location.hash = `#/operations/${encodeURIComponent(started.id)}`;
}

async function act(element, submitter) {
  quiet();
  try {
    await ACTIONS[element.dataset.do]?.(element.dataset, element, submitter);
    await look();
  } catch (error) {
    notice(error);
  }
}

document.addEventListener("click", (event) => {
  const used = event.target.closest("button[data-do]");
  if (used) act(used);
});
document.addEventListener("change", (event) => event.target.matches("input[data-do]") && act(event.target));
document.addEventListener("submit", (event) => {
  if (!event.target.dataset.do) return;
  event.preventDefault();
  act(event.target, event.submitter);
});
document.addEventListener("visibilitychange", () => !document.hidden && look());
addEventListener("hashchange", () => { quiet(); look({ fresh: true }); });
at("key").value = key.get();
at("key").addEventListener("change", () => { key.set(at("key").value.trim()); quiet(); look(); });
look();
