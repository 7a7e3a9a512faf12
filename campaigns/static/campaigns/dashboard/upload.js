// Shows the chosen file's name and takes dropped files.
"use strict";
(() => {
  const form = document.querySelector("[data-upload]");
  const drop = form.querySelector(".bn-drop");
  const input = form.querySelector("input[type=file]");
  const name = form.querySelector("[data-file-name]");
  input.hasChangeListener = true;  // Unfold's own listener expects a text field beside every file field
  const show = () => { if (input.files.length) name.textContent = input.files[0].name; };
  show();  // a file chosen before this script ran, or kept by the browser when the page was left
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("bn-over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.remove("bn-over"); });
  }
  drop.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; show(); });
})();
