// The chosen video: played, decided on, commented; everything by button or key.
"use strict";
(() => {
  const LEAD_S = 1.0;  // a jump starts a little before the personal part, so that its seam is heard
  const SEARCH_MS = 250;
  const REMEDIES = { "A name is said wrong": "name", "The mouth looks wrong": "mouth", "The text is wrong": "text" };
  const list = window.bnReviewList;
  const { facts, make, clock } = list;
  const root = document.querySelector("[data-review]");
  const stage = root.querySelector(".bn-stage");
  const at = (name) => stage.querySelector(`[data-${name}]`);
  const top = (name) => document.querySelector(`[data-${name}]`);
  const player = at("player");
  const reason = stage.querySelector("#reject-reason");
  const comment = stage.querySelector("#comment-text");
  const search = top("search");
  const token = document.querySelector("[data-unflagged] [name=csrfmiddlewaretoken]").value;
  const mayDecide = root.dataset.may === "true";
  const pressed = document.querySelector("[data-filter][aria-pressed=true]");
  let query = { show: pressed ? pressed.dataset.filter : "all", sort: top("sort").value, q: search.value };

  const post = async (url, asked) => {
    const reply = await fetch(url, {
      method: "POST", body: JSON.stringify(asked), headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
    });
    if (!reply.ok && reply.status !== 409) throw new Error(`The server answered ${reply.status}. Try again.`);
    const answer = await reply.json();
    if (answer.problem) throw new Error(answer.problem);
    return answer;
  };
  const tell = (sentence) => { at("problem").textContent = sentence; at("problem").hidden = !sentence; };
  const say = (sentence) => { top("told").textContent = sentence; };

  const poster = window.bnPoster({
    stage, list, player, post,
    reload: async (pk) => { if (await list.load({ ...query })) openFirst(pk); },
  });

  // --- the stage ---

  const remedyLinks = (card) => {
    const wanted = REMEDIES[card.reason];
    const name = card.name.split(/\s+/)[0];
    const links = [];
    const link = (text, href) => { const node = make("a", "bn-link", text); node.href = href; links.push(node); };
    if (!wanted || wanted === "name") link(`Hear and correct “${name}”`, `${facts.names}?q=${encodeURIComponent(name)}`);
    if (!wanted || wanted === "text") {
      link("Open the script", facts.script);
      link(`Look at row ${card.row}`, `${facts.recipients}?q=${encodeURIComponent(card.email || card.name)}`);
    }
    const isMouth = wanted === "mouth";
    if (wanted && !isMouth || !facts.again) return links;
    const form = make("form");
    form.method = "post";
    form.action = facts.again;
    for (const [field, value] of [["csrfmiddlewaretoken", token], ["message", card.pk], ["from", "review"], ["over", isMouth ? "another" : ""]]) {
      const input = make("input");
      Object.assign(input, { type: "hidden", name: field, value });
      form.append(input);
    }
    form.append(make("button", "bn-button bn-button-small", isMouth ? "Try another stretch of the take" : "Render it again"));
    return [...links, form];
  };

  const drawStanding = () => {
    const card = list.current();
    at("state").textContent = card.label;
    at("state").className = `bn-chip bn-chip-${card.state}`;
    const rejected = card.state === "rejected";
    at("reason").hidden = !rejected;
    at("reason").replaceChildren();
    if (rejected) {
      at("reason").append(make("p", "", `Rejected${card.by ? ` by ${card.by}` : ""}: ${card.reason}`));
      const row = make("div", "bn-row");
      row.append(...remedyLinks(card));
      at("reason").append(row);
    }
    at("approve").disabled = !mayDecide || card.state === "approved";
    at("reject").disabled = !mayDecide;
  };

  const jumpTo = (second) => {
    player.currentTime = Math.max(0, second);
    player.play().catch(() => {});
  };

  const jumpButton = (segment) => {
    const button = make("button", `bn-jump${segment.personal ? " bn-jump-personal" : ""}`);
    button.type = "button";
    button.append(make("time", "", clock(segment.start_s)), make("span", "", segment.text));
    if (segment.personal) button.append(make("span", "bn-visually-hidden", "personal"));
    button.addEventListener("click", () => jumpTo(segment.start_s - LEAD_S));
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
  player.addEventListener("loadedmetadata", () => {
    if (player.videoWidth) player.style.setProperty("--bn-aspect", player.videoWidth / player.videoHeight);
  });

  const drawScores = (card) => {
    at("scores-title").hidden = at("numbers").hidden = !card.scores.length;
    const told = card.scores.filter((score, number) => score.level > 0 || number < 3);
    at("scores").replaceChildren(...told.map((score) => {
      const row = make("li", `bn-score-${score.level}`);
      const name = make("strong", "", score.words);
      row.append(name, make("span", "bn-help", score.tip));
      return row;
    }));
    at("numbers-list").replaceChildren(...card.scores.map((score) => {
      const node = make("span", "", `${score.name.replaceAll("_", " ")} `);
      node.append(make("b", "", String(+Number(score.value).toFixed(3))));
      return node;
    }));
  };

  const commentRow = (card, one) => {
    const row = make("li", one.resolved ? "bn-resolved" : "");
    const jump = make("button", "bn-jump");
    jump.type = "button";
    jump.append(make("time", "", clock(one.at_s)), make("span", "", one.text));
    jump.addEventListener("click", () => jumpTo(one.at_s));
    const by = [one.by, one.earlier ? "about an earlier video" : ""].filter(Boolean).join(", ");
    row.append(jump, make("span", "bn-poster-sub", by));
    if (mayDecide) {
      const done = make("button", "bn-button bn-button-small", one.resolved ? "Open again" : "Resolve");
      done.type = "button";
      done.addEventListener("click", () => resolve(card, one));
      row.append(done);
    }
    return row;
  };
  const drawComments = (card) => at("comments").replaceChildren(...card.comments.map((one) => commentRow(card, one)));

  const show = (card) => {
    at("name").textContent = card.name;
    at("sub").textContent = `row ${card.row}${card.email ? `, ${card.email}` : ""}`;
    setVideo(card);
    at("alike").hidden = card.alike < 2;
    at("alike").textContent =
      `${card.alike.toLocaleString("en")} people get exactly this video. A decision is about all of them.`;
    at("flags").replaceChildren(...card.flags.map((flag) => make("p", "bn-note bn-note-warn", flag)));
    at("jumps").replaceChildren(...card.segments.map(jumpButton));
    drawScores(card);
    drawComments(card);
    poster.show(card);
    comment.value = "";
    closeReject();
    tell("");
    drawStanding();
  };
  list.onOpen = show;

  // --- moving on ---

  const move = async (by) => {
    const card = list.current();
    if (!card) return;
    let order = list.cards();
    if (by > 0 && order[order.length - 1] === card && (await list.more())) order = list.cards();
    const next = order[order.indexOf(card) + by];
    if (next && list.current() === card) list.open(next);
  };

  const goOn = async (from) => {
    // To the next one that still waits, after this one first, then from the start.
    const waits = (card) => card.state === "pending" && card !== from;
    for (;;) {
      const order = list.cards();
      const next = order.slice(order.indexOf(from) + 1).find(waits);
      if (next) { list.open(next); return; }
      if (!(await list.more())) break;
    }
    const next = list.cards().find(waits);
    if (next && list.current() === from) list.open(next); else drawStanding();
  };

  // --- decisions ---

  let counting = 0;
  const drawFilters = (filters) => {
    for (const filter of filters) {
      const button = document.querySelector(`[data-filter=${filter.name}]`);
      button.hidden = filter.hidden;
      button.title = filter.count.toLocaleString("en");
      button.setAttribute("aria-pressed", filter.chosen);
      button.querySelector("[data-count]").textContent = filter.said;
    }
  };
  const countSoon = () => {
    clearTimeout(counting);
    counting = setTimeout(() => list.counts().then((page) => drawFilters(page.filters)).catch(() => {}), 400);
  };
  const drawUndo = (about) => {
    top("undo").disabled = !about || !mayDecide;
    top("undo-about").textContent = about;
  };

  const decide = async (decision, why) => {
    const card = list.current();
    if (!mayDecide || !card) return;
    try {
      const { undo, decided, ...standing } = await post(card.decide, { decision, reason: why, seen: card.seen });
      Object.assign(card, standing);
      list.redraw(card);
      drawUndo(undo);
      say(decided > 1 ? `${card.label}: ${decided.toLocaleString("en")} with the same video.` : "");
      countSoon();
      if (card === list.current()) await goOn(card);
    } catch (problem) {
      tell(problem.message);
    }
  };

  const undo = async () => {
    if (top("undo").disabled) return;
    try {
      const done = await post(facts.act, { action: "undo" });
      drawUndo(done.undo);
      const page = await list.load({ ...query });
      if (!page) return;
      drawFilters(page.filters);
      openFirst(done.message);
      say(done.told);
    } catch (problem) {
      say(problem.message);
    }
  };

  const closeReject = () => { at("reject-form").hidden = true; reason.value = ""; };
  const openReject = () => {
    if (!mayDecide || !list.current()) return;
    at("reject-form").hidden = false;
    reason.focus();
  };
  const sendReject = () => {
    if (!reason.value.trim()) { tell("Say why you reject it."); reason.focus(); return; }
    decide("reject", reason.value);
  };

  const nextPersonal = () => {
    const personal = list.current().segments.filter((segment) => segment.personal);
    const after = personal.find((segment) => segment.start_s - LEAD_S > player.currentTime + 0.05);
    if (after || personal.length) jumpTo((after || personal[0]).start_s - LEAD_S);
  };

  // --- comments ---

  const addComment = async () => {
    const card = list.current();
    if (!comment.value.trim() || !card) { comment.focus(); return; }
    try {
      const asked = { action: "comment", message: card.pk, at_s: player.currentTime || 0, text: comment.value };
      card.comments.push(await post(facts.act, asked));
      card.comments.sort((one, other) => one.at_s - other.at_s);
      comment.value = "";
      drawComments(card);
      list.redraw(card);
      countSoon();
    } catch (problem) {
      tell(problem.message);
    }
  };
  const resolve = async (card, one) => {
    try {
      Object.assign(one, await post(facts.act, { action: "resolve", comment: one.pk }));
      drawComments(card);
      list.redraw(card);
      countSoon();
    } catch (problem) {
      tell(problem.message);
    }
  };

  // --- filters, order, search ---

  const openFirst = (wanted) => {
    const cards = list.cards();
    const first = cards.find((card) => card.pk === wanted) || cards.find((card) => card.state === "pending") || cards[0];
    stage.hidden = !first;
    if (first) list.open(first); else player.removeAttribute("src");
  };
  const change = async (changed) => {
    query = { ...query, ...changed };
    try {
      const page = await list.load({ ...query });
      if (!page) return;  // another change came after this one
      drawFilters(page.filters);
      openFirst();
      const address = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
      history.replaceState(null, "", `?${address}`);
    } catch (problem) {
      say(problem.message);
    }
  };
  let searching = 0;
  search.addEventListener("input", () => {
    clearTimeout(searching);
    searching = setTimeout(() => change({ q: search.value.trim() }), SEARCH_MS);
  });
  search.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Enter") search.blur(); });
  top("sort").addEventListener("change", (event) => change({ sort: event.target.value }));
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.addEventListener("click", () => change({ show: button.dataset.filter }));
  }

  // --- buttons and keys ---

  const ask = top("ask-dialog");
  for (const form of document.querySelectorAll("form[data-ask]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      top("ask-sentence").textContent = form.dataset.ask;
      top("ask-yes").textContent = form.dataset.yes;
      top("ask-yes").onclick = () => form.submit();
      ask.showModal();
    });
  }
  top("ask-no").addEventListener("click", () => ask.close());

  const acts = {
    approve: () => { if (list.current() && list.current().state !== "approved") decide("approve", ""); },
    reject: openReject,
    undo,
    personal: nextPersonal,
    comment: () => comment.focus(),
    poster: poster.use,
    search: () => { search.focus(); search.select(); },
    help: window.bnKeys.open,
    next: () => move(1),
    previous: () => move(-1),
    play: () => { if (player.paused) player.play().catch(() => {}); else player.pause(); },
  };
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.target === reason) {
      if (event.key === "Escape") closeReject();
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); sendReject(); }
      return;
    }
    if (event.target === comment && event.key === "Escape") comment.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key === " " && event.target.closest("button, a, video, summary")) return;
    const act = acts[window.bnKeys.actionOf(event.key.toLowerCase())];
    if (act) { event.preventDefault(); act(); }
  });
  at("approve").addEventListener("click", acts.approve);
  at("reject").addEventListener("click", openReject);
  at("reject-cancel").addEventListener("click", closeReject);
  at("reject-form").addEventListener("submit", (event) => { event.preventDefault(); sendReject(); });
  at("comment-form").addEventListener("submit", (event) => { event.preventDefault(); addComment(); });
  top("undo").addEventListener("click", undo);
  for (const button of stage.querySelectorAll("[data-common]")) {
    button.addEventListener("click", () => { reason.value = button.textContent; reason.focus(); });
  }
  list.asked = { ...query };
  list.begin(JSON.parse(document.getElementById("cards").textContent));
  openFirst();
})();
