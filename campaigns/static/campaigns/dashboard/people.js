// The grid of people: cells edited in place, people removed and taken back, the last edit undone.
"use strict";
(() => {
  const grid = document.querySelector("[data-people]");
  const token = document.querySelector("[data-token] input").value;
  const toast = document.querySelector("[data-toast]");
  const said = toast.querySelector("[data-said]");
  const undo = toast.querySelector("[data-undo]");
  const ask = document.querySelector("[data-ask]");
  const editable = grid.dataset.editable === "true";
  let editing = null;  // {cell, field, was}

  const adding = document.querySelector("[data-open-add]");
  const addForm = document.getElementById("add-person");
  adding.addEventListener("click", () => {
    addForm.hidden = !addForm.hidden;
    adding.setAttribute("aria-expanded", String(!addForm.hidden));
    if (!addForm.hidden) addForm.querySelector("input.bn-input").focus();
  });

  // what the server answers

  const say = (sentence, taken = null) => {
    said.textContent = sentence;
    toast.hidden = false;
    undo.hidden = !taken;
    undo.onclick = taken;
  };
  const text = (cell) => cell.querySelector("[data-text]").textContent;
  const complain = (cell, why) => {
    const line = cell.querySelector("[data-why]");
    line.textContent = why;
    line.hidden = !why;
    cell.classList.toggle("bn-wrong", Boolean(why));
  };
  const show = (row, answer) => {
    const person = answer.person;
    const chip = row.querySelector("[data-verdict]");
    chip.textContent = person.removed ? "removed" : person.verdict === "rejected" ? "needs attention" : "valid";
    chip.className = `bn-chip bn-chip-${person.verdict}`;
    row.dataset.name = person.name;
    row.dataset.removed = String(person.removed);
    row.querySelector("[data-problems]").replaceChildren(...person.problems.map((sentence) => {
      const line = document.createElement("span");
      line.className = "bn-error bn-line";
      line.textContent = sentence;
      return line;
    }));
    const cells = row.querySelectorAll("[data-cell]");
    person.cells.forEach((one, at) => {
      if (!cells[at] || (editing && editing.cell === cells[at])) return;
      cells[at].querySelector("[data-text]").textContent = one.text;
      complain(cells[at], one.wrong);
    });
    const button = row.querySelector("[data-remove]");
    button.textContent = person.removed ? "Take back" : "Remove";
    button.setAttribute("aria-label", `${button.textContent} ${person.name}`);
    for (const count of document.querySelectorAll("[data-count]")) count.textContent = answer.counts[count.dataset.count];
    const hint = document.querySelector("[data-valid-hint]");
    const { valid, attention } = answer.counts;
    if (hint) hint.textContent = `${valid} valid` + (attention ? `, ${attention} not` : "");
  };
  const send = async (row, fields) => {
    const body = new URLSearchParams({person: row.dataset.person, ...fields});
    const reply = await fetch(grid.dataset.url, {method: "POST", body, headers: {"X-CSRFToken": token, Accept: "application/json"}});
    const answer = await reply.json().catch(() => ({}));
    if (answer.person) show(row, answer);
    if (!reply.ok) throw new Error(answer.refused || answer.problem || `The server answered ${reply.status}.`);
    return answer;
  };

  // a cell

  const place = (cell) => {
    for (const other of grid.querySelectorAll("[data-cell][tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
  };
  const go = (cell) => { if (cell) { place(cell); cell.focus(); } };
  const cells = () => [...grid.querySelectorAll("[data-cell]")];
  const beside = (cell, down, right) => {
    const row = cell.closest("tr");
    const at = [...row.querySelectorAll("[data-cell]")].indexOf(cell) + right;
    let other = row;
    if (down) other = down > 0 ? row.nextElementSibling : row.previousElementSibling;
    return other ? other.querySelectorAll("[data-cell]")[at] : null;
  };

  const write = async (cell, was, now) => {
    const row = cell.closest("tr");
    cell.querySelector("[data-text]").textContent = now;
    cell.setAttribute("aria-busy", "true");
    try {
      await send(row, {action: "edit", column: cell.dataset.column, text: now, was});
      return true;
    } catch (problem) {
      if (text(cell) === now) cell.querySelector("[data-text]").textContent = was;
      complain(cell, `Not saved: ${problem.message}`);
      say(`Not saved: ${problem.message}`);
      return false;
    } finally {
      cell.removeAttribute("aria-busy");
    }
  };
  const save = async (cell, was, now) => {
    if (!await write(cell, was, now)) return;
    say(`Saved “${now || "empty"}”.`, async () => {
      undo.hidden = true;
      if (await write(cell, text(cell), was)) say(`Back to “${was || "empty"}”.`);
      go(cell);
    });
  };
  const close = (keep) => {
    if (!editing) return;
    const {cell, field, was} = editing;
    editing = null;
    const now = field.value.trim();
    field.remove();
    cell.querySelector("[data-text]").hidden = false;
    if (keep && now !== was) save(cell, was, now);
  };
  const open = (cell, first = null) => {
    if (!editable || cell.closest("tr").dataset.removed === "true") return;
    close(true);
    const was = text(cell);
    const field = document.createElement("input");
    field.className = "bn-input bn-cell-input";
    field.size = 1;  // as wide as its cell
    field.value = first === null ? was : first;
    field.setAttribute("aria-label", `${cell.dataset.column} of ${cell.closest("tr").dataset.name}`);
    cell.querySelector("[data-text]").hidden = true;
    cell.prepend(field);
    editing = {cell, field, was};
    place(cell);
    field.focus();
    if (first === null) field.select();
    field.addEventListener("blur", () => { if (editing && editing.field === field) close(true); });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      event.stopPropagation();
      if (event.key === "Escape") { close(false); go(cell); }
      else if (event.key === "Enter") { event.preventDefault(); close(true); go(beside(cell, 1, 0) || cell); }
      else if (event.key === "Tab") {
        const all = cells();
        const next = all[all.indexOf(cell) + (event.shiftKey ? -1 : 1)];
        close(true);
        if (next) { event.preventDefault(); open(next); } else go(cell);
      }
    });
  };

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && !event.target.closest("input")) open(cell);
  });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
    if (event.key in steps) { event.preventDefault(); go(beside(cell, ...steps[event.key])); }
    else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); open(cell); }
    else if (event.key.length === 1 && event.key !== " ") { event.preventDefault(); open(cell, event.key); }
  });
  const first = grid.querySelector(".bn-wrong[data-cell]") || grid.querySelector("[data-cell]");
  if (first) {
    place(first);
    const frame = grid.closest(".bn-scroll");  // the first wrong cell is in sight, wherever its column stands
    if (first.matches(".bn-wrong")) frame.scrollLeft = first.offsetLeft + first.offsetWidth - frame.clientWidth + 120;
  }

  // a person

  const confirmRemoval = (row) => new Promise((answered) => {
    const back = row.dataset.removed === "true";
    const name = row.dataset.name;
    ask.querySelector("[data-ask-title]").textContent = back ? `Take back ${name}?` : `Remove ${name}?`;
    ask.querySelector("[data-ask-text]").textContent = back
      ? "They are in the campaign again, with the link and the video that they had. Nobody is sent to twice."
      : row.dataset.sent === "true"
        ? "They were sent to already: that link goes on working. No other video is made for them, and nothing more is sent. You can take them back at any time."
        : "No video is made for them, and nothing is sent. You can take them back at any time.";
    ask.querySelector("[data-ask-yes]").textContent = back ? "Take back" : "Remove";
    ask.onclose = () => answered(ask.returnValue === "yes");
    ask.returnValue = "";
    ask.showModal();
  });
  for (const button of grid.querySelectorAll("[data-remove]")) {
    button.addEventListener("click", async () => {
      const row = button.closest("tr");
      if (!await confirmRemoval(row)) { button.focus(); return; }
      const action = row.dataset.removed === "true" ? "restore" : "remove";
      try {
        await send(row, {action});
        say(action === "remove" ? `${row.dataset.name} is removed.` : `${row.dataset.name} is back.`);
      } catch (problem) {
        say(problem.message);
      }
      button.focus();
    });
  }
})();
