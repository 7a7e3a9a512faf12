// What was watched, told to the page's own server: no cookie, nothing stored. The page works without any of this.
"use strict";

const player = document.querySelector(".player");
const video = player.querySelector("video");
const start = player.querySelector(".start");
const reportEveryMs = 5000;

const button = document.querySelector(".action a");
const mostPieces = 50;
// One page load is one viewing: the page's token stands for it, and lives only as long as the page.
const token = player.dataset.token;
let reportedSeconds = 0;
let lastReportMs = 0;

function report(kind, watched) {
  if (!player.dataset.events) return; // a test
  const body = JSON.stringify({ token, kind, watched: watched || [] });
  try {
    navigator.sendBeacon(player.dataset.events, new Blob([body], { type: "application/json" }));
  } catch {
    // Counting is never worth a broken page.
  }
}

// Each second of the video counts once, however often it is played again; seeking over it does not count.
function watchedPieces() {
  const pieces = [];
  for (let i = 0; i < Math.min(video.played.length, mostPieces); i++) {
    pieces.push([video.played.start(i), video.played.end(i)].map((at) => Math.round(at * 100) / 100));
  }
  return pieces;
}

function reportProgress() {
  const pieces = watchedPieces();
  const seconds = pieces.reduce((sum, [from, to]) => sum + to - from, 0);
  if (seconds <= reportedSeconds) return;
  reportedSeconds = seconds;
  lastReportMs = Date.now();
  report("progress", pieces);
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
if (button) button.addEventListener("click", () => report("clicked"));
showCaptions();

// A page that is fetched ahead and never looked at was not viewed.
if (document.prerendering) document.addEventListener("prerenderingchange", () => report("page_viewed"), { once: true });
else report("page_viewed");
