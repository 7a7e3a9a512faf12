// Beside the preview: whom the text leaves out, what a run would cost, the hard rows, and the draft.
"use strict";
(() => {
  const ROWS_AFTER_MS = 350;
  const DRAFT_AFTER_MS = 1200;
  const form = document.querySelector("[data-script]");
  const area = form.querySelector("textarea");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const left = form.querySelector("[data-left]");
  const told = form.querySelector("[data-hard-told]");
  const stand = form.querySelector("[data-default]");
  const kept = form.querySelector("[data-kept]");
  const saved = area.defaultValue;
  let asked = 0;
  let rowsTimer = 0;
  let draftTimer = 0;
  let drafted = area.value;

  const post = async (url, fields, more = {}) => {
    const body = new URLSearchParams(fields);
    const reply = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, ...more });
    if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
    return reply.json();
  };

  const buildPerson = (row) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bn-link";
    button.textContent = `row ${row.row}, ${row.name || "without a name"}`;
    button.addEventListener("click", () => form.bnShowPerson(row.pk, row.label));
    item.append(button, `: ${row.reason}`);
    return item;
  };

  // What is said where a cell is empty: one field for the first column that has such cells.
  const offerDefault = (column) => {
    const insert = [...form.querySelectorAll("[data-insert]")].find((one) => one.dataset.column === column);
    const place = insert && new RegExp(`(\\{\\{-?\\s*${insert.dataset.insert})(?=\\s*(\\||-?\\}\\}))`, "g");
    stand.hidden = !place || !place.test(area.value);
    if (stand.hidden || stand.dataset.column === column) return;
    stand.dataset.column = column;
    const label = document.createElement("label");
    label.textContent = `Where ${column} is empty, say`;
    const field = document.createElement("input");
    field.className = "bn-input";
    field.maxLength = 100;
    label.append(" ", field);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bn-button bn-button-small";
    button.textContent = "Write it into the script";
    const write = () => {
      if (!field.value.trim()) { field.focus(); return; }
      const filter = ` | default(${JSON.stringify(field.value.trim())})`;
      form.bnSetText(area.value.replace(place, (found) => found + filter));
    };
    button.addEventListener("click", write);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); write(); } });
    stand.replaceChildren(label, button);
  };

  const showRows = (answer) => {
    left.hidden = !answer.left;
    left.querySelector("[data-left-sentence]").textContent = answer.sentence;
    const items = answer.rows.map(buildPerson);
    if (answer.left > answer.rows.length) {
      const more = document.createElement("li");
      more.textContent = `and ${(answer.left - answer.rows.length).toLocaleString("en")} more`;
      items.push(more);
    }
    left.querySelector("[data-left-rows]").replaceChildren(...items);
    offerDefault((answer.rows.find((row) => row.column) || {}).column);
    form.querySelector("[data-cost]").textContent = answer.cost ? `${answer.cost}.` : "";
  };

  const askRows = async () => {
    const mine = ++asked;
    try {
      const answer = await post(form.dataset.rowsUrl, { script: area.value });
      if (mine === asked) showRows(answer);
    } catch { /* the preview tells that the server does not answer */ }
  };

  const keepDraft = async (more = {}) => {
    if (drafted === area.value) return;
    const text = area.value;
    drafted = text;
    try {
      const answer = await post(form.dataset.draftUrl, { script: text, based_on: form.elements.based_on.value }, more);
      kept.textContent = answer.kept ? `Not saved; a draft is kept since ${answer.kept}` : "";
    } catch {
      drafted = null;
      kept.textContent = "Not saved, and no draft could be kept: the server does not answer";
    }
  };

  const findHard = async (button) => {
    try {
      const { rows } = await post(form.dataset.hardUrl, { script: area.value, kind: button.dataset.hard });
      const at = rows.findIndex((row) => String(row.pk) === form.querySelector("[data-recipient]").value);
      const next = rows[(at + 1) % rows.length];  // another click: the next hard one of this kind
      told.hidden = false;
      told.textContent = next ? `${next.label}: ${next.reason}` : "No row is like that.";
      if (next) form.bnShowPerson(next.pk, next.label);
    } catch (problem) {
      told.hidden = false;
      told.textContent = `Not found: ${problem.message}.`;
    }
  };

  area.addEventListener("input", () => {
    clearTimeout(rowsTimer);
    rowsTimer = setTimeout(askRows, ROWS_AFTER_MS);
    clearTimeout(draftTimer);
    draftTimer = setTimeout(keepDraft, DRAFT_AFTER_MS);
    if (area.value === saved) kept.textContent = "";
  });
  let submitted = false;
  form.addEventListener("submit", () => { submitted = true; clearTimeout(draftTimer); });
  window.addEventListener("pagehide", () => { if (!submitted) keepDraft({ keepalive: true }); });
  for (const button of form.querySelectorAll("[data-hard]")) {
    button.addEventListener("click", () => findHard(button));
  }
  askRows();
})();
