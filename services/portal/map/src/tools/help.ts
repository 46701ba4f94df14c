/** What this map can do, in a few sentences, with its keys; and what is new. */
import { h } from "../dom";
import type { Open } from "../tool";
import { say } from "../words";
import type { Word } from "../words";

const TIPS: Word[] = ["tipTap", "tipSearch", "tipSeveral", "tipLayers", "tipPrint", "tipShare", "tipBack"];
const KEYS: [string, Word][] = [
  ["← ↑ → ↓", "keyMove"],
  ["+ −", "keyZoom"],
  ["Enter", "keyAsk"],
  ["Shift + ←", "keyFaster"],
  ["Esc", "keyClose"],
];
const NEW: Word[] = ["newProfile", "newOthers", "newOrtho", "newAtlas"];

export const open: Open = (body, desk) => {
  const about = new URLSearchParams({ kind: "complaint", subject: say("mapRemark"), text: say("thisView", { address: `${location.origin}/mapa/${desk.forOthers()}` }) });
  const items = (words: Word[]): HTMLElement => h("ul", {}, ...words.map((word) => h("li", {}, say(word))));
  body.append(
    items(TIPS),
    h("h3", {}, say("keys")),
    h("dl", { class: "facts" }, ...KEYS.flatMap(([key, word]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, say(word))])),
    h("h3", {}, say("whatIsNew")),
    items(NEW),
    h("p", {}, h("a", { class: "button quiet", href: `/uslugi/pismo-ogolne/?${about}` }, say("tellUs"))),
  );
};
