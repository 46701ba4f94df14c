/** How zones of plans are drawn: a pale fill and a hatch for each group, so that print without colour tells them apart. */
import type { Word } from "./words";

type Hatch = "blank" | "rising" | "falling" | "cross" | "flat" | "upright" | "dots" | "waves" | "grid";

export interface Group {
  word: Word;
  colour: [number, number, number];
  hatch: Hatch;
}

export const groups = {
  housing: { word: "housing", colour: [243, 196, 132], hatch: "blank" },
  mixed: { word: "mixed", colour: [240, 170, 120], hatch: "rising" },
  services: { word: "services", colour: [236, 136, 126], hatch: "cross" },
  production: { word: "production", colour: [176, 142, 196], hatch: "grid" },
  farming: { word: "farming", colour: [238, 220, 120], hatch: "flat" },
  forest: { word: "forest", colour: [104, 172, 100], hatch: "dots" },
  greenery: { word: "greenery", colour: [160, 208, 116], hatch: "upright" },
  water: { word: "water", colour: [110, 176, 228], hatch: "waves" },
  transport: { word: "transport", colour: [176, 176, 176], hatch: "blank" },
  other: { word: "other", colour: [196, 196, 206], hatch: "falling" },
} satisfies Record<string, Group>;

export type GroupName = keyof typeof groups;

/** By the class of 2021 where the planner gave one, else by the letters of the symbol ("3MN/U" is mixed). */
export function groupOf(symbol: string, class2021: string): GroupName {
  const letters = /[A-Z]+(\/[A-Z]+)?/.exec((class2021 || symbol).toUpperCase())?.[0] ?? "";
  if (letters.includes("/U") || /^(MU|UM)/.test(letters)) return "mixed";
  if (/^(M|RM)/.test(letters)) return "housing";
  if (/^(P|UP)/.test(letters)) return "production";
  if (letters.startsWith("U")) return "services";
  if (letters.startsWith("R")) return "farming";
  if (/^(L|ZL)/.test(letters)) return "forest";
  if (/^(Z|C)/.test(letters)) return "greenery";
  if (letters.startsWith("W")) return "water";
  if (letters.startsWith("K")) return "transport";
  return "other";
}

const SIZE = 16; // divides a tile, so that hatches meet at its edges
const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));

const strokes: Record<Hatch, (pen: CanvasRenderingContext2D) => void> = {
  blank: () => undefined,
  rising: (pen) => lines(pen, [0, SIZE, SIZE, 0], [-4, 4, 4, -4], [12, 20, 20, 12]),
  falling: (pen) => lines(pen, [0, 0, SIZE, SIZE], [-4, 12, 4, 20], [12, -4, 20, 4]),
  cross: (pen) => {
    strokes.rising(pen);
    strokes.falling(pen);
  },
  flat: (pen) => lines(pen, [0, 8, SIZE, 8]),
  upright: (pen) => lines(pen, [8, 0, 8, SIZE]),
  grid: (pen) => lines(pen, [0, 8, SIZE, 8], [8, 0, 8, SIZE]),
  dots: (pen) => {
    for (const [x, y] of [[4, 4], [12, 12]] as const) pen.fillRect(x - 1, y - 1, 2.5, 2.5);
  },
  waves: (pen) => {
    pen.beginPath();
    pen.moveTo(0, 8);
    pen.bezierCurveTo(4, 4, 4, 4, 8, 8);
    pen.bezierCurveTo(12, 12, 12, 12, 16, 8);
    pen.stroke();
  },
};

function lines(pen: CanvasRenderingContext2D, ...all: [number, number, number, number][]): void {
  pen.beginPath();
  for (const [fromX, fromY, toX, toY] of all) {
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
  }
  pen.stroke();
}

/** One period of the fill of a group. */
export function swatch(name: GroupName, isDark: boolean): HTMLCanvasElement {
  const { colour, hatch } = groups[name];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(ratio, ratio);
  const rgb = colour.join(" ");
  pen.fillStyle = `rgb(${rgb} / ${isDark ? 0.3 : 0.45})`;
  pen.fillRect(0, 0, SIZE, SIZE);
  const ink = isDark ? colour : colour.map((part) => Math.round(part * 0.62));
  pen.strokeStyle = pen.fillStyle = `rgb(${ink.join(" ")} / ${isDark ? 0.55 : 0.6})`;
  strokes[hatch](pen);
  return canvas;
}

/** The swatch as a canvas fill; OpenLayers draws in device pixels, so the canvas is not scaled again. */
export function pattern(name: GroupName, isDark: boolean): CanvasPattern | string {
  const pen = document.createElement("canvas").getContext("2d");
  return pen?.createPattern(swatch(name, isDark), "repeat") ?? `rgb(${groups[name].colour.join(" ")} / 0.4)`;
}
