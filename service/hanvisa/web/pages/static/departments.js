// A week that changes while it is read: what is open stays open, the keyboard stays where it was, and no half-made choice is lost.
"use strict";

let waits = false; // for somebody to be done with a form in it
let open = [];
let focused = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const week = event.detail.target;
  if (week.id !== "now" || !event.detail.shouldSwap) return;
  const here = document.activeElement;
  if (here.closest("#now form")) {
    event.detail.shouldSwap = false;
    waits = true;
    return;
  }
  open = [...week.querySelectorAll("details[open]")].map((one) => one.id);
  focused = week.contains(here) ? known(here) : "";
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.querySelector(focused)?.focus();
  open = [];
  focused = "";
});

document.addEventListener("focusout", (event) => {
  if (!waits || event.relatedTarget?.closest("#now form")) return;
  waits = false;
  htmx.trigger("#now", "sse:absences");
});

// By what it is found in the week that comes: a link, what opens something, or the table that scrolls.
function known(one) {
  if (one.tagName === "A") return `#now a[href="${CSS.escape(one.getAttribute("href"))}"]`;
  if (one.tagName === "SUMMARY") return `#${CSS.escape(one.parentElement.id)} > summary`;
  return "#now .wide";
}
