export { EditorState, Compartment, StateEffect, StateField, Prec, Annotation } from "@codemirror/state";
export { EditorView, keymap, placeholder, drawSelection, hoverTooltip, highlightSpecialChars } from "@codemirror/view";
export { history, historyKeymap, defaultKeymap, insertNewline, toggleTabFocusMode } from "@codemirror/commands";
export { HighlightStyle, syntaxHighlighting, syntaxTree, bracketMatching } from "@codemirror/language";
export { autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap, startCompletion, completionStatus } from "@codemirror/autocomplete";
export { setDiagnostics, lintGutter, forEachDiagnostic, lintKeymap } from "@codemirror/lint";
export { jinjaLanguage, closePercentBrace } from "@codemirror/lang-jinja";
export { tags } from "@lezer/highlight";
