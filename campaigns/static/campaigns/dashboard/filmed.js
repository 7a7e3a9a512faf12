// The lines that the take says: each is played as it was filmed.
"use strict";
(() => {
  const card = document.querySelector("[data-filmed]");
  const part = (name) => card.querySelector(`[data-filmed-${name}]`);
  const [video, lines, told, used] = ["video", "lines", "told", "used"].map(part);
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let stopAt = 0;

  video.addEventListener("timeupdate", () => {
    if (video.currentTime >= stopAt) video.pause();
  });

  const play = (line) => {
    video.hidden = false;
    video.currentTime = Math.max(line.start_s - 0.15, 0);
    stopAt = line.end_s + 0.15;
    video.play();
  };

  const showLine = (line, index) => {
    const item = document.createElement("li");
    item.dataset.number = index + 1;
    const text = document.createElement("span");
    text.textContent = line.text;
    const chip = document.createElement("span");
    const filmed = line.source === "filmed";
    chip.className = filmed ? "bn-chip bn-chip-ready" : "bn-chip";
    chip.textContent = filmed ? "filmed" : line.personal ? "spoken, differs" : "spoken";
    chip.style.alignSelf = "center";
    item.append(text, " ", chip);
    if (filmed) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "bn-button bn-button-small";
      button.textContent = "Play";
      button.style.alignSelf = "center";
      button.setAttribute("aria-label", `Play “${line.text}”`);
      button.addEventListener("click", () => play(line));
      item.append(" ", button);
    }
    return item;
  };

  const show = (answer) => {
    if (answer.problem) {
      told.textContent = answer.problem;
      return;
    }
    const filmed = answer.lines.filter((line) => line.source === "filmed").length;
    lines.replaceChildren(...answer.lines.map(showLine));
    part("count").textContent = `${filmed} of ${answer.lines.length}`;
    const off = filmed && !answer.used;
    told.textContent = off ? "They are not used: every line is spoken and drawn." : filmed ? "" : "None of these lines.";
    told.hidden = !told.textContent;
    part("advice").hidden = !answer.to_record.length;
    part("record").replaceChildren(...answer.to_record.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
  };

  const ask = async (options) => {
    try {
      show(await (await fetch(card.dataset.url, options)).json());
    } catch {
      told.hidden = false;
      told.textContent = "The take could not be searched. Load the page again.";
    }
  };

  used.addEventListener("change", () => ask({
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ used: String(used.checked) }),
  }));
  ask({});
})();
