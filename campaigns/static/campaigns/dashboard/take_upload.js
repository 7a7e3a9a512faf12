// Sends a take in parts, goes on after a broken line, and says how far it is. `window.sendTake` is used by the
// page that films, too. Without this script the form sends the file as a whole.
"use strict";

const TRIES = 8; // of one part, one after the other; then the person decides
const WAIT_MS = 1500; // grows with each try, so that a line of some minutes' silence is survived

class UploadEnded extends Error {}

// Resolves to the upload's id. `tell(received, size, sentence)` is called after each part and each fault.
window.sendTake = async function sendTake(file, { beginUrl, token, tell, signal }) {
    const ask = async (url, options) => {
        const answer = await fetch(url, { ...options, signal, headers: { "X-CSRFToken": token, ...options.headers } });
        const said = answer.status === 204 ? {} : await answer.json();
        if (answer.status === 409) return said;
        if (answer.status >= 400 && answer.status < 500) throw new UploadEnded(said.problem || `The server answered ${answer.status}.`);
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        return said;
    };
    const persist = async (step) => {
        for (let tried = 1; ; tried += 1) {
            try {
                return await step();
            } catch (problem) {
                if (problem instanceof UploadEnded || signal.aborted) throw problem;
                if (tried === TRIES) throw new UploadEnded("The line is broken. What was sent is kept: press “Go on”.");
                tell(null, file.size, "The line broke. Trying again …");
                await new Promise((done) => setTimeout(done, WAIT_MS * tried));
            }
        }
    };
    const mark = `${file.lastModified || 0}`;
    const begun = await persist(() => ask(beginUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name: file.name, size: file.size, mark }),
    }));
    let { received } = begun;
    tell(received, file.size, received ? "Going on where it stopped." : "");
    while (received < file.size) {
        const part = file.slice(received, received + begun.part_bytes);
        const said = await persist(() => ask(`${begun.url}?offset=${received}`, {
            method: "PUT",
            headers: { "Content-Type": "application/octet-stream" },
            body: part,
        }));
        received = said.received;
        tell(received, file.size, "");
    }
    return begun.id;
};

document.addEventListener("DOMContentLoaded", () => {
    const panel = document.querySelector("[data-take-upload]");
    const input = panel && document.querySelector(`input[type=file][name=${panel.dataset.input || "take"}]`);
    const kept = document.querySelector("input[name=upload]");
    if (!panel || !input || !kept) return;
    const at = (name) => panel.querySelector(`[data-${name}]`);
    const form = input.form;
    let stop = null;
    let saving = null; // the button that was pressed while the file was on its way

    const show = (received, size, sentence) => {
        panel.hidden = false;
        if (received !== null) {
            const percent = Math.floor((100 * received) / size);
            at("bar").setAttribute("aria-valuenow", percent);
            at("bar").firstElementChild.style.width = `${percent}%`;
            at("amount").textContent = `${(received / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`;
        }
        at("status").textContent = sentence;
    };

    const send = async () => {
        const file = input.files[0];
        if (!file) return;
        if (stop) stop.abort();
        stop = new AbortController();
        kept.value = "";
        at("again").hidden = true;
        at("cancel").hidden = false;
        show(0, file.size, `Sending “${file.name}”. You can fill in the rest meanwhile.`);
        try {
            kept.value = await window.sendTake(file, {
                beginUrl: panel.dataset.url,
                token: form.querySelector("[name=csrfmiddlewaretoken]").value,
                tell: show,
                signal: stop.signal,
            });
            at("status").textContent = `“${file.name}” is on the server. ${panel.dataset.done || "Save to begin the preparation."}`;
            input.required = false;
            input.value = "";
            at("cancel").hidden = true;
            if (saving) { const pressed = saving; saving = null; form.requestSubmit(pressed); }
        } catch (problem) {
            const cancelled = stop.signal.aborted;
            at("status").textContent = cancelled ? "Stopped." : problem.message;
            at("again").hidden = false;
            saving = null;
        }
        at("cancel").hidden = true;
    };

    input.addEventListener("change", send);
    at("again").addEventListener("click", send);
    at("cancel").addEventListener("click", () => stop && stop.abort());
    form.addEventListener("submit", (event) => {
        if (at("cancel").hidden) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        saving = event.submitter;
        at("status").textContent = "It is saved as soon as the file is here.";
        panel.scrollIntoView({ block: "center" });
    });
});
