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
document.addEventListener("written", forget);

// Whose form can't be opened, for they are no longer there, is not told of for ever: what was written is shown instead.
const opens = () => `/switchboard/persons/${draft()?.person}/message`;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 404 || detail.requestConfig.path !== opens()) return;
  detail.shouldSwap = false;
  const shown = document.getElementById("nobodys").content.cloneNode(true);
  shown.querySelector(".written").textContent = draft().text;
  shown.querySelector(".caller").textContent = draft().caller;
  document.getElementById("writing").replaceChildren(shown);
});

if (draft()) htmx.ajax("get", opens(), { source: "#writing" }).catch(() => {}); // that it fails is told by its event
