// What every page does: clocks that run, forms that are sent when they are meant to be, and what went wrong told where
// the reader is.
"use strict";

const told = document.documentElement.dataset; // what pages say of themselves, in the reader's language

// <time data-since="2026-08-03T08:00:00+02:00"> counts up, once a second, by the service's clock: the computer's may be wrong.
let ahead = 0; // milliseconds by which the service's clock is

function setClocks(now) {
  ahead = Date.parse(now) - Date.now();
  tick();
}

function tick() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(clock.dataset.since)) / 1000));
    const minutes = Math.floor(seconds / 60) % 60;
    const hours = Math.floor(seconds / 3600);
    const rest = String(seconds % 60).padStart(2, "0");
    clock.textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
}
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);

// A search in a form doesn't send it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-stays]")) event.preventDefault();
});

// A change that is under way is not begun again by a double click; where its answer leads on, not until the page has gone.
// What takes its time is seen to go on.
const underWay = new Map(); // what asks for it: what ends that it is seen

document.addEventListener("htmx:confirm", (event) => {
  if (underWay.has(event.detail.elt)) event.preventDefault();
});

document.addEventListener("htmx:beforeSend", (event) => {
  const { requestConfig, xhr } = event.detail;
  const { elt, verb, triggeringEvent } = requestConfig;
  if (verb === "get") return;
  underWay.set(elt, goesOn(triggeringEvent?.submitter ?? elt, told.goesOn));
  // The request says that it is over: htmx says it where the button was, which a live part may have made anew meanwhile.
  xhr.addEventListener("loadend", () => {
    if (!xhr.getResponseHeader("HX-Redirect")) isOver(elt);
  });
});

// What asks for it stays in the page until it is answered, unseen where a live part has been made anew without it: htmx finds
// the place for what is told of it, a refusal for one, from there.
const asking = document.createElement("div");
asking.hidden = true;
document.addEventListener("htmx:sseMessage", () => {
  document.body.append(asking);
  for (const elt of underWay.keys()) {
    if (elt.isConnected) continue;
    asking.append(elt);
    for (const one of [elt, ...elt.querySelectorAll("[id]")]) one.removeAttribute("id"); // what has come in its place has it
  }
});

// A page to which the browser goes back is as it was left.
window.addEventListener("pageshow", () => [...underWay.keys()].forEach(isOver));

function isOver(elt) {
  underWay.get(elt)?.("");
  underWay.delete(elt);
  if (asking.contains(elt)) elt.remove();
}

// After two seconds there is a bar beside it with words, which are told to who doesn't see them too. What is returned takes
// that away, and has the words for when it had been told.
const PATIENCE = 2000; // milliseconds

function goesOn(beside, words) {
  const said = document.getElementById("said");
  const going = document.createElement("small");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", words);
  going.append(bar, words); // a bar that stands still, where motion is unwanted, says too little
  const late = setTimeout(() => {
    beside.after(going);
    said.textContent = words;
  }, PATIENCE);
  return (over) => {
    clearTimeout(late);
    going.remove();
    if (said.textContent === words) said.textContent = over;
  };
}

// What was told is over when the next change is made.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "get") return;
  for (const id of ["problem", "said"]) document.getElementById(id).replaceChildren();
});

// What somebody has written and the window keeps is nobody else's, and not kept for who signs out.
if (told.user && told.user !== sessionStorage.getItem("user")) {
  sessionStorage.clear();
  sessionStorage.setItem("user", told.user);
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.path === "/sign-out") sessionStorage.clear();
});

// What was to be shown is asked for again until it comes: a computer that changes its network loses what it had asked for.
// What was to be done is not: whether it should be done later is for the reader to say.
const ASKS_AGAIN_AFTER = 2000; // milliseconds
const unanswered = new Map(); // the place for it: the timer by which it is asked for again, once it has failed

function hasNotCome({ elt, path, target, verb }) {
  if (verb !== "get") {
    tell(told.noAnswer);
    return;
  }
  clearTimeout(unanswered.get(target));
  unanswered.set(target, setTimeout(askAgain, ASKS_AGAIN_AFTER, elt, path, target));
  if (!saysItAsksAgain()) tell(told.asksAgain); // what is told anew is read out anew
}

const saysItAsksAgain = () => document.getElementById("problem").textContent === told.asksAgain;

function askAgain(elt, path, target) {
  if (!elt.isConnected) {
    hasCome(target);
    htmx.trigger(target, "given-up");
  } else htmx.ajax("get", path, { source: elt }).catch(() => {}); // that it fails again is told by its event
}

// What is asked for now comes instead. That nobody answers the request says, as that it is over.
document.addEventListener("htmx:beforeSend", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.verb === "get") clearTimeout(unanswered.get(requestConfig.target));
  xhr.addEventListener("error", () => hasNotCome(requestConfig));
});

document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (isAnswer(detail)) hasCome(detail.requestConfig.target);
});

// Or is not to come any more.
function hasCome(target) {
  clearTimeout(unanswered.get(target));
  if (!unanswered.delete(target) || unanswered.size) return;
  if (saysItAsksAgain()) document.getElementById("problem").replaceChildren();
}

// What answers in the service's place, as a proxy before it, is not shown in place of anything of ours, a form that is
// filled in for one: it is as if nobody had answered. The service signs all that it answers.
const SIGN = "X-Answered-By";
const isOurs = (sign) => sign === "hanvisa";

// Nor is it an answer that the service has none just now, where the page asks by itself until it is told (data-until-told).
const isAnswer = ({ requestConfig, xhr }) =>
  isOurs(xhr.getResponseHeader(SIGN)) && (xhr.status < 500 || !("untilTold" in requestConfig.elt.dataset));

document.addEventListener("htmx:beforeSwap", (event) => {
  if (isAnswer(event.detail)) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // whoever else listens takes it for an answer
  hasNotCome(event.detail.requestConfig);
});

// As a problem that the service tells, but for what only the service knows.
function tell(words) {
  const problem = document.createElement("div");
  problem.className = "problem";
  problem.appendChild(document.createElement("strong")).textContent = words;
  document.getElementById("problem").replaceChildren(problem);
}
