// Forms of the administration: members are put in their order.
"use strict";

document.addEventListener("click", (event) => {
  const up = event.target.closest("[data-up]");
  const item = up?.closest("li");
  if (!item?.previousElementSibling) return;
  item.previousElementSibling.before(item);
  up.focus();
});
