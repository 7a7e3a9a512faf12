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
