// Asks before something goes, naming what; resolves to what was chosen, or to null.

import { make } from "./dom.js";

export function confirm({ title, going = [], word, choices = [], comment = false, act }) {
  const box = document.getElementById("confirm");
  const boxes = choices.map(({ id, text }) => make("label", { class: "choice" }, make("input", { type: "checkbox", id }), text));
  const items = going.slice(0, 60).map((one) => make("li", {}, one));
  const typed = word ? [make("label", { for: "word" }, `Type ${word} to go on`), make("input", { id: "word", autocomplete: "off" })] : [];
  const why = comment ? [make("label", { for: "why" }, "Comment, kept with the operation"), make("input", { id: "why", autocomplete: "off", maxlength: 2000 })] : [];
  const go = make("button", { type: "submit", value: "go", class: "danger" }, act);
  box.replaceChildren(make("form", { method: "dialog" },
    make("h2", { id: "confirm-title" }, title),
    items.length ? make("ul", { tabindex: 0, "aria-label": "What goes" }, items) : "",
    ...boxes, ...typed, ...why,
    make("p", {}, make("button", { type: "submit", value: "" }, "Keep everything"), " ", go)));
  const word_ = box.querySelector("#word");
  const ready = () => { go.disabled = Boolean(word) && word_.value !== word; };
  word_?.addEventListener("input", ready);
  ready();
  box.returnValue = "";
  box.showModal();
  return new Promise((done) => {
    box.addEventListener("close", () => {
      const chosen = Object.fromEntries(choices.map(({ id }) => [id, box.querySelector(`#${id}`).checked]));
      if (comment) chosen.comment = box.querySelector("#why").value.trim();
      done(box.returnValue === "go" ? chosen : null);
    }, { once: true });
  });
}
