// On a screen that is touched: to the right approves, to the left is spam; the bar takes it back.
import { calm, rows, says, state } from "./page.js";

const START_PX = 12; // less is a tap
const SHARE = 0.35; // of the row's width; less is a change of mind
let at = null;

const mark = (act) => {
  at.row.classList.toggle("swipes-approve", act === "approve");
  at.row.classList.toggle("swipes-spam", act === "spam");
  at.row.dataset.swipe = act ? says[act] : "";
};
const end = () => {
  mark("");
  at.row.style.transform = "";
  at = null;
};
const actOf = (far) => (Math.abs(far) < at.row.offsetWidth * SHARE ? "" : far > 0 ? "approve" : "spam");
if (rows && document.body.dataset.swipe === "on") {
  rows.addEventListener("pointerdown", (event) => {
    const row = event.target.closest(".row");
    if (event.pointerType !== "touch" || !event.isPrimary || !row || event.target.closest("a, button, input, label, summary")) return;
    if (row.querySelector("form.acts")) at = { row, id: event.pointerId, x: event.clientX, y: event.clientY, moves: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== at?.id) return;
    const far = event.clientX - at.x;
    const isAcross = Math.abs(far) > START_PX && Math.abs(far) > 2 * Math.abs(event.clientY - at.y);
    if (!at.moves && !isAcross) return;
    at.moves = true;
    mark(actOf(far));
    if (!calm()) at.row.style.transform = `translateX(${far}px)`;
  });
  document.addEventListener("pointerup", (event) => {
    if (event.pointerId !== at?.id) return;
    const { row, moves, x } = at;
    const act = moves ? actOf(event.clientX - x) : "";
    end();
    if (act && !state.busy) row.querySelector(`form.acts [value=${act}]`).click();
  });
  // The browser took the movement for scrolling.
  document.addEventListener("pointercancel", () => { if (at) end(); });
}
