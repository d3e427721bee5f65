// After many decisions in a row, or a long time, one line says so; it asks for nothing.
import { byId, fill } from "./page.js";

const MANY = 50;
const LONG_MS = 45 * 60000;
const REST_MS = 10 * 60000; // who has not decided for so long has rested

const line = byId("pause");
const known = () => JSON.parse(sessionStorage.getItem("run"));
const keep = (run) => sessionStorage.setItem("run", JSON.stringify(run));
const tell = (run) => {
  byId("pause-text").textContent = fill(line.dataset.told, run.due);
  line.hidden = false;
};
export const rest = () => {
  if (!line) return;
  const now = Date.now();
  const kept = known();
  const run = kept && now - kept.last < REST_MS ? kept : { since: now, count: 0 };
  run.count += 1;
  run.last = now;
  if (run.count >= MANY || now - run.since >= LONG_MS) {
    run.due = { count: run.count, minutes: Math.max(1, Math.round((now - run.since) / 60000)) };
    run.count = 0;
    run.since = now;
    tell(run);
  }
  keep(run);
};
if (line) {
  const run = known();
  if (run?.due) tell(run); // decided on a page that was left with it
  byId("pause-close").addEventListener("click", () => { line.hidden = true; keep({ ...known(), due: undefined }); });
}
