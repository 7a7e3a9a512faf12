// The mail's form: columns are inserted where the person writes, and the mail follows the typing.
"use strict";
(() => {
  const form = document.querySelector("[data-mail]");
  const card = document.querySelector("[data-mail-preview]");
  const person = card.querySelector("[data-recipient]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const samples = JSON.parse(document.getElementById("column-samples").textContent);
  const taking = ["email_subject", "email_body", "picture_text", "call_to_action_label", "call_to_action_url"]
    .map((name) => form.elements[name]).filter(Boolean);
  let last = form.elements.email_body;
  let asked = 0;
  let timer = 0;

  const post = async (url, fields) => {
    const reply = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": token } });
    if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
    return reply.json();
  };

  const showFault = (field, fault) => {
    const told = form.querySelector(`[data-fault="${field.name}"]`);
    told.hidden = !fault;
    told.textContent = fault ? fault.message : "";
    field.setAttribute("aria-invalid", fault ? "true" : "false");
    if (!fault || !fault.corrected) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bn-button bn-button-small";
    button.textContent = "Correct it";
    button.addEventListener("click", () => { field.value = fault.corrected; field.focus(); ask(); });
    told.append(" ", button);
  };

  const show = (answer) => {
    card.hidden = false;
    const gaps = card.querySelector("[data-gaps]");
    gaps.hidden = !(answer.problem || answer.gaps?.length);
    if (answer.problem) { gaps.textContent = answer.problem; return; }
    gaps.replaceChildren(...answer.gaps.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
    card.querySelector("[data-subject]").textContent = answer.subject;
    card.querySelector("[data-html]").srcdoc = answer.html;
    card.querySelector("[data-text]").textContent = answer.text;
    const [label, address] = answer.button;
    card.querySelector("[data-button]").textContent = label && address ? `Button on the video page: ${label} → ${address}` : "";
    for (const field of taking) showFault(field, answer.faults[field.name]);
  };

  const ask = async () => {
    const mine = ++asked;
    card.querySelector("[data-test-recipient]").value = person.value;
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    fields.set("recipient", person.value);
    try {
      const answer = await post(form.dataset.previewUrl, fields);
      if (mine === asked) show(answer);
    } catch (problem) {
      if (mine === asked) show({ problem: `No preview: ${problem.message}. It is tried again when you type.` });
    }
  };

  const findHard = async (button) => {
    const script = taking.map((field) => field.value).join("\n");
    const { rows } = await post(form.dataset.hardUrl, { script, kind: button.dataset.hard });
    const at = rows.findIndex((row) => String(row.pk) === person.value);
    const next = rows[(at + 1) % rows.length];
    if (!next) return;
    if (![...person.options].some((option) => option.value === String(next.pk))) person.add(new Option(next.label, next.pk));
    person.value = next.pk;
    ask();
  };

  const names = new Map([...form.querySelectorAll("[data-insert]")].map((button) => [button.dataset.insert, button.dataset.column]));
  for (const field of taking) {
    window.bnCompletion.attach(field, names, samples);
    field.addEventListener("focus", () => { last = field; });
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
  person.addEventListener("change", ask);
  for (const button of form.querySelectorAll("[data-insert]")) {
    button.title = (samples[button.dataset.column] || []).join(" · ") || "empty in the first rows";
    button.addEventListener("click", () => {
      last.setRangeText(`{{ ${button.dataset.insert} }}`, last.selectionStart ?? last.value.length, last.selectionEnd ?? last.value.length, "end");
      last.focus();
      ask();
    });
  }
  for (const button of card.querySelectorAll("[data-hard]")) button.addEventListener("click", () => findHard(button));
  for (const button of card.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => {
      for (const one of card.querySelectorAll("[data-show]")) one.setAttribute("aria-pressed", String(one === button));
      card.querySelector("[data-html]").hidden = button.dataset.show !== "html";
      card.querySelector("[data-text]").hidden = button.dataset.show !== "text";
    });
  }
  ask();
})();
