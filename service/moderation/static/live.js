// What others do meanwhile: new comments are announced and never slip in, rows that a colleague
// decided grey out in place, what I have open is held for me while I am here.
import { all, byId, fill, item, look, rows, says, send } from "./page.js";

const NEWS_MS = 5000;
const HOLD_MS = 30000;
const AWAKE_MS = 60000; // who has not moved for so long is not here
let seenAt = performance.now();
["keydown", "pointermove", "pointerdown", "scroll"].forEach((name) => document.addEventListener(name, () => { seenAt = performance.now(); }, { passive: true }));

const mark = (row, news) => {
  const held = row.querySelector(".held");
  held.hidden = !news.held;
  held.textContent = news.held;
  const seen = row.querySelector("[name=seen]");
  const isElsewhere = Boolean(news.told) && seen && Number(seen.value) !== news.version && rows.dataset.listing === "queue";
  row.classList.toggle("done-elsewhere", isElsewhere);
  const line = row.querySelector(".elsewhere");
  line.hidden = !isElsewhere;
  line.textContent = isElsewhere ? news.told : "";
};
const news = async () => {
  if (document.hidden || !rows) return;
  const list = all();
  const asked = new URLSearchParams({ place: rows.dataset.place, newest: rows.dataset.newest, rows: list.map((row) => row.dataset.guid).join(",") });
  let result = null;
  try {
    result = await look(`${rows.dataset.news}?${asked}`);
  } catch (error) {
    return; // the next one may come; a decision that fails says so itself
  }
  if (!result || !result.ok) return;
  const { fresh, rows: told } = result.told;
  list.forEach((row) => { if (told[row.dataset.guid] && !row.classList.contains("busy")) mark(row, told[row.dataset.guid]); });
  if (rows.dataset.listing === "queue" && fresh) {
    byId("fresh-text").textContent = fill(says.fresh, { count: fresh });
    byId("fresh").hidden = false;
  }
};
if (rows && says) {
  setInterval(news, NEWS_MS);
  byId("fresh").addEventListener("click", () => location.assign(rows.dataset.place));
}

const holds = () => Boolean(item && item.dataset.claim);
export const hold = async () => {
  if (!holds() || document.hidden || performance.now() - seenAt > AWAKE_MS) return;
  try {
    const result = await send(item.dataset.claim, { wants: "1" });
    if (!result || !result.ok) return;
    const line = byId("held");
    if (!line) return;
    line.hidden = !result.told.held;
    line.textContent = result.told.held;
  } catch (error) {
    // over by itself in 90 s
  }
};
export const letGo = () => {
  if (!holds()) return;
  const body = new FormData();
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  body.set("wants", "0");
  navigator.sendBeacon(item.dataset.claim, body);
};
if (says && (rows || item)) {
  hold(); // a reload has just let go of it
  setInterval(hold, HOLD_MS);
  window.addEventListener("pagehide", letGo);
}

// A bulk under way says how far it is.
const progress = byId("progress");
if (progress && progress.dataset.state === "running") {
  const timer = setInterval(async () => {
    const result = await look(progress.dataset.poll).catch(() => null);
    if (!result || !result.ok) return;
    const { done, total, passed_over: passed, state } = result.told;
    byId("progress-bar").value = done + passed;
    progress.textContent = fill(progress.dataset.told, { done, total, passed });
    if (state !== "running") { clearInterval(timer); location.reload(); }
  }, 700);
}
