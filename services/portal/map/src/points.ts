/** Points written as numbers, for whoever does not draw with a pointer: northing and easting of EPSG:2178, one pair a row. */
import { h } from "./dom";
import type { Pair } from "./place";
import { say } from "./words";

export interface PairsField {
  parts: HTMLElement[];
  written: HTMLTextAreaElement;
  fault: HTMLElement;
}

export function pairsField(id: string, action: string, onUse: () => void): PairsField {
  const written = h("textarea", { id, rows: "4", spellcheck: "false", "aria-describedby": `${id}-opis` });
  const fault = h("p", { class: "error", role: "alert" });
  const parts = [
    h("label", { for: id }, say("writePoints")),
    written,
    h("p", { class: "hint", id: `${id}-opis` }, say("writePointsHint")),
    fault,
    h("button", { type: "button", class: "button quiet", click: onUse }, action),
  ];
  return { parts, written, fault };
}

export function rowsOf(points: Pair[]): string {
  return points.map(([east, north]) => `${north.toFixed(2)} ${east.toFixed(2)}`).join("\n");
}

/** Rows of northing and easting; a sentence when one cannot be read. */
export function pairs(text: string): Pair[] | string {
  const found: Pair[] = [];
  for (const [place, row] of text.split(/\n/).entries()) {
    if (!row.trim()) continue;
    const numbers = row.trim().split(/[\s;]+/).map((one) => Number(one.replace(",", ".")));
    const east = numbers.find((one) => one >= 7_000_000 && one < 8_000_000);
    const north = numbers.find((one) => one >= 5_300_000 && one < 6_200_000);
    if (numbers.length !== 2 || east === undefined || north === undefined) return say("rowUnclear", { row: place + 1 });
    found.push([east, north]);
  }
  return found.length ? found : say("rowUnclear", { row: 1 });
}
