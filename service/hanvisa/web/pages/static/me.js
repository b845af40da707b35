// My page: a time that is filled in is chosen, and a draft is thrown away.
"use strict";

document.addEventListener("input", (event) => {
  const chosen = document.getElementById(event.target.dataset?.chooses ?? "");
  if (chosen) chosen.checked = true;
});

document.addEventListener("click", (event) => {
  const emptied = document.getElementById(event.target.dataset?.empties ?? "");
  if (!emptied) return;
  emptied.replaceChildren();
  document.getElementById("absence-heading").focus();
});
