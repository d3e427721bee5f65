// The comments that may be wanted next are fetched before a key asks for them; nothing is held by it.
import { all, byId, current, item, parsed, rows, says, state, turn } from "./page.js";
import { hold, letGo } from "./live.js";

const STILL_MS = 400; // who stays that long on a row may open it
const FRESH_MS = 20000; // what is older is asked again: others decide meanwhile
const MOST = 6;
const kept = new Map();
let shown = location.pathname;
let timer = 0;

const fetched = async (address) => {
  const answer = await fetch(address, { headers: { "X-Chaffinch": "ahead" }, redirect: "error" });
  return answer.ok ? answer.text() : "";
};
const isFresh = (known) => performance.now() - known?.at < FRESH_MS;
const want = (address) => {
  if (!address || isFresh(kept.get(address))) return;
  kept.delete(address);
  // A failure is no news: the key itself asks again, and says what is wrong.
  kept.set(address, { at: performance.now(), page: fetched(address).catch(() => "") });
  if (kept.size > MOST) kept.delete(kept.keys().next().value);
};
const ahead = () => {
  if (document.hidden || navigator.connection?.saveData) return;
  if (item) { ["older", "newer"].forEach((name) => want(byId(name)?.href)); return; }
  const list = all();
  const at = list.indexOf(current());
  if (at >= 0) list.slice(at, at + 2).forEach((row) => want(row.dataset.href));
};
const plan = () => { clearTimeout(timer); timer = setTimeout(ahead, STILL_MS); };

// Show the comment at this address: from what was fetched, or as any link would.
export const go = async (address) => {
  const known = kept.get(address);
  kept.delete(address);
  state.busy = true; // a key meant for the next comment must not decide this one
  const text = isFresh(known) ? await known.page : "";
  const next = parsed(text);
  const main = next.getElementById("main");
  if (!main?.querySelector("#item")) { location.assign(address); return; }
  letGo();
  byId("main").replaceChildren(...main.childNodes);
  document.title = next.title;
  history.pushState(null, "", address);
  shown = location.pathname;
  turn();
  window.scrollTo(0, 0);
  item.focus({ preventScroll: true });
  state.busy = false;
  state.lastAct = performance.now(); // its first moments are guarded as those of any page
  hold();
  plan();
};
if (says && (item || rows)) {
  window.addEventListener("popstate", () => { if (location.pathname !== shown) location.reload(); });
  document.addEventListener("focusin", plan);
  plan();
}
