// The steps of an import: a dropped or chosen file with the progress of its upload, and questions before a loss.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-confirm]")) {
    button.addEventListener("click", (event) => {
      if (!window.confirm(button.dataset.confirm)) event.preventDefault();
    });
  }
  for (const once of document.querySelectorAll("[data-once]")) {
    once.addEventListener("submit", () => { once.querySelector("button:not([type=button])").disabled = true; });
  }

  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const drop = form.querySelector(".bn-drop");
  const input = form.querySelector("input[type=file]");
  const name = form.querySelector("[data-file-name]");
  const problem = form.querySelector("[data-problem]");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("[role=progressbar]");
  const button = form.querySelector("[type=submit]");
  const most = Number(form.dataset.bytesMax);
  input.hasChangeListener = true;  // Unfold's own listener expects a text field beside every file field

  const tell = (sentence) => { problem.textContent = sentence; problem.hidden = !sentence; };
  const show = () => {
    if (!input.files.length) return;
    const file = input.files[0];
    name.textContent = file.name;
    tell(file.size > most ? `${file.name} is larger than ${Math.round(most / 2 ** 20)} MB. Remove pictures and columns you do not use.` : "");
  };
  show();  // a file chosen before this script ran, or kept by the browser when the page was left
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("bn-over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.remove("bn-over"); });
  }
  drop.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; show(); });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.files.length) { tell("Choose a spreadsheet first."); input.focus(); return; }
    if (input.files[0].size > most) { show(); return; }
    const request = new XMLHttpRequest();
    const end = (sentence) => { sending.hidden = true; button.disabled = false; tell(sentence); };
    request.open("POST", window.location.pathname);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (step) => {
      const percent = Math.round(100 * step.loaded / step.total);
      bar.setAttribute("aria-valuenow", percent);
      bar.firstElementChild.style.width = `${percent}%`;
    });
    request.addEventListener("load", () => {
      const answer = request.response || {};
      if (answer.next) window.location.assign(answer.next);
      else end(answer.problem || `The server answered ${request.status}. The file is still chosen: try again.`);
    });
    request.addEventListener("error", () => end("The line broke. The file is still chosen: try again."));
    request.addEventListener("abort", () => end(""));
    sending.querySelector("[data-stop]").onclick = () => request.abort();
    button.disabled = true;
    sending.hidden = false;
    tell("");
    request.send(new FormData(form));
  });
})();
