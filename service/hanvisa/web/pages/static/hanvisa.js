// What every page does: clocks that run, and what went wrong told where the reader is.
"use strict";

// <time data-since="2026-08-03T08:00:00+02:00"> counts up, once a second.
function tick() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
    const minutes = Math.floor(seconds / 60) % 60;
    const hours = Math.floor(seconds / 3600);
    const rest = String(seconds % 60).padStart(2, "0");
    clock.textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
}
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);

// What was wrong is over when the next change has been made.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get") document.getElementById("problem").replaceChildren();
});

document.addEventListener("htmx:sendError", () => {
  document.getElementById("problem").textContent = document.documentElement.dataset.noAnswer;
});
