// Choosing many: x, Shift+j, *a, the boxes and the bar above the list; the server asks before it acts.
import { all, byId, current, fill, focus, say } from "./page.js";

const form = byId("many");
const boxOf = (row) => row?.querySelector("[name=item]");
const boxes = () => all().map(boxOf).filter(Boolean);
const chosen = () => boxes().filter((box) => box.checked);

const tell = () => {
  if (!form) return;
  const many = chosen().length;
  const picked = byId("picked");
  const { some, none } = picked.dataset;
  picked.textContent = many ? fill(some, { count: many }) : none;
  const every = byId("pick-all");
  every.checked = many > 0 && many === boxes().length;
  every.indeterminate = many > 0 && many < boxes().length;
  form.classList.toggle("some", many > 0 || form.elements.all.checked);
  boxes().forEach((box) => box.closest(".row").classList.toggle("picked", box.checked));
};
export const toggle = (row) => {
  const box = boxOf(row);
  if (!box) return;
  box.checked = !box.checked;
  tell();
  say(byId("picked").textContent);
};
export const extend = (step) => {
  const list = all();
  const at = list.indexOf(current());
  const next = list[at + step];
  [list[at], next].forEach((row) => { if (boxOf(row)) boxOf(row).checked = true; });
  focus(next);
  tell();
};
export const pickPage = () => {
  const every = chosen().length !== boxes().length;
  boxes().forEach((box) => { box.checked = every; });
  tell();
  if (form) say(byId("picked").textContent);
};
export const bulk = (act) => {
  if (!form?.isConnected) return false;
  if (!chosen().length && !form.elements.all.checked) toggle(current());
  form.querySelector(`[value=${act}]`).click();
  return true;
};
if (form) {
  byId("pick-all").addEventListener("change", pickPage);
  document.addEventListener("change", (event) => { if (event.target.matches("[name=item], [name=all]")) tell(); });
  tell();
}
