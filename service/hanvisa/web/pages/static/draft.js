// The message that is being written outlives the session, and the page: the window keeps it until it is sent or discarded
// (ADR 145). It is put back into the form for the same person, which is opened for that.
"use strict";

const DRAFT = "message";
const draft = () => JSON.parse(sessionStorage.getItem(DRAFT));
const forget = () => sessionStorage.removeItem(DRAFT);

function keep({ person, text, caller, confidential }) {
  const written = { person: person.value, text: text.value, caller: caller.value, confidential: confidential.checked };
  if (written.text.trim()) sessionStorage.setItem(DRAFT, JSON.stringify(written));
  else forget();
}

function putBack({ person, text, caller, confidential }) {
  const written = draft();
  if (written?.person !== person.value) return;
  text.value = written.text;
  caller.value = written.caller;
  confidential.checked = written.confidential;
}

document.addEventListener("input", ({ target }) => {
  if (target.form?.id === "message") keep(target.form.elements);
});
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.id === "message") putBack(detail.elt.elements);
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-empties=writing]")) forget();
});

// Nor is it lost to a second message, which is begun when the first is sent or discarded: a form that comes late doesn't take
// its place, and the answer to what was sent empties the form that sent it alone.
const isWritten = () => Boolean(byId("message-text")?.value.trim());

document.addEventListener("htmx:beforeRequest", (event) => {
  const { requestConfig, target } = event.detail;
  if (requestConfig.verb !== "get" || target.id !== "writing" || !isWritten()) return;
  event.preventDefault();
  byId("message-text").focus();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, verb } = detail.requestConfig;
  if (detail.target.id !== "writing") return;
  if (verb === "get") detail.shouldSwap &&= !isWritten();
  else if (!elt.isConnected) detail.swapOverride = "none"; // what is said of it is shown all the same
  else if (detail.xhr.status === 200) forget();
});

// Whose form can't be opened, for they are no longer there, is not told of for ever: what was written is shown instead.
const opens = () => `/switchboard/persons/${draft()?.person}/message`;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 404 || detail.requestConfig.path !== opens()) return;
  detail.shouldSwap = false;
  const shown = byId("nobodys").content.cloneNode(true);
  shown.querySelector(".written").textContent = draft().text;
  shown.querySelector(".caller").textContent = draft().caller;
  byId("writing").replaceChildren(shown);
});

if (draft()) htmx.ajax("get", opens(), { source: "#writing" }).catch(() => {}); // that it fails is told by its event
