// The contact sheet, the player, and decisions by button or key.
"use strict";
(() => {
  const LEAD_S = 1.0;  // a jump starts a little before the personal part, so that its seam is heard
  const cards = JSON.parse(document.getElementById("cards").textContent);
  const root = document.querySelector("[data-review]");
  const grid = root.querySelector("[data-grid]");
  const stage = root.querySelector(".bn-stage");
  const at = (name) => stage.querySelector(`[data-${name}]`);
  const player = at("player");
  const reason = stage.querySelector("#reject-reason");
  const token = document.querySelector("[data-unflagged] [name=csrfmiddlewaretoken]").value;
  const mayDecide = root.dataset.may === "true";
  let filter = "all";
  let current = null;

  const make = (tag, classes, text) => {
    const node = document.createElement(tag);
    if (classes) node.className = classes;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const fits = (card, name) =>
    name === "all" || (name === "flagged" ? card.flags.length > 0 : card.state === name);
  const shown = () => cards.filter((card) => fits(card, filter) || card === current);

  const posterOf = (card) => {
    const item = make("div");
    item.setAttribute("role", "listitem");
    item.style.display = "contents";
    const button = make("button", "bn-poster");
    button.type = "button";
    button.dataset.pk = card.pk;
    button.setAttribute("aria-current", card === current);
    if (card.poster) {
      const image = make("img");
      image.src = card.poster;
      image.alt = "";
      image.loading = "lazy";
      button.append(image);
    } else {
      button.append(make("span", "bn-noposter"));
    }
    const text = make("span", "bn-poster-text");
    text.append(make("span", "bn-poster-name", card.name));
    text.append(make("span", "bn-poster-sub", `row ${card.row}, ${clock(card.seconds)}`));
    text.append(make("span", `bn-chip bn-chip-${card.state}`, card.label));
    button.append(text);
    if (card.flags.length) {
      button.append(make("span", "bn-poster-flag", card.flags.length === 1 ? "1 flag" : `${card.flags.length} flags`));
    }
    button.addEventListener("click", () => open(card));
    item.append(button);
    return item;
  };

  const drawGrid = () => {
    grid.replaceChildren(...shown().map(posterOf));
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.setAttribute("aria-pressed", button.dataset.filter === filter);
      button.querySelector("[data-count]").textContent =
        cards.filter((card) => fits(card, button.dataset.filter)).length;
    }
    const marked = grid.querySelector("[aria-current=true]");
    if (marked) marked.scrollIntoView({ block: "nearest" });
  };

  const drawStanding = () => {
    at("state").textContent = current.label;
    at("state").className = `bn-chip bn-chip-${current.state}`;
    const rejected = current.state === "rejected";
    at("reason").hidden = !rejected;
    at("reason").textContent = rejected ? `Rejected${current.by ? ` by ${current.by}` : ""}: ${current.reason}` : "";
    at("approve").disabled = !mayDecide || current.state === "approved";
    at("reject").disabled = !mayDecide;
  };

  const jumpTo = (segment) => {
    player.currentTime = Math.max(0, segment.start_s - LEAD_S);
    player.play().catch(() => {});
  };

  const jumpButton = (segment) => {
    const button = make("button", `bn-jump${segment.personal ? " bn-jump-personal" : ""}`);
    button.type = "button";
    button.append(make("time", "", clock(segment.start_s)), make("span", "", segment.text));
    if (segment.personal) button.append(make("span", "bn-visually-hidden", "personal"));
    button.addEventListener("click", () => jumpTo(segment));
    return button;
  };

  const setVideo = (card) => {
    player.poster = card.poster;
    player.replaceChildren();
    if (card.captions) {
      const track = make("track");
      Object.assign(track, { kind: "captions", src: card.captions, srclang: "en", label: "Captions", default: true });
      player.append(track);
    }
    player.src = card.video;
    player.setAttribute("aria-label", `Video for ${card.name}`);
  };

  const open = (card) => {
    current = card;
    at("name").textContent = card.name;
    at("sub").textContent = `row ${card.row}${card.email ? `, ${card.email}` : ""}`;
    setVideo(card);
    at("flags").replaceChildren(...card.flags.map((flag) => make("p", "bn-note bn-note-warn", flag)));
    at("jumps").replaceChildren(...card.segments.map(jumpButton));
    at("scores").replaceChildren(...card.scores.map((score) => {
      const node = make("span", "", `${score.name} `);
      node.append(make("b", "", typeof score.value === "number" ? String(+score.value.toFixed(3)) : score.value));
      return node;
    }));
    closeReject();
    tell("");
    drawStanding();
    drawGrid();
  };

  const tell = (sentence) => {
    at("problem").textContent = sentence;
    at("problem").hidden = !sentence;
  };

  const move = (by) => {
    const list = shown();
    const next = list[list.indexOf(current) + by];
    if (next) open(next);
  };

  const goOn = () => {
    // To the next one that still waits, after this one first, then from the start.
    const from = cards.indexOf(current);
    const order = [...cards.slice(from + 1), ...cards.slice(0, from)];
    const next = order.find((card) => card.state === "pending" && fits(card, filter));
    if (next) open(next); else { drawStanding(); drawGrid(); }
  };

  const decide = async (decision, why) => {
    if (!mayDecide) return;
    const card = current;
    const body = JSON.stringify({ decision, reason: why, seen: card.seen });
    try {
      const reply = await fetch(card.decide, {
        method: "POST", body, headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
      });
      const answer = reply.ok || reply.status === 409 ? await reply.json() : { problem: `The server answered ${reply.status}. Try again.` };
      if (answer.problem) { tell(answer.problem); return; }
      Object.assign(card, answer);
      if (card === current) goOn(); else drawGrid();
    } catch (problem) {
      tell(`Not saved: ${problem.message}. Try again.`);
    }
  };

  const closeReject = () => { at("reject-form").hidden = true; reason.value = ""; };
  const openReject = () => {
    if (!mayDecide) return;
    at("reject-form").hidden = false;
    reason.focus();
  };
  const sendReject = () => {
    if (!reason.value.trim()) { tell("Say why you reject it."); reason.focus(); return; }
    decide("reject", reason.value);
  };

  const nextPersonal = () => {
    const personal = current.segments.filter((segment) => segment.personal);
    const after = personal.find((segment) => segment.start_s - LEAD_S > player.currentTime + 0.05);
    if (after || personal.length) jumpTo(after || personal[0]);
  };

  const keys = {
    a: () => { if (current.state !== "approved") decide("approve", ""); },
    r: openReject,
    p: nextPersonal,
    arrowright: () => move(1),
    arrowdown: () => move(1),
    arrowleft: () => move(-1),
    arrowup: () => move(-1),
    " ": () => { if (player.paused) player.play().catch(() => {}); else player.pause(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.target === reason) {
      if (event.key === "Escape") closeReject();
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); sendReject(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key === " " && event.target.closest("button, a, video")) return;
    const act = keys[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });
  at("approve").addEventListener("click", keys.a);
  at("reject").addEventListener("click", openReject);
  at("reject-cancel").addEventListener("click", closeReject);
  at("reject-form").addEventListener("submit", (event) => { event.preventDefault(); sendReject(); });
  for (const button of stage.querySelectorAll("[data-common]")) {
    button.addEventListener("click", () => { reason.value = button.textContent; reason.focus(); });
  }
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.addEventListener("click", () => {
      filter = button.dataset.filter;
      const first = cards.find((card) => fits(card, filter));
      if (first && !fits(current, filter)) open(first); else drawGrid();
    });
  }
  open(cards.find((card) => card.state === "pending") || cards[0]);
})();
