// Makes the pages quick; everything works without it. One press, one decision, and never a guess
// about the outcome: a row leaves only after the server has answered.
import { GUARD_MS, all, byId, calm, count, current, fail, fill, focus, item, once, post, press, read, rows, say, says, show, state, today, well } from "./page.js";
import { bulk, extend, pickPage, toggle } from "./many.js";
import { claim, note, skip } from "./acts.js";
import { onCard } from "./cards.js";
import { go } from "./ahead.js";
import { rest } from "./pause.js";
import "./live.js";
import "./swipe.js";

const undoForm = byId("undo");
const keysBox = byId("keys");
const conflictBox = byId("conflict");
const whyBox = byId("why-box");
const GO_MS = 1500; // how long after g or * its second letter counts
const LEAVE_MS = 140;
const ACTS = ["approve", "spam", "remove"];
const keymap = JSON.parse(document.body.dataset.keys || "{}");
const places = JSON.parse(document.body.dataset.places || "{}");
const actions = Object.fromEntries(Object.entries(keymap).map(([name, key]) => [key, name]));
const gone = new Map(); // decided rows of this page, to come back at once on undo
let goAt = -GO_MS;
let starAt = -GO_MS;

const move = (step) => {
  if (item) { const beside = byId(step > 0 ? "older" : "newer"); if (beside && !state.busy) go(beside.href); return; }
  const list = all();
  const at = list.indexOf(current());
  focus(at < 0 ? list[0] : list[Math.min(list.length - 1, Math.max(0, at + step))]);
};

// --- deciding ---
const leave = (row) => {
  // The focus has moved before; the row closes under it, so nothing jumps away from the eye.
  const place = row.closest("li");
  gone.set(row.dataset.guid, { place, after: place.previousElementSibling });
  place.classList.add("leaving");
  const box = row.querySelector("[name=item]");
  if (box) box.checked = false;
  const end = () => { place.remove(); place.classList.remove("leaving"); };
  if (calm() || !place.animate) { end(); return; }
  place.animate([{ height: `${place.offsetHeight}px`, opacity: 1 }, { height: 0, opacity: 0 }], { duration: LEAVE_MS, easing: "ease-out" }).onfinish = end;
};
const cleared = async () => {
  // How the day went is counted by the server, once nothing waits.
  const page = await read(rows.dataset.place);
  const told = page?.querySelector(".cleared");
  const here = document.querySelector(".cleared");
  if (told && here) here.replaceChildren(...told.childNodes);
};
const emptied = (left) => {
  // More wait than one page shows: load them. Else say that this was all.
  if (left !== "0" && left !== "") { location.assign(rows.dataset.place); return; }
  byId("empty").hidden = false;
  document.querySelectorAll(".after, .hints, .many, .filters").forEach((node) => { node.hidden = true; });
  rows.hidden = true;
  byId("empty").querySelector("h2").focus();
  cleared();
};
const away = (row) => {
  const list = all();
  const at = list.indexOf(row);
  return list[at + 1] || list[at - 1];
};
const goes = (row, left) => {
  const next = away(row);
  focus(next);
  leave(row);
  if (!next) emptied(left);
};
const done = (row, told) => {
  well();
  rest();
  if (row === item) {
    sessionStorage.setItem("focus", item.dataset.beside);
    location.assign(row.querySelector("form.acts").elements.back.value);
    return;
  }
  row.querySelector("[name=seen]").value = told.version;
  today(1);
  show(told.said, told.guid);
  const { listing } = rows.dataset;
  let left = count(listing, 0);
  if (told.listing !== listing && listing !== "any") {
    left = count(listing, -1);
    count("matching", -1);
    count(told.listing, 1);
    goes(row, left || document.querySelector("#title .count").textContent.trim());
  } else {
    row.classList.add("settled");
    focus(away(row) || row);
  }
  say(fill(says.done, { said: told.said, left }));
};
const decide = (row, act, extra) => {
  const now = performance.now();
  const form = row.querySelector("form.acts");
  if (state.busy || !form || now - state.lastAct < GUARD_MS) return;
  state.lastAct = now;
  once(async () => {
    row.classList.add("busy");
    const result = await post(form, { act, ...extra }).finally(() => row.classList.remove("busy"));
    if (!result) return;
    if (result.ok) done(row, result.told);
    else if (result.status === 409) conflict(row, act, result.told, extra);
    else if (result.told.asks) ask(whyBox, row, act, extra);
    else fail(result.told.sentence || says.refused);
  });
};
const ask = (box, row, act, extra) => {
  Object.assign(box, { row, act, extra, returnValue: "" });
  state.lastAct = performance.now();
  box.showModal();
};
const again = (box, more) => {
  state.lastAct = -GUARD_MS;
  decide(box.row, box.act, { ...box.extra, ...more });
};
const conflict = (row, act, told, extra) => {
  byId("conflict-text").textContent = told.sentence;
  byId("conflict-change").textContent = fill(says.change, told);
  conflictBox.version = told.version;
  ask(conflictBox, row, act, extra);
  say(told.sentence);
};
whyBox?.addEventListener("close", () => { if (whyBox.returnValue) again(whyBox, { reason: whyBox.returnValue }); else say(says.kept); });
conflictBox?.addEventListener("close", () => {
  const row = conflictBox.row;
  if (conflictBox.returnValue) { again(conflictBox, { seen: conflictBox.version }); return; }
  say(says.kept);
  if (row === item) { location.assign(byId("back").href); return; }
  // Somebody else's answer stands; the row is no longer one that waits here.
  goes(row, count(rows.dataset.listing, -1));
});

// --- undoing ---
const comeBack = (told) => {
  const known = gone.get(told.guid);
  if (!known || !rows || told.listing !== rows.dataset.listing || rows.hidden) return false;
  gone.delete(told.guid);
  known.place.getAnimations().forEach((one) => one.cancel());
  known.place.classList.remove("leaving");
  if (known.after && known.after.parentNode === rows) known.after.after(known.place);
  else rows.prepend(known.place);
  const row = known.place.querySelector(".row");
  row.querySelector("[name=seen]").value = told.version;
  count(rows.dataset.listing, 1);
  count("matching", 1);
  focus(row);
  return true;
};
const undo = () => {
  if (!undoForm || state.busy) return;
  once(async () => {
    const result = await post(undoForm);
    if (!result) return;
    well();
    const { told } = result;
    if (!result.ok) { show(told.sentence, ""); say(told.sentence); return; }
    if (told.go) { location.assign(told.go); return; }
    if (comeBack(told)) { show(told.said, told.guid); say(told.said); return; }
    sessionStorage.setItem("said", told.said);
    sessionStorage.setItem("focus", told.guid);
    location.reload();
  });
};

// --- buttons do what the keys do ---
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === undoForm) { event.preventDefault(); undo(); return; }
  const row = form.closest(".row, .row-item");
  const act = event.submitter?.value;
  if (!form.matches(".acts") || !row || !ACTS.includes(act)) return;
  event.preventDefault();
  decide(row, act);
});

// --- keys ---
const letter = (event) => {
  // On a Cyrillic, Greek or Hebrew keyboard the place of the key counts; with Caps Lock its letter.
  const place = /^Key([A-Z])$/.exec(event.code);
  const { key } = event;
  if (key.length > 1) return key;
  return (key.charCodeAt(0) > 127 && place && !actions[key] ? place[1] : key).toLowerCase();
};
const open = (event) => {
  const at = current();
  if (at && event.target === at && !state.busy) go(at.dataset.href);
};
const leavePage = () => {
  if (document.body.classList.contains("zen")) { document.body.classList.remove("zen"); return; }
  const back = byId("back");
  if (!back) return;
  if (item) sessionStorage.setItem("focus", item.dataset.guid);
  location.assign(back.href);
};
const author = () => {
  if (item) { byId("author").focus(); return; }
  const at = current();
  if (at) location.assign(`${at.dataset.href}#author`);
};
const DOES = {
  next: () => move(1),
  previous: () => move(-1),
  skip: () => skip(away),
  undo,
  claim,
  note,
  author,
  select: () => toggle(current()),
  expand: () => current()?.classList.toggle("open"),
  focus: () => { document.body.classList.toggle("zen"); if (rows) focus(current() || all()[0]); },
  reload: () => (rows ? location.assign(rows.dataset.place) : location.reload()),
  search: () => byId("search").focus(),
  help: () => keysBox.showModal(),
};
const reason = (key) => {
  const box = item?.querySelectorAll("[name=reason]")[key - 1];
  if (box) box.checked = !box.checked;
  return Boolean(box);
};
const plainKey = (event, key) => {
  const now = performance.now();
  const isGo = now - goAt < GO_MS;
  const isStar = now - starAt < GO_MS;
  goAt = starAt = -GO_MS;
  if (isGo && places[key]) { location.assign(places[key]); return true; }
  if (isStar && key === "a") { pickPage(); return true; }
  const row = item || current();
  const action = actions[event.key] || (event.shiftKey ? "" : actions[key]);
  if (event.shiftKey && !actions[event.key] && /^[a-z]$/.test(key)) {
    const large = actions[key];
    // On one comment there is nothing selected: the large letter also trusts its author.
    if (item && large === "approve") return press(document.querySelector("#trust [name=act]"));
    if (ACTS.includes(large)) return bulk(large);
    if (large === "next" || large === "previous") { extend(large === "next" ? 1 : -1); return true; }
    return false;
  }
  if (key === "g") { goAt = now; return true; }
  if (event.key === "*") { starAt = now; return true; }
  if (/^[1-9]$/.test(key) && !action) return reason(key);
  if (action && onCard(action)) return true;
  if (ACTS.includes(action)) { if (row) decide(row, action); return Boolean(row); }
  if (!action || !DOES[action]) return false;
  DOES[action]();
  return true;
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])");
  if (event.isComposing || event.keyCode === 229 || event.repeat || !says) return;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (conflictBox.open) {
    // The letter that was refused, pressed once more, knowingly.
    const meant = performance.now() - state.lastAct > GUARD_MS;
    if (meant && isPlain && actions[letter(event)] === conflictBox.act) { event.preventDefault(); conflictBox.close("change"); }
    return;
  }
  const why = isPlain && whyBox?.open && whyBox.querySelectorAll("[value]")[event.key - 1];
  if (why) { event.preventDefault(); why.click(); return; }
  const isAsked = document.querySelector("dialog[open]");
  if (typing || isAsked) {
    if (event.key === "Escape" && !isAsked) { typing.blur(); focus(all().find((one) => one.tabIndex === 0)); }
    return;
  }
  if (!isPlain || event.getModifierState("AltGraph")) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && letter(event) === "z") { event.preventDefault(); undo(); }
    return;
  }
  if (event.key === "Enter") { open(event); return; }
  if (event.key === "Escape") { leavePage(); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    // The arrows scroll where there is no list to walk through.
    if (rows && !event.shiftKey) { event.preventDefault(); move(step); }
    return;
  }
  if (event.key.length === 1 && Object.keys(keymap).length && plainKey(event, letter(event))) event.preventDefault();
});

// --- the page has come ---
byId("keys-link")?.addEventListener("click", (event) => { event.preventDefault(); keysBox.showModal(); });
const take = (name) => { const kept = sessionStorage.getItem(name); sessionStorage.removeItem(name); return kept; };
say(take("said") || "");
const wanted = take("focus") || location.hash.replace("#c-", "");
if (item && location.hash === "#author") author();
else if (item) item.focus({ preventScroll: true });
else if (rows && !document.querySelector("main [autofocus]")) {
  const known = all().find((one) => one.dataset.guid === wanted);
  focus(known || all()[0], !known); // the first look is at the top of the page
}
