// Follows every job on the page until it ends; then goes to where the page says, or loads it anew.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const FIRST_MS = 400;
  const SLOWEST_MS = 2000;

  const waitingLine = (job) => (job.place ? `Waits behind ${job.place} other${job.place === 1 ? "" : "s"}.` : "Begins in a moment.");

  const show = (at, job) => {
    at("stage").textContent = job.state === "waiting" ? waitingLine(job) : job.stage;
    at("eta").textContent = job.eta ? `${job.eta} left` : "";
    at("bar").setAttribute("aria-valuenow", job.percent);
    at("bar").firstElementChild.style.width = `${job.percent}%`;
    at("failure").textContent = job.failure;
    at("failure").hidden = !job.failure;
    at("cancel").hidden = !job.open;
    at("leave").hidden = !job.open;
    at("retry").hidden = job.state !== "failed";
  };

  const follow = (box) => {
    const at = (name) => box.querySelector(`[data-${name}]`);
    let everyMs = FIRST_MS;
    const ask = async () => {
      try {
        const reply = await fetch(box.dataset.url, {headers: {Accept: "application/json"}});
        if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
        const job = await reply.json();
        show(at, job);
        box.dispatchEvent(new CustomEvent("job", {detail: job, bubbles: true}));
        const next = job.result.next || box.dataset.next;
        if (job.state === "done" && next) { window.location.assign(next); return; }
        if (job.state === "done" || job.state === "cancelled") { window.location.reload(); return; }
        if (!job.open) return;
      } catch (problem) {
        at("stage").textContent = `No news: ${problem.message}. Asking again.`;
      }
      everyMs = Math.min(SLOWEST_MS, everyMs * 1.4);
      setTimeout(ask, everyMs);
    };
    setTimeout(ask, everyMs);
  };

  for (const box of document.querySelectorAll("[data-job][data-open=true]")) {
    if (box.dataset.followed) continue;
    box.dataset.followed = "true";  // a page with two of them loads this file twice
    follow(box);
  }
});
