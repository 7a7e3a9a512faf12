// The script editor: columns are inserted at the cursor, the preview follows the typing.
"use strict";
(() => {
  const form = document.querySelector("[data-script]");
  const area = form.querySelector("textarea");
  const person = form.querySelector("[data-recipient]");
  const lines = form.querySelector("[data-lines]");
  const empty = form.querySelector("[data-empty]");
  const length = form.querySelector("[data-length]");
  const fault = form.querySelector("[data-error]");
  const correct = form.querySelector("[data-correct]");
  const unspoken = form.querySelector("[data-unspoken]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const hearing = form.querySelector("[data-hearing]");
  const allLabel = form.querySelector("[data-play-all-label]");
  let playingAll = false;
  let asked = 0;
  let timer = 0;
  let corrected = "";

  const legend = form.querySelector("[data-legend]");
  const columns = [...form.querySelectorAll("[data-insert]")];
  const names = new Map(columns.map((button) => [button.dataset.insert, button.dataset.column]));
  const correctAll = () => { editor.setValue(corrected); ask(); };
  const editor = bnEditor.create(area, names, () => correctAll());
  const samples = bnEditor.readSamples();

  const words = (seconds) => {
    const whole = Math.round(seconds);
    const clock = whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `about ${clock}`;
  };

  const buildButton = (index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bn-play";
    button.setAttribute("aria-label", `Play line ${index + 1}`);
    const icon = document.createElement("span");
    icon.className = "material-symbols-outlined";
    icon.setAttribute("aria-hidden", "true");
    icon.dataset.icon = "play_arrow";
    button.append(icon);
    return button;
  };

  const addSound = (item, sound, index) => {
    const button = buildButton(index);
    const told = document.createElement("p");
    told.className = "bn-error";
    told.setAttribute("role", "alert");
    const tell = (sentence) => { told.textContent = sentence; told.hidden = !sentence; };
    tell("");
    item.play = () => {
      if (sound.url) return bnPlayer.play(sound.url, button, tell);
      tell(sound.problem);
      return Promise.resolve(false);
    };
    button.addEventListener("click", () => { playingAll = false; item.play(); });
    item.prepend(button);
    item.querySelector("[data-line-text]").append(told);
  };

  const playAll = async () => {
    if (playingAll) { playingAll = false; bnPlayer.stop(); return; }
    playingAll = true;
    allLabel.textContent = "Stop";
    for (const item of [...lines.children]) {
      if (!playingAll || !(await item.play())) break;
    }
    playingAll = false;
    allLabel.textContent = "Play all";
  };

  const showLines = (answer) => {
    playingAll = false;
    bnPlayer.stop();
    hearing.hidden = !answer.lines.length;
    lines.replaceChildren(...answer.lines.map((line, index) => {
      const item = document.createElement("li");
      item.dataset.number = index + 1;
      item.classList.toggle("bn-line-personal", line.personal);
      const text = document.createElement("span");
      for (const piece of line.pieces) {
        const node = document.createElement(piece.personal ? "mark" : "span");
        node.textContent = piece.text;
        text.append(node);
      }
      const said = document.createElement("div");
      said.dataset.lineText = "";
      said.append(text);
      item.append(said);
      if (answer.sounds) addSound(item, answer.sounds[index], index);
      return item;
    }));
    length.textContent = answer.lines.length ? words(answer.seconds) : "";
    empty.hidden = answer.lines.length > 0;
    legend.hidden = !answer.lines.some((line) => line.personal);
  };

  const showFault = (sentence, error = null) => {
    fault.textContent = sentence;
    fault.hidden = !sentence;
    editor.mark(error);
    lines.style.opacity = sentence ? 0.4 : 1;
  };

  const showCorrection = (script) => {
    corrected = script;
    form.querySelector("[data-correct-row]").hidden = !script;
  };

  const showUnspoken = (sentences) => {
    unspoken.replaceChildren(...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }));
    unspoken.hidden = !sentences.length;
  };

  const show = (answer) => {
    showCorrection(answer.error ? answer.error.corrected : "");
    showUnspoken(answer.unspoken || []);
    if (answer.problem) {
      empty.textContent = answer.problem;
      empty.hidden = false;
    } else if (answer.error) {
      const { line, column, message } = answer.error;
      const place = line ? `Line ${line}${column ? `, column ${column}` : ""}: ` : "";
      showFault(message.startsWith("Line ") ? message : place + message, answer.error);
    } else {
      showFault("");
      showLines(answer);
    }
  };

  const ask = async () => {
    const mine = ++asked;
    const body = new URLSearchParams({ script: editor.getValue(), recipient: person.value });
    for (const field of ["voice_engine", "voice", "locale"]) body.set(field, new FormData(form).get(field) || "");
    try {
      const reply = await fetch(form.dataset.previewUrl, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const answer = await reply.json();
      if (mine === asked) show(answer);  // an answer that typing has overtaken is dropped
    } catch (problem) {
      if (mine === asked) showFault(`No preview: ${problem.message}. It is tried again when you type.`);
    }
  };

  correct.addEventListener("click", correctAll);
  area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  person.addEventListener("change", ask);
  for (const field of form.querySelectorAll("[name=voice_engine], [name=voice], [name=locale]")) {
    field.addEventListener("change", ask);
  }
  for (const offer of form.querySelectorAll("[data-voice]")) {
    const sample = offer.querySelector("[data-sample]");
    const told = offer.querySelector("[data-sample-error]");
    sample.addEventListener("click", () => {
      playingAll = false;
      bnPlayer.play(sample.dataset.sample, sample, (sentence) => { told.textContent = sentence; told.hidden = !sentence; });
    });
    offer.querySelector("[data-use]").addEventListener("click", () => {
      form.querySelector(`[name=voice_engine][value="${offer.dataset.engine}"]`).checked = true;
      form.querySelector("[name=voice]").value = offer.dataset.name;
      showVoice();
      ask();
    });
  }
  const showVoice = () => {
    const chosen = new FormData(form);
    for (const offer of form.querySelectorAll("[data-voice]")) {
      const used = offer.dataset.engine === chosen.get("voice_engine") && offer.dataset.name === chosen.get("voice");
      offer.toggleAttribute("aria-current", used);
      if (used) offer.setAttribute("aria-current", "true");
      offer.querySelector("[data-use]").textContent = used ? "In use" : "Use";
    }
  };
  for (const field of form.querySelectorAll("[name=voice_engine], [name=voice]")) {
    field.addEventListener("change", showVoice);
  }
  form.querySelector("[data-play-all]").addEventListener("click", playAll);
  for (const button of columns) {
    button.addEventListener("click", () => editor.insert(`{{ ${button.dataset.insert} }}`));
    button.title = (samples[button.dataset.column] || []).join(" · ") || "empty in the first rows";
  }
  for (const button of form.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => {
      const count = person.options.length;
      person.selectedIndex = (person.selectedIndex + Number(button.dataset.turn) + count) % count;
      ask();
    });
  }
  // Others on this page switch the person, as to one whom the script leaves out.
  form.bnShowPerson = (pk, label) => {
    if (![...person.options].some((option) => option.value === String(pk))) person.add(new Option(label, pk));
    person.value = pk;
    ask();
  };
  form.bnSetText = (text) => { editor.setValue(text); ask(); };
  ask();
})();
