// Wires the page: what is listed, what is watched, what is started.

import { key, request } from "./api.js";
import * as view from "./view.js";

const EVERY = 2000; // ms between two looks at a running operation
const at = (id) => document.getElementById(id);
let watched = null; // the operation on show
let timer = 0;

function show(id, parts) {
  at(id).replaceChildren(...parts);
}

function notice(text = "") {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

async function attempt(work) {
  notice();
  try {
    await work();
  } catch (error) {
    notice(error.message);
  }
}

async function list(link = "deployments") {
  const page = await request("GET", link);
  const rows = page.value.map(listed);
  if (link === "deployments") show("deployments", rows);
  else at("deployments").append(...rows);
  at("none").hidden = at("deployments").childElementCount > 0;
  at("more").hidden = !page.nextLink;
  at("more").onclick = () => attempt(() => list(page.nextLink));
}

function listed(record) {
  const path = `deployments/${encodeURIComponent(record.name)}`;
  const action = (text, work, className = "") =>
    view.make("button", { type: "button", className, onclick: () => attempt(work), ariaLabel: `${text} ${record.name}` }, text);
  const begin = (method, tail) => async () => watch((await request(method, path + tail)).id);
  const operation = action(record.operation.kind, () => watch(record.operation.id), "link");
  operation.ariaLabel = `show the last operation of ${record.name}, a ${record.operation.kind}`;
  const destroy = async () => {
    const typed = prompt(`This deletes what ${record.name} created, with its database. Type its name to go on.`);
    if (typed === record.name) await begin("DELETE", "?deleteData=true")();
  };
  return view.make(
    "tr", {},
    view.make("td", {}, record.name),
    view.make("td", { className: record.status }, record.status),
    view.make("td", {}, operation),
    view.make("td", { className: record.drift?.status ?? "quiet" }, record.drift?.status ?? "not checked"),
    view.make("td", {},
      action("Check drift", () => drift(record.name, path)),
      action("Repair", begin("POST", "/drift/repair")),
      action("Validate", begin("POST", "/validate")),
      action("Destroy", destroy, "danger")),
  );
}

async function watch(identity) {
  watched = identity;
  at("operation").hidden = false;
  await look(identity);
  at("operation").scrollIntoView({ block: "nearest" });
}

async function look(identity) {
  clearTimeout(timer);
  const told = await request("GET", `operations/${encodeURIComponent(identity)}`);
  if (identity !== watched) return; // another one was chosen meanwhile
  const running = told.status === "Running";
  at("operation-title").textContent = `${told.kind} ${told.deployment}`;
  for (const part of ["summary", "cost", "failure", "steps", "residue", "outputs"]) show(part, view[part](told));
  if (at("advice").dataset.of !== `${identity} ${told.phase}`) show("advice", view.advice(told));
  at("advice").dataset.of = `${identity} ${told.phase}`; // left alone while open
  const waiting = told.phase === "awaiting-approval";
  at("cancel").hidden = !running || waiting || told.kind !== "deploy";
  at("cancel").disabled = told.cancelRequested || told.phase === "rolling-back";
  at("decision").hidden = !waiting || Boolean(told.decision);
  if (running) timer = setTimeout(() => again(identity), EVERY);
  else await list();
}

async function again(identity) {
  await attempt(() => look(identity));
  // One look that failed is no reason to stop looking.
  if (!at("notice").hidden && identity === watched) timer = setTimeout(() => again(identity), 3 * EVERY);
}

async function drift(name, path) {
  at("drift").hidden = false;
  at("drift-title").textContent = `Drift of ${name}`;
  const before = (await request("GET", `${path}/drift`)).drift;
  show("report", view.report(before));
  await request("POST", `${path}/drift`);
  for (let tries = 0; tries < 60; tries += 1) {
    await new Promise((done) => setTimeout(done, 1000));
    const report = (await request("GET", `${path}/drift`)).drift;
    if (report && report.checkedAt !== before?.checkedAt) {
      show("report", view.report(report));
      await list();
      return;
    }
  }
  throw new Error(`The check of ${name} takes long: ask again later.`);
}

at("key").value = key.get();
at("key").addEventListener("change", () => {
  key.set(at("key").value.trim());
  attempt(() => list());
});
at("file").addEventListener("change", () =>
  attempt(async () => {
    const [file] = at("file").files;
    if (file) at("spec").value = await file.text();
  }));
for (const verb of ["approve", "reject", "cancel"])
  at(verb).addEventListener("click", () =>
    attempt(async () => {
      await request("POST", `operations/${encodeURIComponent(watched)}/${verb}`);
      await look(watched);
    }));
at("start").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const spec = JSON.parse(at("spec").value);
    const query = event.submitter?.value === "plan" ? "?whatIf=true" : "";
    const path = `deployments/${encodeURIComponent(spec.name ?? "unnamed")}${query}`;
    const started = await request("PUT", path, at("spec").value);
    await list();
    await watch(started.id);
  });
});
attempt(() => list());
