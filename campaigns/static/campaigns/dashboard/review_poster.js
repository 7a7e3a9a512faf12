// The poster of the chosen video: the frame that the player shows, or the platform's own choice again.
"use strict";
window.bnPoster = ({ stage, list, player, post, reload }) => {
  const ASK_MS = 400;
  const SLOWEST_MS = 2000;
  const at = (name) => stage.querySelector(`[data-poster-${name}]`);
  if (!at("use")) return { show() {}, use() {} };
  const say = (sentence) => { at("told").textContent = sentence; };
  const lock = (is) => { at("use").disabled = at("back").disabled = is; };

  const follow = async (job) => {
    let everyMs = ASK_MS;
    while (job.open) {
      say(job.stage ? `${job.stage}${job.percent ? ` ${job.percent} %` : ""} …` : "In a moment …");
      await new Promise((resolve) => { setTimeout(resolve, everyMs); });
      everyMs = Math.min(SLOWEST_MS, everyMs * 1.4);
      const reply = await fetch(job.url, { headers: { Accept: "application/json" } });
      if (!reply.ok) throw new Error(`The server answered ${reply.status}. Reload the page to see the poster.`);
      job = await reply.json();
    }
    if (job.state !== "done") throw new Error(job.failure || "It was cancelled; the poster is as it was.");
    return job.result.chosen;
  };

  const refresh = async (card) => {
    const reply = await fetch(`${list.facts.cards}?card=${card.pk}`);
    if (!reply.ok) return;
    const { poster, poster_at_s } = (await reply.json()).card;
    Object.assign(card, { poster, poster_at_s });
    list.redraw(card);
    if (card === list.current()) { player.poster = poster; show(card); }
  };

  const choose = async (atS) => {
    const card = list.current();
    const everybody = at("all").checked;
    if (!card) return;
    lock(true);
    try {
      const asked = { action: "poster", message: card.pk, at_s: atS, seen: card.seen, everybody };
      const count = await follow(await post(list.facts.act, asked));
      if (everybody) await reload(card.pk); else await refresh(card);
      const whose = count > 1 ? `${count.toLocaleString("en")} posters are` : "The poster is";
      say(atS === null ? `${whose} the platform’s choice again.` : `${whose} this frame now.`);
    } catch (problem) {
      say(problem.message);
    } finally {
      lock(false);
    }
  };

  const show = (card) => {
    at("back").hidden = card.poster_at_s === null;
    say(card.poster_at_s === null ? "" : `Poster: a person’s choice, at ${list.clock(card.poster_at_s)}.`);
  };
  at("use").addEventListener("click", () => choose(player.currentTime || 0));
  at("back").addEventListener("click", () => choose(null));
  return { show, use: () => choose(player.currentTime || 0) };
};
