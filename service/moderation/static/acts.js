// The small acts beside deciding: skip, claim, note. Each asks the server first, as deciding does.
import { byId, current, fail, focus, item, once, post, rows, say, says, send, show, state } from "./page.js";

const noteBox = byId("note-box");
const address = (row, what) => `/moderation/item/${row.dataset.guid}/${what}`;
export const skip = (after) => {
  if (item) { byId("skip").requestSubmit(); return; }
  const at = current();
  if (!at || rows.dataset.listing !== "queue" || state.busy) return;
  once(async () => {
    const result = await send(address(at, "skip"), {});
    if (!result?.ok) { if (result) fail(result.told.sentence); return; }
    focus(after(at));
    rows.append(at.closest("li"));
    say(says.skipped);
  });
};
export const claim = () => {
  if (item) { byId("claim").requestSubmit(); return; }
  const at = current();
  if (!at || state.busy) return;
  once(async () => {
    const wants = at.classList.contains("mine") ? "0" : "1";
    const result = await send(address(at, "claim"), { asked: "1", wants });
    if (!result) return;
    if (!result.ok) { say(result.told.sentence); show(result.told.sentence, ""); return; }
    at.classList.toggle("mine", wants === "1");
    say(wants === "1" ? says.claimed : says.released);
  });
};
export const note = () => {
  if (item) { byId("note")?.focus(); return; }
  const at = current();
  if (!at || !noteBox) return;
  byId("note-form").action = address(at, "note");
  byId("note-form").elements.back.value = location.pathname + location.search;
  noteBox.showModal();
};
if (noteBox) {
  byId("note-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    once(async () => {
      const result = await post(form);
      if (result && !result.ok) { fail(result.told.sentence || says.refused); return; }
      form.elements.text.value = "";
      noteBox.close();
    });
  });
}
