// Plays one sound at a time. What the voice cannot say is written beside its button.
"use strict";
window.bnPlayer = (() => {
  const audio = new Audio();
  const kept = new Map();  // address → object URL of the sound
  let current = null;

  const mark = (button, state) => {
    button.classList.toggle("bn-playing", state === "playing");
    button.setAttribute("aria-busy", state === "loading" ? "true" : "false");
    button.querySelector("[data-icon]").dataset.icon =
      { playing: "stop", loading: "hourglass_top" }[state] || "play_arrow";
  };

  const stop = () => {
    audio.pause();
    if (!current) return;
    mark(current.button, "");
    current.done(false);
    current = null;
  };

  const load = async (url) => {
    if (kept.has(url)) return kept.get(url);
    const reply = await fetch(url);
    if (!reply.ok) {
      const answer = await reply.json().catch(() => ({}));
      throw new Error(answer.problem || `The server answered ${reply.status}. Reload the page and try again.`);
    }
    const sound = URL.createObjectURL(await reply.blob());
    kept.set(url, sound);
    return sound;
  };

  // True once it was heard to its end, false when it was stopped or cannot be said.
  const play = (url, button, tell) => new Promise((done) => {
    const again = current && current.button === button && current.url === url;
    stop();
    if (again) { done(false); return; }
    const mine = { url, button, done };
    current = mine;
    tell("");
    mark(button, "loading");
    load(url).then((sound) => {
      if (current !== mine) return null;
      mark(button, "playing");
      audio.src = sound;
      audio.onended = () => { mark(button, ""); current = null; done(true); };
      return audio.play();
    }).catch((problem) => {
      if (current !== mine) return;
      mark(button, "");
      current = null;
      tell(problem.message);
      done(false);
    });
  });

  return { play, stop };
})();
