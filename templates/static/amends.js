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

// One at a time: of two answers on their way the older might come last, and stay.
let loading = false, hasMore = false;

async function loadAgain() {
  hasMore = loading;
  if (loading) return;
  loading = true;
  try {
    await loadOnce();
  } finally {
    loading = false;
  }
  if (hasMore) await loadAgain();
}

const isTaken = () => isBeingFilledIn(live()) || live().dataset.busy;

function sayThatItChanged() {
  document.getElementById("changed").textContent = "Something has changed since this page was loaded. Load it again when you are done.";
}

async function loadOnce() {
  if (isTaken()) return sayThatItChanged();
  const address = new URL(location);
  address.searchParams.set("again", "yes");
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (isTaken()) return sayThatItChanged(); // somebody began while it was on its way
  if (answer.ok && fresh) live().replaceWith(document.importNode(fresh, true));
}

if (live()?.dataset.live) new EventSource(live().dataset.live).addEventListener("changed", loadAgain);

// A list has no news of its own: it is loaded again now and then, while nobody is at work in it.
const isAtWork = () => document.hidden || live().contains(document.activeElement);
if (live()?.dataset.every) setInterval(() => isAtWork() || loadAgain(), live().dataset.every * 1000);

// A link that is pasted is looked up at once, and shown while its reporter goes on. Nobody waits.
const preview = () => document.getElementById("preview");
const form = document.querySelector("form[data-preview]");
const PAUSE = 400, LOOKS = 15;
let pasted = 0, asked = form?.elements.links.value.trim();

async function showPreview(mine, left) {
  const sent = form ? { method: "POST", body: new URLSearchParams(new FormData(form)) } : {};
  const answer = await fetch("/report/preview", sent).catch(() => null);
  if (!answer?.ok || mine !== pasted) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("preview");
  if (mine !== pasted || !fresh) return;
  preview().dataset.waits = fresh.dataset.waits;
  if (preview().innerHTML !== fresh.innerHTML) preview().replaceChildren(...fresh.childNodes);
  if (fresh.dataset.waits && left) setTimeout(showPreview, 1000, mine, left - 1);
}

function look(pause) {
  pasted += 1;
  setTimeout((mine) => mine === pasted && showPreview(mine, LOOKS), pause, pasted);
}

form?.elements.links.addEventListener("input", () => {
  const links = form.elements.links.value.trim();
  if (links !== asked) look(PAUSE);
  asked = links;
});
if (preview()?.dataset.waits) look(PAUSE);
