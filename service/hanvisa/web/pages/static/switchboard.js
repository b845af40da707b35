// The console's keys. A button carries its key (data-key); the first one that is seen has it. No letters: WCAG 2.1.4,
// and they are for the search.
"use strict";

const byId = (id) => document.getElementById(id);
const search = () => byId("search");
const isSeen = (element) => element.offsetParent !== null && !element.disabled;

const withKey = (key, isMeant = () => true) =>
  [...document.querySelectorAll(`[data-key="${key}"]`)].find((button) => isSeen(button) && isMeant(button));

// Enter is for the chosen one. Who has been rung is joined by it only if it is they; whoever it is, by F8.
function isForChosen(button) {
  const card = [...document.querySelectorAll("#found .card")].find(isSeen);
  return Boolean(card) && (card.contains(button) || button.dataset.whom === card.dataset.whom);
}
const forChosen = () => withKey(byId("current").value ? "F8" : "F9", isForChosen);

// The results: one is chosen, and its card is shown. ``chosen`` is the one that somebody has chosen, not the first.
let chosen = null;
const options = () => [...document.querySelectorAll("#results [role=option]")];

function choose(option) {
  for (const one of options()) {
    one.setAttribute("aria-selected", String(one === option));
    byId(one.dataset.card).hidden = one !== option;
  }
  search().setAttribute("aria-expanded", String(Boolean(option)));
  if (option) search().setAttribute("aria-activedescendant", option.id);
  else search().removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (!all.length) return;
  const next = all[(at + by + all.length) % all.length];
  choose(next);
  chosen = next.id;
  next.scrollIntoView({ block: "nearest" });
}

// What has been typed and is not answered yet. A key for whom it finds waits for the answer: those who are still shown
// were found by an earlier word, and the caller would be put through to the wrong one. It waits for a moment, and for
// the same caller: what comes later than one remembers having asked for it is not done.
const WAITS = 2000; // milliseconds
let isTyped = false;
let waiting = null;
const ofFound = /^(Ctrl\+F6|F[6-9]|Shift\+F(8|9|11))$/;
const isAnswered = () => (byId("found").querySelector("[data-q]")?.dataset.q ?? "") === search().value.trim().slice(0, 100);

function typed() {
  chosen = waiting = null;
  isTyped = !isAnswered();
}

function answered() {
  const { button, caller, pressed } = waiting ?? {};
  waiting = null;
  isTyped = false;
  if (!button) return;
  if (caller === byId("current").value && performance.now() - pressed < WAITS) click(button());
  else tellUnheeded();
}

const tellUnheeded = () => (byId("said").textContent = byId("console").dataset.unheeded);

// ``button`` finds it: at once, or when what has been typed is answered.
function whenFound(button) {
  if (!isTyped) return click(button());
  waiting = { button, caller: byId("current").value, pressed: performance.now() };
  return true;
}

function act(key) {
  const button = () => withKey(key);
  const isOther = button() && !button().closest("#found");
  return ofFound.test(key) && !isOther ? whenFound(button) : click(button());
}

// In the moment in which the caller becomes another by itself, a key is still meant for the one before: what would send
// on, mark or hang up the new one is not heeded. F4 is, for what it does to the wrong one it undoes.
const MOMENT = 1000; // milliseconds
const ofCaller = /^(Enter|F(6|7|8|10)|Shift\+F(6|7|9|10|11)|Ctrl\+F12)$/;
let changed = -MOMENT;
const isMeantForAnother = (key) => ofCaller.test(key) && (isMoving || performance.now() - changed < MOMENT);

// Who takes somebody, or rings, puts the caller on hold: until the service has said who the caller is now, which it says after
// each change, a key is for nobody. The one who is still shown may be on hold.
const moves = /^\/switchboard\/(ring|calls\/[^/]+\/(answer|retrieve|takeback|hold))$/;
let isMoving = false;

// Whom one takes oneself doesn't come by itself, where the service has let one and they come soon.
const takes = /\/calls\/([^/]+)\/(answer|retrieve|takeback)$/;
const PICKS_UP = 10000; // milliseconds, in which somebody picks up the phone that rings
let taken = null;

document.addEventListener("htmx:beforeSend", ({ detail: { requestConfig, xhr } }) => {
  xhr.addEventListener("error", () => (waiting = null));
  isMoving ||= moves.test(requestConfig.path);
  const [, caller] = takes.exec(requestConfig.path) ?? [];
  if (!caller) return;
  const taking = (taken = { caller, since: performance.now() });
  xhr.addEventListener("loadend", () => {
    if (xhr.status !== 200 && taken === taking) taken = null;
  });
});

function hasNow(caller) {
  const isTaken = caller === taken?.caller && performance.now() - taken.since < PICKS_UP;
  if (!isTaken) changed = performance.now();
  if (caller) taken = null;
}

function leave(empty) {
  if (empty) {
    chosen = waiting = null;
    isTyped = false;
    search().value = "";
    htmx.trigger("#found", "htmx:abort");
    hasCome(byId("found")); // nor is it asked for again
    byId("found").replaceChildren();
    choose(null);
  }
  byId("outcome").replaceChildren();
  for (const list of document.querySelectorAll("#console details[open]")) list.open = false;
  search().focus();
}

// What is no longer searched for is not followed by the service either.
function leaveAll() {
  const had = search().value || byId("found").childElementCount;
  leave(true);
  if (had) htmx.trigger(search(), "again");
}

const showKeys = () => byId("keys").showModal();
const everywhere = {
  F1: showKeys,
  F3: () => {
    search().focus();
    search().select();
  },
  Escape: () => (document.activeElement === search() ? leaveAll() : leave(false)),
};
const inSearch = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => whenFound(forChosen),
  "?": () => search().value === "" && showKeys(),
};

// Whether the key was one of ours. One that is held down repeats, and does what it does once.
function press(event) {
  const isF = /^F\d/.test(event.key);
  const key = (event.ctrlKey ? "Ctrl+" : "") + (event.shiftKey && isF ? "Shift+" : "") + event.key;
  const at = document.activeElement;
  if (byId("keys").open || event.altKey || event.metaKey) return false;
  if (event.repeat && (isF || (at === search() && key === "Enter"))) return true;
  if (key === "Ctrl+Enter" && at.closest("#message")) return at.form.requestSubmit() !== false;
  if (isMeantForAnother(key) && (isF || at === search())) {
    tellUnheeded();
    return true;
  }
  if (at === search() && Object.hasOwn(inSearch, key)) return inSearch[key](event) !== false;
  if (Object.hasOwn(everywhere, key)) return everywhere[key]() !== false;
  if (/^[1-9]$/.test(key) && at.closest("#refused") && at.tagName !== "INPUT") return click(`#refused [data-digit="${key}"]`);
  return isF && act(key);
}

function click(what) {
  const button = typeof what === "string" ? document.querySelector(what) : what;
  button?.click();
  if (button?.matches("summary")) {
    const isOpen = button.parentElement.open;
    opened = isOpen ? button.id : null; // "toggle" comes later, and never where the list is made anew before that
    (isOpen ? button.nextElementSibling.querySelector("button") : button).focus();
  }
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
  const emptier = event.target.closest("[data-empties]");
  if (emptier) {
    byId(emptier.dataset.empties).replaceChildren();
    search().focus();
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) byId(opener.dataset.dialog).showModal();
});

// What comes by itself: who the caller is now. And what comes late, of a search that is no longer the one on the page, is
// not shown.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const isOther = (id) => came.getElementById(id)?.value !== byId(id)?.value;
  const came = new DOMParser().parseFromString(event.detail.data, "text/html");
  if (event.target.id === "part-mine") {
    isMoving = false;
    if (isOther("current")) hasNow(came.getElementById("current").value);
  }
  if (event.target.id === "found" && isOther("followed")) event.preventDefault();
});

// Of whom is found, what may be told depends on the caller (M4): for another it is asked for anew, and until that has come
// nothing is told. What is on its way comes first, and what is asked for again. What the service has refused is not.
function findForCaller() {
  const followed = byId("followed");
  if (!followed) return;
  const caller = byId("current").value;
  const isForAnother = followed.dataset.call !== caller;
  byId("found").classList.toggle("for-another", isForAnother);
  if (!isForAnother || followed.dataset.answered === caller || unanswered.has(byId("found"))) return;
  htmx.trigger(followed, "other-caller"); // dropped where something is on its way
}

document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  const { elt, parameters } = detail.requestConfig;
  if (elt.id === "followed" && isAnswer(detail)) elt.dataset.answered = parameters.call;
});
document.addEventListener("given-up", findForCaller);

// What is made anew keeps what was chosen, the list that was open, and the focus: on the same thing, else in the search.
let focused = null;
let opened = null;
document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details")) opened = target.open ? target.firstElementChild.id : null;
}, true);
document.addEventListener("focusin", (event) => (focused = event.target));
document.addEventListener("input", (event) => {
  if (event.target === search()) typed();
});
document.addEventListener("htmx:afterSettle", () => {
  queueMicrotask(findForCaller); // what has just come is on its way still, as htmx sees it
  choose(byId(chosen) ?? options()[0] ?? null);
  if (isTyped && isAnswered()) answered();
  const count = byId("found-count")?.textContent ?? "";
  if (byId("told-count").textContent !== count) byId("told-count").textContent = count;
  if (opened && byId(opened)) byId(opened).parentElement.open = true;
  const told = document.querySelector("#console [data-focus]");
  if (told) {
    delete told.dataset.focus;
    told.focus();
  } else if (focused && !focused.isConnected) {
    (byId(focused.id) ?? search()).focus();
  }
});
document.addEventListener("sent-on", leaveAll);
