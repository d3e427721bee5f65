// Campaigns: from card to card, and to the question before all of one are decided.
import { press } from "./page.js";

const cards = [...document.querySelectorAll(".card article")];
export const onCard = (name) => {
  const at = cards.indexOf(document.activeElement.closest(".card article"));
  const step = { next: 1, previous: -1 }[name];
  if (!step || !cards.length) return at >= 0 && press(cards[at].querySelector(`[data-does=${name}]`));
  const to = cards[at < 0 ? 0 : at + step];
  to?.focus();
  return true;
};
cards[0]?.focus({ preventScroll: true });
