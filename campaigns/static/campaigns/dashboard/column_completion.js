// Completion of columns and filters in plain fields, and a column's values under the pointer: as in the script's
// editor, whose filters and rules these are.
"use strict";
window.bnCompletion = (() => {
  const COPIED = ["boxSizing", "fontFamily", "fontSize", "fontWeight", "fontStyle", "letterSpacing", "lineHeight", "textIndent",
    "textTransform", "wordSpacing", "tabSize", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft",
    "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth"];
  let count = 0;

  // Where parts of a field's text stand on the page: measured in an unseen copy of the field.
  const measure = (field, spans) => {
    const copy = document.createElement("div");
    const style = getComputedStyle(field);
    for (const name of COPIED) copy.style[name] = style[name];
    const box = field.getBoundingClientRect();
    const wraps = field.tagName === "TEXTAREA";
    Object.assign(copy.style, { position: "fixed", visibility: "hidden", left: `${box.left}px`, top: `${box.top}px`,
      width: wraps ? `${field.clientWidth + parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)}px` : "auto", borderStyle: "solid",
      whiteSpace: wraps ? "pre-wrap" : "pre", overflowWrap: wraps ? "break-word" : "normal" });
    let at = 0;
    const marks = spans.map(([from, to]) => {
      const mark = document.createElement("span");
      mark.textContent = field.value.slice(from, to) || "\u200b";
      copy.append(field.value.slice(at, from), mark);
      at = Math.max(to, from);
      return mark;
    });
    copy.append(`${field.value.slice(at)}\u200b`);
    document.body.append(copy);
    const rise = wraps ? 0 : (box.height - copy.offsetHeight) / 2;
    const found = marks.map((mark) => [...mark.getClientRects()].map((one) => ({
      left: one.left - field.scrollLeft, right: one.right - field.scrollLeft,
      top: one.top - field.scrollTop + rise, bottom: one.bottom - field.scrollTop + rise,
    })));
    copy.remove();
    return found;
  };

  const place = (shown, rect) => {
    shown.style.left = "0";  // its width does not depend on where it stood before
    const left = Math.min(rect.left, window.innerWidth - shown.offsetWidth - 8);
    const below = rect.bottom + 4 + shown.offsetHeight < window.innerHeight;
    Object.assign(shown.style, { left: `${Math.max(8, left)}px`, top: `${below ? rect.bottom + 4 : rect.top - shown.offsetHeight - 4}px` });
  };

  const tell = (text, className) => {
    const told = document.createElement("span");
    told.className = className;
    told.textContent = text;
    return told;
  };

  // What can stand at the cursor: [{label, detail, info, from, text, back}], [] where nothing is asked for.
  const findOptions = (field, names, samplesOf, asked) => {
    const at = field.selectionStart;
    const before = field.value.slice(Math.max(0, at - 400), at);
    const word = before.match(/\w*$/)[0].toLowerCase();
    const columns = [...names].map(([name, header]) => ({
      label: name, detail: header === name ? "" : header,
      info: samplesOf(header) ? `For example ${samplesOf(header)}` : "Every cell is empty in the first rows",
    }));
    const fits = (one) => one.label.toLowerCase().startsWith(word) || one.detail.toLowerCase().startsWith(word);
    if (!window.bnEditor.IN_TAG.test(before)) {
      if (!asked) return [];
      return columns.map((one) => ({ ...one, from: at, text: `{{ ${one.label} }}`, back: 0 }));
    }
    const tag = before.match(window.bnEditor.IN_TAG)[0];
    if (/["'][^"']*$/.test(tag.replace(/"[^"]*"|'[^']*'/g, ""))) return [];
    if (/\|\s*\w*$/.test(before)) {
      return window.bnEditor.listFilters().filter((one) => one.label.startsWith(word)).map((one) => ({
        ...one, info: "", from: at - word.length, text: one.label, back: one.label.includes("…") ? one.label.length - one.label.indexOf("…") : 0,
      }));
    }
    if (!asked && !word && !/(\{\{|\{%)\s*$/.test(before)) return [];
    const opens = /^\{\{\s*\w*$/.test(tag) && !/^[^{}]*\}\}/.test(field.value.slice(at));
    const from = opens ? at - tag.length + 2 : at - word.length;
    return columns.filter(fits).map((one) => ({ ...one, from, text: opens ? ` ${one.label} }}` : one.label, back: 0 }));
  };

  const attach = (field, names, samples) => {
    const samplesOf = (header) => (samples[header] || []).join(" · ");
    const list = document.createElement("ul");
    const hint = document.createElement("div");
    list.className = "bn-completion";
    list.id = `bn-completion-${count += 1}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Columns");
    hint.className = "bn-hover bn-completion-hint";
    list.hidden = hint.hidden = true;
    document.body.append(list, hint);
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-haspopup", "listbox"]]) field.setAttribute(name, value);
    if (field.tagName === "INPUT") { field.setAttribute("role", "combobox"); field.setAttribute("aria-expanded", "false"); }
    let options = [];
    let chosen = 0;

    const close = () => {
      list.hidden = true;
      options = [];
      field.removeAttribute("aria-activedescendant");
      if (field.tagName === "INPUT") field.setAttribute("aria-expanded", "false");
    };
    const mark = (at) => {
      chosen = (at + options.length) % options.length;
      [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === chosen)));
      list.children[chosen].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", list.children[chosen].id);
    };
    const take = (at) => {
      const { from, text, back } = options[at];
      const end = field.selectionEnd;
      close();
      field.focus();
      field.setSelectionRange(from, end);
      // Typed in the person's name, so that the field's own undo takes it back.
      if (!document.execCommand("insertText", false, text)) field.setRangeText(text, from, end, "end");
      if (back) field.setSelectionRange(from + text.length - back, from + text.length - back + 1);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      close();
    };
    const open = (asked) => {
      options = field.selectionStart === field.selectionEnd ? findOptions(field, names, samplesOf, asked).slice(0, 60) : [];
      if (!options.length) { close(); return; }
      list.replaceChildren(...options.map((one, at) => {
        const row = document.createElement("li");
        row.id = `${list.id}-${at}`;
        row.setAttribute("role", "option");
        row.append(tell(one.label, "bn-completion-label"), tell(one.detail, "bn-completion-detail"), tell(one.info, "bn-completion-info"));
        row.addEventListener("pointerdown", (event) => { event.preventDefault(); take(at); });
        return row;
      }));
      hint.hidden = true;
      list.hidden = false;
      if (field.tagName === "INPUT") field.setAttribute("aria-expanded", "true");
      place(list, measure(field, [[options[0].from, options[0].from]])[0][0]);
      mark(0);
    };

    field.addEventListener("input", (event) => { if (event.isTrusted) open(false); });
    field.addEventListener("keydown", (event) => {
      if (event.ctrlKey && event.code === "Space") { event.preventDefault(); open(true); return; }
      if (list.hidden) return;
      const act = { ArrowDown: () => mark(chosen + 1), ArrowUp: () => mark(chosen - 1), Enter: () => take(chosen), Tab: () => take(chosen), Escape: close }[event.key];
      if (act) { event.preventDefault(); event.stopPropagation(); act(); } else if (/^(Arrow|Home|End|Page)/.test(event.key)) close();
    });
    for (const kind of ["blur", "scroll", "click"]) field.addEventListener(kind, close);
    window.addEventListener("scroll", () => { hint.hidden = true; close(); }, { passive: true, capture: true });

    let timer = 0;
    const showValues = (x, y) => {
      const found = [...field.value.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)]
        .filter((one) => names.has(one[0]) && window.bnEditor.IN_TAG.test(field.value.slice(Math.max(0, one.index - 400), one.index)));
      const rects = found.length ? measure(field, found.map((one) => [one.index, one.index + one[0].length])) : [];
      const at = rects.findIndex((some) => some.some((one) => x >= one.left && x <= one.right && y >= one.top && y <= one.bottom));
      hint.hidden = at < 0;
      if (at < 0) return;
      const header = names.get(found[at][0]);
      const title = document.createElement("strong");
      title.textContent = header;
      hint.replaceChildren(title, tell(samplesOf(header) || "empty in the first rows", ""));
      place(hint, rects[at][0]);
    };
    field.addEventListener("pointermove", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => showValues(event.clientX, event.clientY), 120);
    });
    field.addEventListener("pointerleave", () => { clearTimeout(timer); hint.hidden = true; });
  };
  return { attach };
})();
