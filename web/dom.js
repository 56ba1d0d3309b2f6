// Elements from data, and laying fresh ones over those on show. Data only ever becomes text and
// attributes, never markup; what an element does is named by its data-do and wired in one place.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "place") for (const [side, at] of Object.entries(value)) element.style.setProperty(side, at);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Lays `fresh` over what stands in `place`, so that focus, open details and what is typed stay.
export function patch(place, fresh) {
  children(place, [fresh].flat(Infinity).filter(Boolean));
}

function children(there, fresh) {
  fresh.forEach((node, index) => {
    const old = there.childNodes[index];
    if (!old) there.append(node);
    else if (!same(old, node)) there.replaceChild(node, old);
    else if (node.nodeType === Node.TEXT_NODE) {
      if (old.data !== node.data) old.data = node.data;
    } else {
      attributes(old, node);
      children(old, [...node.childNodes]);
    }
  });
  while (there.childNodes.length > fresh.length) there.lastChild.remove();
}

const same = (a, b) => a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key;
const KEPT = new Set(["open"]); // a person opens and closes it

function attributes(there, fresh) {
  for (const { name } of [...there.attributes])
    if (!fresh.hasAttribute(name) && !KEPT.has(name) && name !== "style") there.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (name !== "style" && there.getAttribute(name) !== value) there.setAttribute(name, value);
  if (there.style?.cssText !== fresh.style?.cssText) there.style.cssText = fresh.style.cssText;
}

export const button = (text, what, of = {}, className = "") =>
  make("button", { type: "button", class: className, "data-do": what, ...data(of) }, text);

export const link = (text, hash, className = "") => make("a", { href: hash, class: className }, text);

const data = (of) => Object.fromEntries(Object.entries(of).map(([name, value]) => [name === "label" ? "aria-label" : `data-${name}`, value]));

export function table(caption, columns, rows) {
  const heads = columns.map((name) => make("th", { scope: "col", class: name.endsWith("USD") ? "number" : "" }, name));
  const head = make("thead", {}, make("tr", {}, heads));
  const drawn = make("table", {}, make("caption", { class: "unseen" }, caption), head, make("tbody", {}, rows));
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, drawn);
}

export const row = (key, ...cells) =>
  make("tr", { "data-key": key }, cells.map((cell) => (cell?.nodeName === "TD" ? cell : make("td", {}, cell))));

export const cell = (content, className) => make("td", { class: className }, content);
