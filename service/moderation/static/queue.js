"use strict";
// Makes the pages quick; everything works without it. One press, one decision, and never a guess
// about the outcome: a row leaves only after the server has answered. The pages keep the sentences.
(() => {
  const byId = (id) => document.getElementById(id);
  const rows = byId("rows");
  const item = byId("item");
  const bar = byId("bar");
  const undoForm = byId("undo");
  const keysBox = byId("keys");
  const conflictBox = byId("conflict");
  const notSaved = byId("not-saved");
  const says = byId("sentences") ? byId("sentences").dataset : null;
  const GUARD_MS = 300; // two presses closer than this are one finger that bounced
  const GO_MS = 1500; // how long after g its second letter counts
  const WAIT_MS = 10000; // a server that is silent for longer has not answered
  const LEAVE_MS = 140;
  const ACTS = { a: "approve", s: "spam", d: "remove" };
  const PLACES = { q: "", s: "spam", p: "passed", r: "removed", d: "decided" };
  const gone = new Map(); // decided rows of this page, to come back at once on undo
  let lastAct = 0; // so the first moments of a page are guarded too: a finger may still be bouncing
  let goAt = -GO_MS;
  let busy = false;

  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const say = (text) => { if (byId("live")) byId("live").textContent = text; };
  const calm = () => !window.matchMedia("(prefers-reduced-motion: no-preference)").matches;

  // --- where the focus is ---
  const all = () => (rows ? [...rows.querySelectorAll("li:not(.leaving) > .row")] : []);
  const current = () => {
    const at = document.activeElement && document.activeElement.closest(".row");
    return at && rows && rows.contains(at) && !at.closest(".leaving") ? at : null;
  };
  const focus = (row) => {
    if (!row) return;
    all().forEach((one) => { one.tabIndex = -1; });
    row.tabIndex = 0;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    if (item) { const beside = byId(step > 0 ? "older" : "newer"); if (beside) location.assign(beside.href); return; }
    const list = all();
    const at = list.indexOf(current());
    focus(at < 0 ? list[0] : list[Math.min(list.length - 1, Math.max(0, at + step))]);
  };

  // --- what is told ---
  const count = (listing, change) => {
    let value = "";
    document.querySelectorAll(`[data-count="${listing}"]`).forEach((node) => {
      // A count that stopped at its most stays as it is.
      if (/^\d+$/.test(node.textContent.trim())) node.textContent = String(Math.max(0, Number(node.textContent) + change));
      value = node.textContent.trim();
    });
    return value;
  };
  const today = (change) => document.querySelectorAll("[data-today]").forEach((node) => {
    node.textContent = String(Math.max(0, Number(node.textContent) + change));
  });
  const show = (said, guid) => {
    if (!bar) return;
    bar.hidden = false;
    byId("bar-text").textContent = said;
    byId("bar-item").hidden = !guid;
    byId("bar-item").href = byId("bar-item").href.replace(/[^/]*$/, guid);
  };
  const fail = (why) => {
    if (notSaved) { byId("not-saved-why").textContent = why; notSaved.hidden = false; }
    say(why);
  };

  // --- asking the server ---
  const post = async (form, extra) => {
    const body = new URLSearchParams(new FormData(form));
    Object.entries(extra || {}).forEach(([name, value]) => body.set(name, value));
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT_MS);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: stop.signal,
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) { location.reload(); return null; }
      return { ok: answer.ok, status: answer.status, told: await answer.json() };
    } finally {
      clearTimeout(timer);
    }
  };
  const once = async (work) => {
    busy = true;
    try {
      await work();
    } catch (error) {
      fail(says.lost);
    } finally {
      busy = false;
    }
  };

  // --- deciding ---
  const leave = (row) => {
    // The focus has moved before; the row closes under it, so nothing jumps away from the eye.
    const place = row.closest("li");
    gone.set(row.dataset.guid, { place, after: place.previousElementSibling });
    place.classList.add("leaving");
    const end = () => { place.remove(); place.classList.remove("leaving"); };
    if (calm() || !place.animate) { end(); return; }
    place.animate([{ height: `${place.offsetHeight}px`, opacity: 1 }, { height: 0, opacity: 0 }], { duration: LEAVE_MS, easing: "ease-out" }).onfinish = end;
  };
  const emptied = (left) => {
    // More wait than one page shows: load them. Else say that this was all.
    if (left !== "0" && left !== "") { location.reload(); return; }
    byId("empty").hidden = false;
    document.querySelectorAll(".after, .hints").forEach((node) => { node.hidden = true; });
    rows.hidden = true;
    byId("empty").querySelector("h2").focus();
  };
  const done = (row, told) => {
    if (notSaved) notSaved.hidden = true;
    if (row === item) {
      sessionStorage.setItem("focus", item.dataset.beside);
      location.assign(row.querySelector("form.acts").elements.back.value);
      return;
    }
    row.querySelector("[name=seen]").value = told.version;
    today(1);
    show(told.said, told.guid);
    const list = all();
    const at = list.indexOf(row);
    const next = list[at + 1] || (told.listing === rows.dataset.listing ? row : list[at - 1]);
    let left = count(rows.dataset.listing, 0);
    if (told.listing !== rows.dataset.listing) {
      left = count(rows.dataset.listing, -1);
      count(told.listing, 1);
      focus(next);
      leave(row);
      if (!next) emptied(left);
    } else {
      focus(next);
    }
    say(fill(says.done, { said: told.said, left }));
  };
  const decide = (row, act, extra) => {
    const now = performance.now();
    const form = row.querySelector("form.acts");
    if (busy || !form || now - lastAct < GUARD_MS) return;
    lastAct = now;
    once(async () => {
      row.classList.add("busy");
      const result = await post(form, { act, ...extra }).finally(() => row.classList.remove("busy"));
      if (!result) return;
      if (result.ok) done(row, result.told);
      else if (result.status === 409) conflict(row, act, result.told);
      else fail(result.told.sentence || says.refused);
    });
  };
  const conflict = (row, act, told) => {
    byId("conflict-text").textContent = told.sentence;
    byId("conflict-change").textContent = fill(says.change, told);
    conflictBox.dataset.version = told.version;
    conflictBox.dataset.act = act;
    conflictBox.row = row;
    lastAct = performance.now();
    conflictBox.returnValue = "";
    conflictBox.showModal();
    say(told.sentence);
  };
  if (conflictBox) {
    byId("conflict-keep").addEventListener("click", () => conflictBox.close());
    byId("conflict-change").addEventListener("click", () => conflictBox.close("change"));
    conflictBox.addEventListener("close", () => {
      const row = conflictBox.row;
      if (conflictBox.returnValue === "change") {
        lastAct = -GUARD_MS;
        decide(row, conflictBox.dataset.act, { seen: conflictBox.dataset.version });
        return;
      }
      say(says.kept);
      if (row === item) { location.assign(byId("back").href); return; }
      // Somebody else's answer stands; the row is no longer one that waits here.
      const list = all();
      const at = list.indexOf(row);
      const next = list[at + 1] || list[at - 1];
      const left = count(rows.dataset.listing, -1);
      focus(next);
      leave(row);
      if (!next) emptied(left);
    });
  }

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
    focus(row);
    return true;
  };
  const undo = () => {
    if (!undoForm || busy) return;
    once(async () => {
      const result = await post(undoForm);
      if (!result) return;
      if (notSaved) notSaved.hidden = true;
      if (!result.ok) { show(result.told.sentence, ""); say(result.told.sentence); return; }
      if (comeBack(result.told)) {
        show(result.told.said, result.told.guid);
        say(fill(says.undone, result.told));
        return;
      }
      sessionStorage.setItem("said", result.told.said);
      sessionStorage.setItem("focus", result.told.guid);
      location.reload();
    });
  };

  // --- buttons do what the keys do ---
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form === undoForm) { event.preventDefault(); undo(); return; }
    const row = form.closest(".row, .row-item");
    const act = event.submitter && event.submitter.value;
    if (!form.matches(".acts") || !row || !Object.values(ACTS).includes(act)) return;
    event.preventDefault();
    decide(row, act);
  });

  // --- keys ---
  const letter = (event) => {
    // On a Cyrillic, Greek or Hebrew keyboard the place of the key counts; with Caps Lock its letter.
    const place = /^Key([A-Z])$/.exec(event.code);
    if (event.key.length === 1 && event.key.charCodeAt(0) > 127 && place) return place[1].toLowerCase();
    return event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  };
  const skip = () => {
    if (item) { move(1); return; }
    const at = current();
    if (!at || all().length < 2) return;
    const list = all();
    const next = list[list.indexOf(at) + 1] || list[0];
    rows.append(at.closest("li"));
    focus(next);
    say(says.skipped);
  };
  const open = (event) => {
    const at = current();
    if (at && event.target === at) location.assign(at.dataset.href);
  };
  const away = () => {
    const back = byId("back");
    if (!back) return;
    if (item) sessionStorage.setItem("focus", item.dataset.guid);
    location.assign(back.href);
  };
  const more = () => { const at = current(); if (at) at.classList.toggle("open"); };
  const DOES = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    z: undo, u: skip, e: more, r: () => location.reload(), g: () => { goAt = performance.now(); },
    "/": () => { if (byId("site")) byId("site").focus(); },
    "?": () => { if (keysBox) keysBox.showModal(); },
    Escape: away,
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.isComposing || event.keyCode === 229 || event.repeat) return;
    if (conflictBox && conflictBox.open) {
      // The letter that was refused, pressed once more, knowingly.
      const meant = performance.now() - lastAct > GUARD_MS;
      if (meant && ACTS[letter(event)] === conflictBox.dataset.act && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); conflictBox.close("change"); }
      return;
    }
    if (typing || document.querySelector("dialog[open]")) {
      if (typing && event.key === "Escape") { typing.blur(); focus(all().find((one) => one.tabIndex === 0)); }
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && letter(event) === "z") { event.preventDefault(); undo(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return;
    const key = letter(event);
    const goes = performance.now() - goAt < GO_MS;
    goAt = -GO_MS;
    if (goes && key in PLACES) { event.preventDefault(); location.assign(`/moderation/${PLACES[key]}`); return; }
    const row = item || current();
    if (ACTS[key] && row) { event.preventDefault(); decide(row, ACTS[key]); return; }
    if (key === "Enter") { open(event); return; }
    // The arrows scroll where there is no list to walk through.
    if (!DOES[key] || !says || (key.startsWith("Arrow") && !rows)) return;
    event.preventDefault();
    DOES[key]();
  });

  // --- the page has come ---
  const link = byId("keys-link");
  if (link && keysBox) link.addEventListener("click", (event) => { event.preventDefault(); keysBox.showModal(); });
  const take = (name) => { const kept = sessionStorage.getItem(name); sessionStorage.removeItem(name); return kept; };
  const said = take("said");
  if (said) say(said);
  const wanted = take("focus") || location.hash.replace("#c-", "");
  if (item) item.focus({ preventScroll: true });
  else if (rows) focus(all().find((one) => one.dataset.guid === wanted) || all()[0]);
})();
