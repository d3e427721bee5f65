// Ask a Chaffinch server about a comment, from Node 18 or newer; nothing to install.
// Never throws: without an answer the verdict is "unsure", which means: hold the comment.
import { randomUUID } from "node:crypto";

const VERDICTS = new Set(["ham", "unsure", "spam"]);

export async function check(server, key, comment, { timeoutMs = 5000, tries = 2 } = {}) {
  // The same name at every try: a try whose answer was lost is not counted twice.
  const name = randomUUID();
  let error = "";
  for (let turn = 0; turn < tries; turn += 1) {
    try {
      const answer = await fetch(`${server.replace(/\/+$/, "")}/api/v1/check`, {
        method: "POST",
        redirect: "error",
        headers: {
          Authorization: `Bearer ${key}`,
          "Content-Type": "application/json",
          "Idempotency-Key": name,
        },
        body: JSON.stringify({ comment }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const told = await answer.json();
      if (answer.ok && VERDICTS.has(told.verdict)) return told;
      error = told.detail ?? `status ${answer.status}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (failure) {
      error = String(failure);
    }
  }
  return { verdict: "unsure", blatant: false, guid: "", reasons: [], error };
}
