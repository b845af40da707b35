// The console's keys. A button carries its key (data-key); the first one that is seen has it. No letters: WCAG 2.1.4,
// and they are for the search.
"use strict";

const byId = (id) => document.getElementById(id);
const search = () => byId("search");
const isSeen = (element) => element.offsetParent !== null && !element.disabled;

const withKey = (key) => [...document.querySelectorAll(`[data-key="${key}"]`)].find(isSeen);

// The results: one is chosen, and its card is shown. ``chosen`` is the one that somebody has chosen, not the first.
let chosen = null;
const options = () => [...document.querySelectorAll("#results [role=option]")];

function choose(option) {
  for (const one of options()) {
    one.setAttribute("aria-selected", String(one === option));
    byId(one.dataset.card).hidden = one !== option;
  }
  search().setAttribute("aria-expanded", String(Boolean(option)));
  if (option) {
    search().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else search().removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (!all.length) return;
  choose(all[(at + by + all.length) % all.length]);
  chosen = search().getAttribute("aria-activedescendant");
}

// What has been typed and is not answered yet. A key for whom it finds waits for the answer: those who are still shown
// were found by an earlier word, and the caller would be put through to the wrong one.
let isTyped = false;
let waiting = null;
const ofFound = /^(F[6-9]|Shift\+F(8|9|11))$/;
const isAnswered = () => (byId("found").querySelector("[data-q]")?.dataset.q ?? "") === search().value.trim();

function typed() {
  chosen = waiting = null;
  isTyped = !isAnswered();
}

function answered() {
  const key = waiting;
  waiting = null;
  isTyped = false;
  if (key) click(withKey(key));
}

function act(key) {
  const button = withKey(key);
  if (!isTyped || !ofFound.test(key) || (button && !button.closest("#found"))) return click(button);
  waiting = key;
  return true;
}

function leave(empty) {
  if (empty) {
    chosen = waiting = null;
    isTyped = false;
    search().value = "";
    byId("found").replaceChildren();
    choose(null);
  }
  byId("outcome").replaceChildren();
  search().focus();
}

const showKeys = () => byId("keys").showModal();
const everywhere = {
  F1: showKeys,
  F3: () => {
    search().focus();
    search().select();
  },
  Escape: () => leave(document.activeElement === search()),
};
const inSearch = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => act(byId("current").value ? "F8" : "F9"),
  "?": () => search().value === "" && showKeys(),
};

// Whether the key was one of ours. One that is held down repeats, and does what it does once.
function press(event) {
  const key = (event.shiftKey && /^F\d/.test(event.key) ? "Shift+" : "") + event.key;
  const at = document.activeElement;
  if (byId("keys").open || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.repeat && (/F\d/.test(key) || (at === search() && key === "Enter"))) return true;
  if (at === search() && Object.hasOwn(inSearch, key)) return inSearch[key](event) !== false;
  if (Object.hasOwn(everywhere, key)) return everywhere[key]() !== false;
  if (/^[1-9]$/.test(key) && at.closest("#refused") && at.tagName !== "INPUT") return click(`#refused [data-digit="${key}"]`);
  return /F\d/.test(key) && act(key);
}

function click(what) {
  const button = typeof what === "string" ? document.querySelector(what) : what;
  button?.click();
  if (button?.matches("summary")) button.focus();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  if (press(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("#results [role=option]");
  if (option) {
    choose(option);
    chosen = option.id;
    search().focus();
  }
  const teller = event.target.closest("[data-tells]");
  if (teller) byId(teller.dataset.tells).hidden = false;
  const opener = event.target.closest("[data-dialog]");
  if (opener) byId(opener.dataset.dialog).showModal();
});

// What is made anew keeps what was chosen, and the focus: on the same thing, else in the search.
let focused = null;
document.addEventListener("focusin", (event) => (focused = event.target));
document.addEventListener("input", (event) => {
  if (event.target === search()) typed();
});
document.addEventListener("htmx:afterSettle", () => {
  choose(byId(chosen) ?? options()[0] ?? null);
  if (isTyped && isAnswered()) answered();
  const told = document.querySelector("#outcome [data-focus]");
  if (told) {
    delete told.dataset.focus;
    told.focus();
  } else if (focused && !focused.isConnected) {
    (byId(focused.id) ?? search()).focus();
  }
});
document.addEventListener("sent-on", () => leave(true));
