// Forms of the administration: a search in a form doesn't send it, and members are put in their order.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-stays]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const up = event.target.closest("[data-up]");
  const item = up?.closest("li");
  if (!item?.previousElementSibling) return;
  item.previousElementSibling.before(item);
  up.focus();
});
