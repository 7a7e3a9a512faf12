// Asks for the progress of a run and of its sample until they end.
"use strict";
(() => {
  const EVERY_MS = 1500;
  const run = document.querySelector("[data-run]");
  const isRunning = run.dataset.running === "true";
  const sample = document.querySelector("[data-sample]");  // there while one of its videos is not made
  const failures = document.querySelector("[data-failures]");
  const at = (name, inside = run) => inside.querySelector(`[data-${name}]`);

  const cells = (texts, tag) => texts.map((text) => {
    const cell = document.createElement(tag);
    cell.textContent = text;
    return cell;
  });

  const failureRow = (failure) => {
    const row = document.createElement("tr");
    const again = failure.permanent ? "does not help until something is changed" : "can help";
    row.append(...cells([failure.row, failure.name, failure.reason, again], "td"));
    const form = document.querySelector("[data-again-form]");
    if (form) {
      const own = form.content.firstElementChild.cloneNode(true);
      own.querySelector("button").value = failure.message;
      own.querySelector("button").setAttribute("aria-label", `Make the video of ${failure.name} again`);
      row.lastElementChild.append(own);
    }
    row.children[0].className = "bn-number";
    row.children[1].className = "bn-name";
    row.children[2].className = "bn-why";
    return row;
  };

  const busyRow = (work) => {
    const row = document.createElement("div");
    row.className = "bn-busy";
    row.append(...cells([work.name, work.stage], "span"));
    const bar = document.createElement("span");
    bar.className = "bn-bar bn-bar-thin";
    const fill = document.createElement("span");
    fill.style.width = `${work.percent}%`;
    bar.append(fill);
    row.append(bar);
    return row;
  };

  const showPlace = (inside, queue) => {
    at("queue", inside).hidden = !queue;
    at("queue", inside).textContent = queue ? queue.sentence : "";
  };

  const showSample = (found) => {
    showPlace(sample, found.queue);
    const chips = sample.querySelectorAll("[data-video]");
    if (chips.length !== found.videos.length) return;
    found.videos.forEach((video, index) => {
      chips[index].textContent = video.words;
      chips[index].className = `bn-chip bn-chip-${video.state}`;
    });
  };

  const show = (progress) => {
    showPlace(run, progress.queue);
    for (const name of ["ready", "rendering", "queued", "failed", "total", "stage", "label"]) {
      at(name).textContent = progress[name];
    }
    at("eta").textContent = progress.running && progress.eta ? `${progress.eta} left` : "";
    at("bar").setAttribute("aria-valuenow", progress.percent);
    at("bar").firstElementChild.style.width = `${progress.percent}%`;
    at("busy").replaceChildren(...progress.at_work.map(busyRow));
    at("review").hidden = progress.ready === 0;
    failures.hidden = progress.failures.length === 0;
    at("failure-rows", failures).replaceChildren(...progress.failures.map(failureRow));
  };

  const ask = async () => {
    try {
      const reply = await fetch(run.dataset.url);
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const progress = await reply.json();
      show(progress);
      if (sample) showSample(progress.sample);
      if (isRunning && !progress.running || sample && !progress.sample.open) { window.location.reload(); return; }
    } catch (problem) {
      at("stage").textContent = `No news: ${problem.message}. Asking again.`;
    }
    setTimeout(ask, EVERY_MS);
  };

  if (isRunning || sample) ask();
})();
