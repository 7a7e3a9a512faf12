// The cards: a window of pages of them, the next fetched ahead; the personal moment plays under the pointer.
"use strict";
window.bnReviewList = (() => {
  const PAGES_KEPT = 8;  // more are dropped at the top, and come back by a button
  const AHEAD = 10;  // cards before the end at which the next page is fetched
  const HOVER_MS = 180;
  const LEAD_S = 0.4;
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const root = document.querySelector("[data-review]");
  const grid = root.querySelector("[data-grid]");
  const earlier = root.querySelector("[data-earlier]");
  const nodes = new Map();  // pk → the card's node
  let pages = [];  // [{after, cards, next}], the shown ones
  let dropped = [];  // where the pages began that were dropped at the top
  let asked = {};  // {show, sort, q}
  let fetching = null;
  let current = null;
  let onOpen = () => {};

  root.style.setProperty("--bn-aspect", facts.aspect);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const make = (tag, classes, text) => {
    const node = document.createElement(tag);
    if (classes) node.className = classes;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const cards = () => pages.flatMap((page) => page.cards);

  const moving = make("video", "bn-moving");
  Object.assign(moving, { muted: true, playsInline: true, preload: "none" });
  moving.setAttribute("aria-hidden", "true");
  moving.tabIndex = -1;
  let moment = null;  // [start_s, end_s] that plays under the pointer
  let soon = 0;
  moving.addEventListener("timeupdate", () => {
    if (moment && moving.currentTime > moment[1]) moving.currentTime = moment[0];
  });
  moving.addEventListener("loadedmetadata", () => { if (moment) moving.currentTime = moment[0]; });
  const stopMoving = () => {
    clearTimeout(soon);
    if (!moving.isConnected) return;
    moving.pause();
    moving.removeAttribute("src");
    moving.load();
    moving.remove();
    moment = null;
  };
  const playSoon = (card, frame) => {
    stopMoving();
    if (still.matches) return;
    soon = setTimeout(() => {
      const part = card.segments.find((segment) => segment.personal);
      moment = part ? [Math.max(0, part.start_s - LEAD_S), part.end_s + LEAD_S] : [0, card.seconds];
      frame.append(moving);
      moving.src = card.video;
      moving.play().catch(() => {});
    }, HOVER_MS);
  };

  const frameOf = (card) => {
    const frame = make("span", "bn-frame");
    if (!card.poster) { frame.append(make("span", "bn-noposter")); return frame; }
    const image = make("img");
    Object.assign(image, { alt: "", loading: "lazy", decoding: "async" });
    image.addEventListener("load", () => {
      // Its own shape: the take may have been another one when this was made.
      if (image.naturalWidth) frame.style.setProperty("--bn-aspect", image.naturalWidth / image.naturalHeight);
    });
    image.src = card.poster;
    frame.append(image);
    return frame;
  };

  const nodeOf = (card) => {
    const item = make("div");
    item.setAttribute("role", "listitem");
    item.style.display = "contents";
    const button = make("button", "bn-poster");
    button.type = "button";
    button.dataset.pk = card.pk;
    button.setAttribute("aria-current", card === current);
    const frame = frameOf(card);
    button.append(frame);
    const text = make("span", "bn-poster-text");
    text.append(make("span", "bn-poster-name", card.alike > 1 ? `${card.name} × ${card.alike.toLocaleString("en")}` : card.name));
    const open = card.comments.filter((comment) => !comment.resolved).length;
    const talk = open ? `, ${open} comment${open === 1 ? "" : "s"}` : "";
    text.append(make("span", "bn-poster-sub", `row ${card.row}, ${clock(card.seconds)}${talk}`));
    text.append(make("span", `bn-chip bn-chip-${card.state}`, card.label));
    button.append(text);
    if (card.flags.length) {
      button.append(make("span", "bn-poster-flag", card.flags.length === 1 ? "1 flag" : `${card.flags.length} flags`));
    }
    button.addEventListener("click", () => { stopMoving(); open_(card); });
    button.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") playSoon(card, frame); });
    button.addEventListener("pointerleave", stopMoving);
    button.addEventListener("focus", () => { if (button.matches(":focus-visible")) playSoon(card, frame); });
    button.addEventListener("blur", stopMoving);
    item.append(button);
    nodes.set(card.pk, item);
    return item;
  };

  const redraw = (card) => {
    const old = nodes.get(card.pk);
    if (old) old.replaceWith(nodeOf(card));
  };

  const mark = (card, is) => {
    const node = nodes.get(card.pk);
    if (!node) return;
    const button = node.firstElementChild;
    button.setAttribute("aria-current", is);
    if (is) button.scrollIntoView({ block: "nearest" });
  };

  const open_ = (card) => {
    if (current) mark(current, false);
    current = card;
    mark(card, true);
    onOpen(card);
    const list = cards();
    if (list.indexOf(card) >= list.length - AHEAD) more();
  };

  const address = (after, counts) => {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    if (after) query.set("after", after);
    if (counts) query.set("counts", counts);
    return `${facts.cards}?${query}`;
  };
  const ask = async (after, counts) => {
    const reply = await fetch(address(after, counts));
    if (!reply.ok) throw new Error(`The server answered ${reply.status}. Reload the page.`);
    return reply.json();
  };

  const append = (page) => {
    pages.push(page);
    grid.append(...page.cards.map(nodeOf));
    while (pages.length > PAGES_KEPT && !pages[0].cards.includes(current)) dropFirst();
    earlier.hidden = !dropped.length;
    root.querySelector("[data-none]").hidden = pages.some((one) => one.cards.length);
  };
  const forget = (page) => {
    for (const card of page.cards) { nodes.get(card.pk)?.remove(); nodes.delete(card.pk); }
  };
  const dropFirst = () => {
    const page = pages.shift();
    dropped.push(page.after);
    forget(page);
  };

  // The next page, once; true where one came.
  const more = () => {
    const last = pages[pages.length - 1];
    if (!last || !last.next) return Promise.resolve(false);
    if (!fetching) {
      const mine = asked;
      fetching = ask(last.next, "").then((page) => {
        if (mine !== asked) return false;
        append({ after: last.next, ...page });
        return true;
      }).catch(() => false).finally(() => { fetching = null; });
    }
    return fetching;
  };

  earlier.addEventListener("click", async () => {
    const after = dropped.pop();
    const page = { after, ...(await ask(after, "")) };
    pages.unshift(page);
    grid.prepend(...page.cards.map(nodeOf));
    while (pages.length > PAGES_KEPT && !pages[pages.length - 1].cards.includes(current)) forget(pages.pop());
    earlier.hidden = !dropped.length;
  });

  const begin = (page) => {
    stopMoving();
    pages = [];
    dropped = [];
    nodes.clear();
    grid.replaceChildren();
    append({ after: "", ...page });
  };

  // Another filter, order or search: the new first page, with the counts.
  const load = async (query) => {
    asked = query;
    fetching = null;
    const page = await ask("", "yes");
    if (asked !== query) return null;
    current = null;
    begin(page);
    return page;
  };

  new IntersectionObserver((seen) => { if (seen[0].isIntersecting) more(); }, { rootMargin: "600px" })
    .observe(root.querySelector("[data-more]"));

  return {
    facts, make, clock, cards, begin, load, more, redraw, open: open_,
    counts: () => ask("", "only"),
    current: () => current,
    set asked(query) { asked = query; },
    set onOpen(act) { onOpen = act; },
  };
})();
