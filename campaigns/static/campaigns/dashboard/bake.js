// Follows the preparation of a take until it ends.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const EVERY_MS = 1500;
  const bake = document.querySelector("[data-bake]");
  if (!bake || bake.dataset.running !== "true") return;
  const at = (name) => bake.querySelector(`[data-${name}]`);

  const ask = async () => {
    try {
      const reply = await fetch(bake.dataset.url);
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const state = await reply.json();
      if (!state.running) { window.location.reload(); return; }
      at("label").textContent = state.label;
      at("stage").textContent = state.stage || "Waiting for a free worker.";
      at("queue").hidden = !state.queue;
      at("queue").textContent = state.queue ? state.queue.sentence : "";
      at("silence").hidden = !state.silence;
      at("silence").textContent = state.silence;
      const items = state.problems.map((sentence) => {
        const item = document.createElement("li");
        item.textContent = sentence;
        return item;
      });
      at("problems").hidden = items.length === 0;
      at("problems").querySelector("ul").replaceChildren(...items);
      at("bar").setAttribute("aria-valuenow", state.percent);
      at("bar").firstElementChild.style.width = `${state.percent}%`;
    } catch (problem) {
      at("stage").textContent = `No news: ${problem.message}. Asking again.`;
    }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
});
