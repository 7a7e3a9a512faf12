// The script editor: CodeMirror over a textarea, which stays the field of the form. Where CodeMirror did not
// load, the textarea itself is the editor, with the same functions.
"use strict";
window.bnEditor = (() => {
  const OF_COLUMNS = /(\{\{|\{%)(?:(?!\}\}|%\}).)*$/s;  // the cursor stands in a tag
  const FILTERS = {
    default: ["default(\"…\")", "what is said where the cell is empty"],
    upper: ["upper", "in capitals"], lower: ["lower", "in small letters"],
    title: ["title", "Each Word Begins With A Capital"], capitalize: ["capitalize", "the first letter a capital"],
    replace: ["replace(\"a\", \"b\")", "one text for another"], truncate: ["truncate(40)", "cut off after 40 letters"],
    trim: ["trim", "without space around it"], first: ["first", "the first letter"], last: ["last", "the last letter"],
    float: ["float", "the number in the cell"], int: ["int", "the whole number in the cell"],
    round: ["round", "a number rounded"], length: ["length", "how many letters"], wordcount: ["wordcount", "how many words"],
  };
  const TAGS = [
    ["{% if … %} … {% endif %}", "a sentence that only some hear", (name) => [`{% if ${name} %}`, "{% endif %}"]],
    ["{% if … %} … {% else %} … {% endif %}", "one sentence or another", (name) => [`{% if ${name} %}`, "{% else %}{% endif %}"]],
  ];

  const readJson = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");

  const findTagEnd = (text, from) => {
    const opened = text.slice(from, from + 2);
    const closing = { "{{": "}}", "{%": "%}", "{#": "#}" }[opened];
    const end = closing ? text.indexOf(closing, from) : -1;
    return end < 0 ? -1 : end + 2;
  };

  // What is underlined: the tag, the merge tag or the word at the place that the server names.
  const findSpan = (text, line, column) => {
    const before = text.split("\n").slice(0, Math.max(0, line - 1));
    let from = Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1));
    const lineEnd = text.indexOf("\n", from) < 0 ? text.length : text.indexOf("\n", from);
    const tag = findTagEnd(text, from);
    let to = tag > 0 ? tag : from + (text.slice(from, lineEnd).match(/^[\w.-]+|^\*\|.*?\|\*|^\S+/)?.[0].length || 1);
    if (to > text.length) { to = text.length; from = Math.max(0, to - 1); }
    return { from, to };
  };

  const createPlain = (area) => ({
    isPlain: true,
    element: area,
    getValue: () => area.value,
    setValue: (text) => {
      area.focus();
      area.select();
      // Typed in the person's name, so that the field's own undo brings the old text back.
      if (!document.execCommand("insertText", false, text)) area.value = text;
    },
    insert: (text) => {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
    focus: () => area.focus(),
    mark: (error) => {
      area.classList.toggle("bn-has-error", Boolean(error));
      area.setAttribute("aria-invalid", error ? "true" : "false");
    },
  });

  const createCode = (area, names, samples, filters, correct) => {
    const cm = window.bnCodeMirror;
    const samplesOf = (header) => (samples[header] || []).join(" · ");

    const options = (state, inTag) => [...names].map(([name, header]) => ({
      label: inTag ? name : `{{ ${name} }}`, type: "variable", detail: header === name ? "" : header,
      info: samplesOf(header) ? `For example ${samplesOf(header)}` : "Every cell is empty in the first rows", boost: 2,
    }));
    const filterOptions = () => filters.filter((name) => FILTERS[name]).map((name) => ({
      label: FILTERS[name][0], type: "function", detail: FILTERS[name][1],
      apply: (view, _, from, to) => {
        const text = FILTERS[name][0];
        const at = text.indexOf("…");
        view.dispatch({
          changes: { from, to, insert: text },
          selection: at < 0 ? { anchor: from + text.length } : { anchor: from + at, head: from + at + 1 },
        });
      },
    }));
    const tagOptions = () => TAGS.map(([label, detail, build]) => ({
      label, detail, type: "keyword",
      apply: (view, _, from, to) => {
        const [before, after] = build(names.keys().next().value || "column");
        view.dispatch({ changes: { from, to, insert: before + after }, selection: { anchor: from + before.length } });
      },
    }));
    const complete = (context) => {
      const before = context.state.sliceDoc(Math.max(0, context.pos - 400), context.pos);
      const word = context.matchBefore(/[\w]*/);
      if (OF_COLUMNS.test(before)) {
        if (/["'][^"']*$/.test(before.match(OF_COLUMNS)[0].replace(/"[^"]*"|'[^']*'/g, ""))) return null;
        const from = word ? word.from : context.pos;
        if (/\|\s*\w*$/.test(before)) return { from, options: filterOptions(), validFor: /^\w*$/ };
        if (!context.explicit && word && word.from === word.to && !/(\{\{|\{%)\s*$/.test(before)) return null;
        return { from, options: options(context.state, true), validFor: /^\w*$/ };
      }
      if (!context.explicit) return null;
      return { from: word ? word.from : context.pos, options: [...options(context.state, false), ...tagOptions()], filter: false };
    };

    const hover = cm.hoverTooltip((view, at) => {
      const line = view.state.doc.lineAt(at);
      for (const found of line.text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
        const [from, to] = [line.from + found.index, line.from + found.index + found[0].length];
        if (at < from || at > to || !names.has(found[0])) continue;
        if (!OF_COLUMNS.test(view.state.sliceDoc(Math.max(0, from - 400), from))) continue;
        const header = names.get(found[0]);
        return { pos: from, end: to, above: true, create: () => {
          const dom = document.createElement("div");
          dom.className = "bn-hover";
          const title = document.createElement("strong");
          title.textContent = header;
          const told = document.createElement("span");
          told.textContent = samplesOf(header) || "empty in the first rows";
          dom.append(title, told);
          return { dom };
        } };
      }
      return null;
    });

    const colours = cm.HighlightStyle.define([
      { tag: [cm.tags.variableName, cm.tags.propertyName, cm.tags.definition(cm.tags.variableName)], class: "bn-code-column" },
      { tag: [cm.tags.keyword, cm.tags.operatorKeyword, cm.tags.controlKeyword, cm.tags.operator], class: "bn-code-word" },
      { tag: [cm.tags.string, cm.tags.number, cm.tags.bool], class: "bn-code-value" },
      { tag: [cm.tags.brace, cm.tags.bracket, cm.tags.meta, cm.tags.special(cm.tags.bracket), cm.tags.processingInstruction], class: "bn-code-brace" },
      { tag: [cm.tags.comment, cm.tags.blockComment], class: "bn-code-comment" },
    ]);

    const label = document.querySelector(`label[for="${area.id}"]`);
    const content = { spellcheck: "true", autocorrect: "on", autocapitalize: "sentences", "aria-multiline": "true",
      "aria-describedby": area.getAttribute("aria-describedby") || "" };
    if (label) { label.id ||= `${area.id}-label`; content["aria-labelledby"] = label.id; }
    const invalid = new cm.Compartment();
    const view = new cm.EditorView({
      doc: area.value,
      extensions: [
        cm.history(), cm.drawSelection(), cm.highlightSpecialChars(), cm.EditorView.lineWrapping,
        cm.jinjaLanguage, cm.closePercentBrace, cm.syntaxHighlighting(colours),
        cm.EditorState.languageData.of(() => [{ closeBrackets: { brackets: ["{"] } }]), cm.closeBrackets(),
        cm.autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
        cm.keymap.of([...cm.closeBracketsKeymap, ...cm.completionKeymap, ...cm.lintKeymap, ...cm.historyKeymap, ...cm.defaultKeymap]),
        cm.placeholder(area.placeholder), hover,
        cm.EditorView.contentAttributes.of(content), invalid.of(cm.EditorView.editorAttributes.of({ class: "bn-code" })),
        cm.EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          area.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    });
    area.hidden = true;
    area.style.display = "none";
    area.after(view.dom);
    if (label) {
      label.removeAttribute("for");
      label.addEventListener("click", () => view.focus());
    }
    return {
      isPlain: false,
      element: view.dom,
      view,
      getValue: () => view.state.doc.toString(),
      setValue: (text) => {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: Math.min(text.length, view.state.selection.main.anchor) } });
        view.focus();
      },
      insert: (text) => {
        view.dispatch(view.state.replaceSelection(text));
        view.focus();
      },
      focus: () => view.focus(),
      mark: (error) => {
        const text = view.state.doc.toString();
        const found = error && error.line ? [{
          ...findSpan(text, error.line, error.column), severity: "error", message: error.message,
          actions: error.corrected ? [{ name: "Correct it", apply: () => correct() }] : [],
        }] : [];
        view.dispatch(cm.setDiagnostics(view.state, found));
        view.dispatch({ effects: invalid.reconfigure([
          cm.EditorView.editorAttributes.of({ class: error ? "bn-code bn-has-error" : "bn-code" }),
          cm.EditorView.contentAttributes.of({ "aria-invalid": error ? "true" : "false" }),
        ]) });
      },
    };
  };

  // names: variable → header of its column. correct(): called where "Correct it" is chosen at the underline.
  const create = (area, names, correct) => {
    const samples = readJson("column-samples") || {};
    const filters = readJson("script-filters") || [];
    return window.bnCodeMirror ? createCode(area, names, samples, filters, correct) : createPlain(area);
  };
  const listFilters = () => (readJson("script-filters") || []).filter((name) => FILTERS[name])
    .map((name) => ({ label: FILTERS[name][0], detail: FILTERS[name][1] }));
  return { create, listFilters, IN_TAG: OF_COLUMNS, readSamples: () => readJson("column-samples") || {} };
})();
