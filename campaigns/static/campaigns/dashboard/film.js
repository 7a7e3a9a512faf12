// Films a take: camera and microphone, a teleprompter that scrolls, and hints from the picture and the sound.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector("[data-film]");
    if (!page) return;
    const at = (name) => page.querySelector(`[data-${name}]`);
    const say = (sentence) => { at("status").textContent = sentence; };
    const LOOK_EVERY_MS = 1500; // one small picture: the advice follows the person, the server hardly notices
    const LEVEL_EVERY_MS = 200;
    const SHAKE = 9; // mean change of the picture's edge in grey levels: a still camera has 1 to 4
    const COUNT_DOWN_S = 3;
    const STILL_S = 2; // closed mouth at the beginning, which the engine measures the voice's pauses in
    const MOST_S = 300;
    const types = ["video/mp4;codecs=avc1,mp4a.40.2", "video/webm;codecs=h264,opus", "video/webm;codecs=vp9,opus", "video/webm"];
    let stream = null;
    let recorder = null;
    let taken = null;
    let timers = [];
    let edge = null;
    let loudest = -100;

    const token = () => page.querySelector("[name=csrfmiddlewaretoken]").value;

    function hint(name, sentence, bad) {
        const line = at(`hint-${name}`);
        line.textContent = sentence;
        line.classList.toggle("bn-hint-bad", bad);
        line.classList.toggle("bn-hint-good", !bad && sentence !== "");
    }

    async function open() {
        try {
            stream = await navigator.mediaDevices.getUserMedia({
                audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
                video: { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 30 } },
            });
        } catch (problem) {
            say(problem.name === "NotAllowedError"
                ? "The browser may not use the camera. Allow camera and microphone for this page, then try again."
                : "No camera or no microphone was found. Plug one in, or upload a file.");
            return;
        }
        at("camera").srcObject = stream;
        at("open").hidden = true;
        at("start").hidden = false;
        say("Sit down, look at the hints, then start.");
        listen();
        timers.push(setInterval(look, LOOK_EVERY_MS));
    }

    function draw(width) {
        const camera = at("camera");
        if (!camera.videoWidth) return null;
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = Math.round((width * camera.videoHeight) / camera.videoWidth);
        canvas.getContext("2d", { willReadFrequently: true }).drawImage(camera, 0, 0, canvas.width, canvas.height);
        return canvas;
    }

    async function look() {
        const canvas = draw(640);
        if (!canvas) return;
        measureShake();
        const jpeg = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
        try {
            const answer = await fetch(page.dataset.framing, { method: "POST", body: jpeg, headers: { "X-CSRFToken": token() } });
            const said = await answer.json();
            if (!answer.ok) throw new Error(said.problem);
            hint("framing", said.advice[0] || "Framing and light are good.", said.advice.length > 0);
        } catch {
            hint("framing", "", false);
        }
    }

    // A person moves in the middle; where the outer border of the picture changes, the camera moves.
    function measureShake() {
        const canvas = draw(64);
        const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const border = [];
        for (let y = 0; y < height; y += 1) {
            for (let x = 0; x < width; x += 1) {
                if (x > 3 && x < width - 4 && y > 3) continue;
                const i = 4 * (y * width + x);
                border.push((data[i] + data[i + 1] + data[i + 2]) / 3);
            }
        }
        if (edge && edge.length === border.length) {
            const change = border.reduce((sum, value, i) => sum + Math.abs(value - edge[i]), 0) / border.length;
            hint("still", change > SHAKE ? "The camera moves: put it on a tripod or a shelf." : "The camera is still.", change > SHAKE);
        }
        edge = border;
    }

    function listen() {
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        context.createMediaStreamSource(stream).connect(analyser);
        const samples = new Float32Array(analyser.fftSize);
        timers.push(setInterval(() => {
            analyser.getFloatTimeDomainData(samples);
            const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            const rms = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
            const db = 20 * Math.log10(rms + 1e-9);
            loudest = Math.max(db, loudest - 1); // falls by 5 dB a second
            at("level").style.width = `${Math.max(0, Math.min(100, (db + 60) * 1.8))}%`;
            if (peak > 0.98) hint("sound", "Too loud: the sound is cut off. Lower the microphone, or move away.", true);
            else if (loudest < -45) hint("sound", "Say something: hardly anything is heard.", true);
            else if (loudest < -36) hint("sound", "Quiet: bring the microphone nearer.", true);
            else hint("sound", "The sound is good.", false);
        }, LEVEL_EVERY_MS));
    }

    function fillPrompter() {
        const scripts = JSON.parse(document.getElementById("texts").textContent);
        const lines = (scripts[Number(at("script").value)] || scripts[0]).lines;
        at("own").value = lines.join("\n");
        lay();
    }

    function lay() {
        at("lines").replaceChildren(...at("own").value.split("\n").filter((line) => line.trim()).map((line) => {
            const spoken = document.createElement("p");
            spoken.textContent = line;
            return spoken;
        }));
        at("prompter").scrollTop = 0;
    }

    function scroll(began) {
        const prompter = at("prompter");
        let last = began;
        let place = 0;
        const step = (now) => {
            if (!recorder || recorder.state !== "recording") return;
            const words = Number(at("pace").value); // a minute
            const all = at("own").value.split(/\s+/).length || 1;
            place += ((now - last) / 60000) * words * (at("lines").scrollHeight / all);
            last = now;
            prompter.scrollTop = place;
            requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
    }

    async function countDown() {
        at("start").disabled = true;
        for (let left = COUNT_DOWN_S; left > 0; left -= 1) {
            say(`${left} …`);
            await new Promise((done) => setTimeout(done, 1000));
        }
        at("start").disabled = false;
        begin();
    }

    function begin() {
        const type = types.find((one) => MediaRecorder.isTypeSupported(one)) || "";
        const parts = [];
        recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 12_000_000, audioBitsPerSecond: 192_000 });
        recorder.addEventListener("dataavailable", (event) => event.data.size && parts.push(event.data));
        recorder.addEventListener("stop", () => keep(new Blob(parts, { type: recorder.mimeType })));
        recorder.start(1000);
        const began = performance.now();
        at("start").hidden = true;
        at("stop").hidden = false;
        at("stop").focus();
        const timer = setInterval(() => {
            if (recorder.state !== "recording") { clearInterval(timer); return; }
            const seconds = (performance.now() - began) / 1000;
            at("clock").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
            say(seconds < STILL_S ? "Recording. Keep your mouth closed for two seconds …" : "Recording. Speak. Close your mouth for two seconds before you stop.");
            if (seconds > MOST_S) recorder.stop();
        }, 250);
        setTimeout(() => scroll(performance.now()), STILL_S * 1000);
    }

    function keep(blob) {
        const name = `filmed-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.${blob.type.includes("mp4") ? "mp4" : "webm"}`;
        taken = new File([blob], name, { type: blob.type, lastModified: Date.now() });
        at("stop").hidden = true;
        at("start").hidden = false;
        at("start").textContent = "Film it again";
        at("review").hidden = false;
        at("replay").src = URL.createObjectURL(blob);
        at("use").focus();
        say("Look at it. If you like it, use it; nothing has been sent yet.");
    }

    async function use() {
        at("use").disabled = true;
        try {
            const id = await window.sendTake(taken, {
                beginUrl: page.dataset.begin,
                token: token(),
                signal: new AbortController().signal,
                tell: (received, size, sentence) => say(sentence || `Sending: ${(received / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`),
            });
            taken = null;
            location.href = `${page.dataset.add}?upload=${id}`;
        } catch (problem) {
            say(problem.message);
            at("use").disabled = false;
            at("use").textContent = "Go on sending";
        }
    }

    fillPrompter();
    at("script").addEventListener("change", fillPrompter);
    at("own").addEventListener("input", lay);
    at("size").addEventListener("input", () => { at("lines").style.fontSize = `${at("size").value}px`; });
    at("open").addEventListener("click", open);
    at("start").addEventListener("click", countDown);
    at("stop").addEventListener("click", () => recorder.stop());
    at("use").addEventListener("click", use);
    window.addEventListener("beforeunload", (event) => { if (taken || (recorder && recorder.state === "recording")) event.preventDefault(); });
    if (!navigator.mediaDevices || !window.MediaRecorder) {
        at("open").disabled = true;
        say("This browser cannot film here: open the page over https, or upload a file.");
    }
});
