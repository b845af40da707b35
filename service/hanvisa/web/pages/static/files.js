// A file that takes a while to be made: what goes on is shown after two seconds, and what goes wrong is told in place.
// <p data-making="…" data-made="…"><a data-file href="…">…</a></p>; without this it is an ordinary link.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled") !== "true") keep(link);
});

async function keep(link) {
  const texts = link.parentElement.dataset;
  const over = goesOn(link, texts.making);
  link.setAttribute("aria-disabled", "true");
  document.getElementById("problem").replaceChildren();
  try {
    over((await fetched(link.href)) ? texts.made : "");
  } catch {
    over("");
    tell(told.noAnswer);
  } finally {
    link.removeAttribute("aria-disabled");
  }
}

// Whether the file came.
async function fetched(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
  if (!isOurs(answer.headers.get(SIGN))) throw new Error("It is not the service that answers.");
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) {
    location.assign(elsewhere);
  } else if (!answer.ok) {
    document.getElementById("problem").innerHTML = await answer.text();
  } else {
    save(await answer.blob(), /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))[1]);
    return true;
  }
  return false;
}

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
