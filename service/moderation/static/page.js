// What the other files share: where things stand, where the focus is, how the server is asked.
export const byId = (id) => document.getElementById(id);
export let rows = byId("rows");
export let item = byId("item");
// Another comment stands in the page now.
export const turn = () => { rows = byId("rows"); item = byId("item"); };
export const says = byId("sentences")?.dataset;
export const GUARD_MS = 300; // two presses closer than this are one finger that bounced
const WAIT_MS = 10000; // a server that is silent for longer has not answered

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
export const say = (text) => { if (byId("live")) byId("live").textContent = text; };
export const calm = () => !window.matchMedia("(prefers-reduced-motion: no-preference)").matches;

// --- where the focus is ---
export const all = () => (rows ? [...rows.querySelectorAll("li:not(.leaving) > .row")] : []);
export const current = () => {
  const at = document.activeElement?.closest(".row");
  return at && rows?.contains(at) && !at.closest(".leaving") ? at : null;
};
export const focus = (row, stays) => {
  if (!row) return;
  rows.querySelectorAll(".row.at").forEach((one) => { one.tabIndex = -1; one.classList.remove("at"); });
  row.tabIndex = 0;
  row.classList.add("at"); // shown before it is focused: one at a time hides all others
  row.focus({ preventScroll: true });
  if (!stays) row.scrollIntoView({ block: "nearest" });
};

// --- what is told ---
const add = (selector, change) => {
  let value = "";
  document.querySelectorAll(selector).forEach((node) => {
    value = node.textContent.trim();
    // A count that stopped at its most stays as it is.
    if (/^\d+$/.test(value)) node.textContent = value = String(Math.max(0, Number(value) + change));
  });
  return value;
};
export const count = (listing, change) => add(`[data-count="${listing}"]`, change);
export const today = (change) => add("[data-today]", change);
export const show = (said, guid) => {
  if (!byId("bar")) return;
  byId("bar").hidden = false;
  byId("bar-text").textContent = said;
  byId("bar-item").hidden = !guid;
  if (guid) byId("bar-item").href = `/moderation/item/${guid}`;
};
export const fail = (why) => {
  if (byId("not-saved")) { byId("not-saved-why").textContent = why; byId("not-saved").hidden = false; }
  say(why);
};
export const well = () => { if (byId("not-saved")) byId("not-saved").hidden = true; };

// --- asking the server ---
const ask = async (address, more) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual", signal: stop.signal, ...more });
    if (answer.type === "opaqueredirect" || answer.status === 401) { location.reload(); return null; }
    return { ok: answer.ok, status: answer.status, told: await answer.json() };
  } finally {
    clearTimeout(timer);
  }
};
export const look = (address) => ask(address, {});
export const post = (form, extra) => {
  const body = new URLSearchParams(new FormData(form));
  Object.entries(extra || {}).forEach(([name, value]) => body.set(name, value));
  return ask(form.action, { method: "POST", body });
};
export const token = () => document.querySelector("[name=csrf_token]").value;
export const send = (address, values) => ask(address, { method: "POST", body: new URLSearchParams({ csrf_token: token(), ...values }) });
// A page of ours as it is now, null when the server does not answer.
export const read = async (address) => {
  const text = await fetch(address).then((answer) => answer.text()).catch(() => "");
  return text ? parsed(text) : null;
};
export const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
export const state = { busy: false, lastAct: 0 }; // 0: the first moments of a page are guarded too
// Press what leads to another page: once, and nothing is decided on the way.
export const press = (button) => {
  if (button && !state.busy && performance.now() - state.lastAct >= GUARD_MS) { state.busy = true; button.click(); }
  return Boolean(button);
};
export const once = async (work) => {
  state.busy = true;
  try {
    await work();
  } catch (error) {
    fail(says.lost);
  } finally {
    state.busy = false;
  }
};
