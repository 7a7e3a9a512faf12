// Nothing is lost: a form with data-guard="the script" asks before it is left with changes that are not saved,
// a form with data-after-saved does its work only after they are, and a button with data-confirm="sentence"
// asks before it acts.
"use strict";
window.bnUnsaved = () => {
  const IGNORED = new Set(["csrfmiddlewaretoken"]);
  const presenter = document.getElementById("presenter_form");  // Django's own form has no room for the mark
  if (presenter) presenter.dataset.guard = "the presenter";
  const guarded = [...document.querySelectorAll("form[data-guard]")];
  let leaving = false;

  const read = (form) => [...new FormData(form)]
    .filter(([name]) => !IGNORED.has(name))
    .map(([name, value]) => `${name}=${value instanceof File ? `${value.name}:${value.size}` : value.replace(/\r\n/g, "\n")}`)
    .join("\n");
  const before = new Map(guarded.map((form) => [form, read(form)]));
  const isUnsaved = (form) => form.hasAttribute("data-unsaved") || before.get(form) !== read(form);
  const findUnsaved = () => guarded.filter((form) => !form.bnSubmitted && isUnsaved(form));
  const listUnsaved = (forms) => [...new Set(forms.map((form) => form.dataset.guard))].join(" and ");

  // Resolves with the value of the button that was pressed, "" where the dialog was left.
  const ask = (title, sentence, buttons) => new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "bn-dialog";
    const heading = document.createElement("h2");
    heading.id = "bn-dialog-title";
    heading.textContent = title;
    const words = document.createElement("p");
    words.id = "bn-dialog-words";
    words.textContent = sentence;
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.setAttribute("aria-describedby", words.id);
    const row = document.createElement("div");
    row.className = "bn-row bn-row-end";
    for (const [value, label, kind] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `bn-button ${kind || ""}`;
      button.textContent = label;
      button.addEventListener("click", () => dialog.close(value));
      row.append(button);
    }
    dialog.append(heading, words, row);
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue); });
    document.body.append(dialog);
    dialog.showModal();
    row.firstElementChild.focus();
  });

  // Saves a form behind the page; where the server refuses it, the form is sent as it is, to show why.
  const save = async (form) => {
    const body = new FormData(form);
    const button = form.querySelector("button[name=save], button[value=save]");
    if (button) body.append(button.name, button.value);
    const address = form.getAttribute("action") || location.href;  // form.action may be a button of that name
    const reply = await fetch(address, { method: "POST", body, redirect: "manual" });
    if (reply.type === "opaqueredirect") { form.bnSubmitted = true; return true; }
    leaving = true;
    if (button) form.requestSubmit(button); else form.requestSubmit();
    return false;
  };

  // Asks what becomes of unsaved forms; true where the person may go on.
  const settle = async (forms, words, goOn) => {
    const what = listUnsaved(forms);
    const answer = await ask(`${what[0].toUpperCase()}${what.slice(1)}: not saved`, words, [
      ["stay", "Stay here"], ["drop", `Throw the changes away${goOn}`, "bn-button-bad"], ["save", `Save${goOn}`, "bn-button-main"],
    ]);
    if (answer === "drop") { forms.forEach((form) => { form.bnSubmitted = true; }); return true; }
    if (answer !== "save") return false;
    for (const form of forms) if (!(await save(form))) return false;
    return true;
  };

  window.addEventListener("beforeunload", (event) => {
    if (leaving || !findUnsaved().length) return;
    event.preventDefault();
    event.returnValue = "";  // older browsers ask only then
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.target === "_blank" || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    const unsaved = findUnsaved();
    if (!unsaved.length || !/^https?:$/.test(link.protocol)) return;
    event.preventDefault();
    if (await settle(unsaved, "What you wrote is lost when you leave this page without saving it.", ", then go on")) {
      leaving = true;
      window.location.assign(link.href);
    }
  });

  const goOn = (form, button) => {
    form.bnAgreed = true;
    if (button) form.requestSubmit(button); else form.requestSubmit();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.bnAgreed) { form.bnAgreed = false; form.bnSubmitted = true; leaving = true; return; }
    const sentence = button?.dataset.confirm || form.dataset.confirm;
    // The form's own button saves it; any other one on the page must not work with what is not saved.
    const saves = form.hasAttribute("data-guard") && !button?.hasAttribute("data-after-saved");
    const unsaved = findUnsaved().filter((one) => one !== form || !saves);
    if (!sentence && !unsaved.length) { form.bnSubmitted = true; leaving = true; return; }
    event.preventDefault();
    const label = (button?.dataset.yes || button?.textContent || "go on").trim();
    if (unsaved.length) {
      const again = unsaved.includes(form) && button?.hasAttribute("data-after-saved");  // what was saved is looked at first
      const words = `“${label}” works with what is saved. Save first, or throw the changes away${again ? "; then press it again" : ""}.`;
      if (!(await settle(unsaved, words, again ? "" : ", then go on"))) return;
      if (again) { location.reload(); return; }
    }
    if (sentence) {
      const yes = await ask("Are you sure?", sentence, [["no", "No, stay"], ["yes", label, "bn-button-main"]]);
      if (yes !== "yes") return;
    }
    goOn(form, button);
  });
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", window.bnUnsaved);
else window.bnUnsaved();
