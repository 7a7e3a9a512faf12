// Records a line with the microphone and stores it. Without a microphone the form's file field does the same.
"use strict";

for (const form of document.querySelectorAll("[data-record]")) {
    const start = form.querySelector("[data-start]");
    const stop = form.querySelector("[data-stop]");
    const status = form.querySelector("[data-status]");
    if (!navigator.mediaDevices || !window.MediaRecorder) continue;
    start.hidden = false;

    start.addEventListener("click", async () => {
        let stream;
        try {
            stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        } catch {
            status.textContent = "The microphone cannot be used. Allow it for this page, or upload a file.";
            return;
        }
        const parts = [];
        const recorder = new MediaRecorder(stream);
        recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
        recorder.addEventListener("stop", () => {
            for (const track of stream.getTracks()) track.stop();
            send(new Blob(parts, { type: recorder.mimeType }));
        });
        stop.addEventListener("click", () => recorder.stop(), { once: true });
        recorder.start();
        start.hidden = true;
        stop.hidden = false;
        stop.focus();
        status.textContent = "Recording. Say the line, then stop.";
    });

    async function send(sound) {
        stop.hidden = true;
        status.textContent = "Checking …";
        const data = new FormData(form);
        data.set("sound", sound, sound.type.includes("mp4") ? "line.mp4" : "line.webm");
        try {
            const answer = await fetch(location.href, {
                method: "POST",
                body: data,
                headers: { Accept: "application/json" },
            });
            if (answer.ok) {
                location.reload();
                return;
            }
            status.textContent = (await answer.json()).message;
        } catch {
            status.textContent = "The recording could not be stored. Try again.";
        }
        start.hidden = false;
    }
}
