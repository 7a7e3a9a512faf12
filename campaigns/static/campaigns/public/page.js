// What was watched, told to the page's own server: no cookie, nothing stored. The page works without any of this.
"use strict";

const player = document.querySelector(".player");
const video = player.querySelector("video");
const start = player.querySelector(".start");
const reportEveryMs = 5000;

// One page load is one viewing; the random number lives only as long as the page.
const viewing = randomUuid();
let reportedSeconds = 0;
let lastReportMs = 0;

function randomUuid() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only on https and localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function report(kind, seconds) {
  if (!player.dataset.events) return; // a test
  const body = JSON.stringify({ viewing, kind, seconds: seconds || 0 });
  try {
    navigator.sendBeacon(player.dataset.events, new Blob([body], { type: "application/json" }));
  } catch {
    // Counting is never worth a broken page.
  }
}

// Each second of the video counts once, however often it is played again; seeking over it does not count.
function watchedSeconds() {
  let sum = 0;
  for (let i = 0; i < video.played.length; i++) sum += video.played.end(i) - video.played.start(i);
  return Math.round(sum * 100) / 100;
}

function reportProgress() {
  const seconds = watchedSeconds();
  if (seconds <= reportedSeconds) return;
  reportedSeconds = seconds;
  lastReportMs = Date.now();
  report("progress", seconds);
}

function showCaptions() {
  for (const track of video.textTracks) track.mode = "showing";
}

// The browser's own controls wait until the first play: under the picture with the name they are only noise.
video.controls = false;
start.hidden = false;
start.addEventListener("click", () => { video.play(); video.focus(); });
video.addEventListener("play", () => { start.hidden = true; video.controls = true; }, { once: true });
video.addEventListener("playing", () => report("played"), { once: true });
video.addEventListener("timeupdate", () => { if (Date.now() - lastReportMs >= reportEveryMs) reportProgress(); });
video.addEventListener("pause", reportProgress);
video.addEventListener("ended", () => { reportProgress(); report("ended"); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") reportProgress(); });
addEventListener("pagehide", reportProgress);
showCaptions();

// A page that is fetched ahead and never looked at was not viewed.
if (document.prerendering) document.addEventListener("prerenderingchange", () => report("page_viewed"), { once: true });
else report("page_viewed");
