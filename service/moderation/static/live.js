// What others do meanwhile: new comments are announced and never slip in, rows that a colleague
// decided grey out in place, what I have open is held for me while I am here.
import { all, byId, fill, item, look, read, rows, says, send, token } from "./page.js";

const NEWS_MS = 5000;
const HOLD_MS = 30000;
const AWAKE_MS = 60000; // who has not moved for so long is not here
let seenAt = performance.now();
["keydown", "pointermove", "pointerdown", "scroll"].forEach((name) => document.addEventListener(name, () => { seenAt = performance.now(); }, { passive: true }));

const tell = (node, told) => {
  node.hidden = !told;
  node.textContent = told;
};
const mark = (row, news) => {
  tell(row.querySelector(".held"), news.held);
  const seen = row.querySelector("[name=seen]");
  const isElsewhere = Boolean(news.told) && seen && Number(seen.value) !== news.version && rows.dataset.listing === "queue";
  row.classList.toggle("done-elsewhere", isElsewhere);
  tell(row.querySelector(".elsewhere"), isElsewhere ? news.told : "");
};
const news = async () => {
  if (document.hidden || !rows) return;
  const list = all();
  const asked = new URLSearchParams({ place: rows.dataset.place, newest: rows.dataset.newest, rows: list.map((row) => row.dataset.guid).join(",") });
  // The next one may come; a decision that fails says so itself.
  const result = await look(`${rows.dataset.news}?${asked}`).catch(() => null);
  if (!result?.ok) return;
  const { fresh, rows: told } = result.told;
  list.forEach((row) => { const one = told[row.dataset.guid]; if (one && !row.classList.contains("busy")) mark(row, one); });
  if (rows.dataset.listing === "queue" && fresh) {
    byId("fresh-text").textContent = fill(says.fresh, { count: fresh });
    byId("fresh").hidden = false;
  }
};
if (rows && says) {
  setInterval(news, NEWS_MS);
  byId("fresh").addEventListener("click", () => location.assign(rows.dataset.place));
}

const holds = () => Boolean(item?.dataset.claim);
export const hold = async () => {
  if (!holds() || document.hidden || performance.now() - seenAt > AWAKE_MS) return;
  // What cannot be renewed is over by itself in 90 s.
  const result = await send(item.dataset.claim, { wants: "1" }).catch(() => null);
  if (result?.ok && byId("held")) tell(byId("held"), result.told.held);
};
export const letGo = () => {
  if (holds()) navigator.sendBeacon(item.dataset.claim, new URLSearchParams({ csrf_token: token(), wants: "0" }));
};
if (says && (rows || item)) {
  hold(); // a reload has just let go of it
  setInterval(hold, HOLD_MS);
  window.addEventListener("pagehide", letGo);
}

// Before the first comment came: whether a blog has asked yet.
const first = byId("first");
if (first) setInterval(async () => {
  const page = document.hidden ? null : await read(location.href);
  const next = page?.getElementById("first");
  if (page && !next) location.reload();
  else if (next && !next.isEqualNode(first)) first.replaceChildren(...next.childNodes);
}, NEWS_MS);

// A bulk under way says how far it is.
const progress = byId("progress");
if (progress?.dataset.state === "running") {
  const timer = setInterval(async () => {
    const result = await look(progress.dataset.poll).catch(() => null);
    if (!result?.ok) return;
    const { done, total, passed_over: passed, state } = result.told;
    byId("progress-bar").value = done + passed;
    progress.textContent = fill(progress.dataset.told, { done, total, passed });
    if (state !== "running") { clearInterval(timer); location.reload(); }
  }, 700);
}
