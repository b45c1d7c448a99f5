// Makes pages better where a browser runs it; every page works without it.
import { initAll } from "./govuk.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// An incident's page loads itself again when something happens, unless somebody is filling it in.
const live = () => document.getElementById("live");

function isBeingFilledIn(region) {
  const fields = region.querySelectorAll("input:not([type=hidden]), textarea");
  return [...fields].some((field) => field === document.activeElement || field.checked || field.value !== field.defaultValue);
}

async function loadAgain() {
  if (isBeingFilledIn(live()) || live().dataset.busy) {
    document.getElementById("changed").textContent = "Something has changed since this page was loaded. Load it again when you are done.";
    return;
  }
  const address = new URL(location);
  address.searchParams.set("again", "yes");
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (answer.ok && fresh) live().replaceWith(document.importNode(fresh, true));
}

if (live()?.dataset.live) new EventSource(live().dataset.live).addEventListener("changed", loadAgain);

// A list has no news of its own: it is loaded again now and then, while nobody is at work in it.
const isAtWork = () => document.hidden || live().contains(document.activeElement);
if (live()?.dataset.every) setInterval(() => isAtWork() || loadAgain(), live().dataset.every * 1000);
