import { byId, h } from "./dom";
import { say } from "./words";

interface Action {
  label: string;
  run: () => void;
}

/** A short message that floats over the page until it is read or closed; the same text stands only once. */
export function toast(text: string, action?: Action): void {
  const box = byId("komunikat");
  if (!box || [...box.children].some((child) => child.firstChild?.textContent === text)) return;
  const message = h("div", { class: "toast" }, h("p", {}, text));
  const gone = (): void => message.remove();
  if (action) {
    const run = (): void => {
      gone();
      action.run();
    };
    message.append(h("button", { type: "button", class: "plain", click: run }, action.label));
  }
  message.append(h("button", { type: "button", class: "plain close", "aria-label": say("close"), click: gone }, "✕"));
  box.append(message);
  if (!action) window.setTimeout(gone, 12_000);
}

/** Tells a screen reader what changed, without showing it. */
export function announce(text: string): void {
  let region = byId("glos");
  if (!region) {
    region = h("div", { id: "glos", class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = text;
}
