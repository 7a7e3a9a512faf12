// The names step: each word is heard as it is said now or as somebody types, and the count goes on meanwhile.
"use strict";
(() => {
  const words = document.querySelector("[data-words]");

  const prepare = (item) => {
    const [play, attempt] = [item.querySelector("[data-play]"), item.querySelector("[data-try]")];
    const said = item.querySelector("[data-said]");
    const told = item.querySelector("[data-told]");
    const scope = item.querySelector("[data-scope]");
    const tell = (sentence) => {
      told.textContent = sentence;
      told.hidden = !sentence;
      said.setAttribute("aria-invalid", sentence ? "true" : "false");
    };
    play.addEventListener("click", () => bnPlayer.play(play.dataset.sound, play, tell));
    attempt.addEventListener("click", () => {
      const typed = said.value.trim();
      const more = typed ? `&said=${encodeURIComponent(typed)}` : "";
      bnPlayer.play(play.dataset.sound + more, play, tell);
    });
    scope.addEventListener("change", () => { item.querySelector("[data-row]").hidden = scope.value !== "row"; });
  };

  const show = (progress) => {
    const bar = words.querySelector("[data-bar]");
    bar.hidden = !progress.running;
    bar.setAttribute("aria-valuenow", progress.percent);
    bar.firstElementChild.style.width = `${progress.percent}%`;
    words.querySelector("[data-state]").textContent = !progress.counted
      ? "counting the words"
      : progress.running ? `${progress.done} of ${progress.total} looked up` : "done: reload to see the order";
  };

  const watch = async () => {
    try {
      const reply = await fetch(words.dataset.url);
      if (!reply.ok) return;
      const progress = await reply.json();
      if (progress.counted && !words.querySelector("[data-word]") && progress.total) { location.reload(); return; }
      show(progress);
      if (progress.running) setTimeout(watch, 1500);
    } catch {
      setTimeout(watch, 5000);  // the server restarts; nothing is lost
    }
  };

  words.querySelectorAll("[data-word]").forEach(prepare);
  if (words.dataset.running === "true") setTimeout(watch, 1000);
})();
