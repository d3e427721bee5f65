"use strict";
// Sends what a form says to this very server and shows status, headers of ours and body as text.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = form.parentElement.querySelector(".answer");
    let path = form.dataset.path;
    const query = new URLSearchParams();
    const headers = { Authorization: `Bearer ${document.getElementById("key").value.trim()}` };
    for (const input of form.querySelectorAll("input")) {
      const value = input.value.trim();
      if (!value) continue;
      if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
      if (input.dataset.in === "query") query.set(input.name, value);
      if (input.dataset.in === "header") headers[input.name] = value;
    }
    const options = { method: form.dataset.method, headers, credentials: "omit" };
    if (form.elements.body) {
      options.body = form.elements.body.value;
      headers["Content-Type"] = "application/json";
    }
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const answer = await fetch(query.size ? `${path}?${query}` : path, options);
      const text = await answer.text();
      let body = text;
      try { body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
      shown.textContent = `${answer.status} ${answer.headers.get("Content-Type")}\n\n${body}`;
    } catch (error) {
      shown.textContent = String(error);
    }
  });
}
