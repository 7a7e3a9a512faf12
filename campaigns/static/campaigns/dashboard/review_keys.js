// Which key does what on the review page: changed by the person, kept in this browser.
"use strict";
window.bnKeys = (() => {
  const STORE = "bn-review-keys";
  const ACTIONS = {
    approve: ["Approve", "a"],
    reject: ["Reject", "r"],
    undo: ["Undo", "u"],
    personal: ["Next personal sentence", "p"],
    comment: ["Comment at this moment", "c"],
    poster: ["This frame as the poster", "o"],
    search: ["Search", "/"],
    help: ["These keys", "?"],
  };
  const FIXED = {
    arrowright: "next", arrowdown: "next", arrowleft: "previous", arrowup: "previous", " ": "play",
  };
  const dialog = document.querySelector("[data-keys-dialog]");
  const problem = dialog.querySelector("[data-key-problem]");
  let waiting = null;  // the action whose next key is being chosen

  const read = () => {
    try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch { return {}; }
  };
  const keyOf = (action) => {
    const own = read()[action];
    return typeof own === "string" && own ? own : ACTIONS[action][1];
  };
  const show = (key) => (key.length === 1 ? key.toUpperCase() : key);
  const actionOf = (key) =>
    FIXED[key] || Object.keys(ACTIONS).find((action) => keyOf(action) === key);

  const label = () => {
    for (const place of document.querySelectorAll("[data-key-of]")) place.textContent = show(keyOf(place.dataset.keyOf));
  };

  const draw = () => {
    dialog.querySelector("[data-key-list]").replaceChildren(...Object.entries(ACTIONS).map(([action, [name]]) => {
      const row = document.createElement("li");
      const text = document.createElement("span");
      text.textContent = name;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "bn-button bn-button-small";
      button.textContent = waiting === action ? "Press a key" : show(keyOf(action));
      button.setAttribute("aria-label", `${name}: ${show(keyOf(action))}. Change it`);
      button.addEventListener("click", () => { waiting = action; draw(); dialog.querySelector(`[data-for=${action}]`).focus(); });
      button.dataset.for = action;
      row.append(text, button);
      return row;
    }));
  };

  const tell = (sentence) => { problem.textContent = sentence; problem.hidden = !sentence; };

  const choose = (key) => {
    const taken = actionOf(key);
    if (taken && taken !== waiting) {
      tell(`${show(key)} does “${ACTIONS[taken] ? ACTIONS[taken][0] : taken}” already. Press another key.`);
      return;
    }
    localStorage.setItem(STORE, JSON.stringify({ ...read(), [waiting]: key }));
    const chosen = waiting;
    waiting = null;
    tell("");
    label();
    draw();
    dialog.querySelector(`[data-for=${chosen}]`).focus();
  };

  dialog.addEventListener("keydown", (event) => {
    if (!waiting) return;
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape" || event.key === "Tab") { waiting = null; tell(""); draw(); return; }
    choose(event.key.toLowerCase());
  });
  dialog.addEventListener("close", () => { waiting = null; tell(""); });
  dialog.querySelector("[data-keys-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-keys-reset]").addEventListener("click", () => {
    localStorage.removeItem(STORE);
    waiting = null;
    tell("");
    label();
    draw();
  });
  const open = () => { draw(); dialog.showModal(); };
  document.querySelector("[data-help]").addEventListener("click", open);
  label();
  return { actionOf, open };
})();
