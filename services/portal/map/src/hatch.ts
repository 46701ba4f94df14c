/** Fills of areas: a pale colour and a hatch, so that a print without colour tells them apart. */
import { Fill } from "ol/style";
import type { Look } from "./catalogue";

const SIZE = 16; // divides a tile, so that hatches meet at its edges
const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));

type Pen = CanvasRenderingContext2D;

const strokes: Record<Look["hatch"], (pen: Pen) => void> = {
  none: () => undefined,
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

function lines(pen: Pen, ...all: [number, number, number, number][]): void {
  pen.beginPath();
  for (const [fromX, fromY, toX, toY] of all) {
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
  }
  pen.stroke();
}

/** One period of the fill of a look. */
export function swatch(look: Look, isDark: boolean): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.scale(ratio, ratio);
  const colour = [1, 3, 5].map((at) => parseInt(look.fill.slice(at, at + 2), 16));
  pen.fillStyle = `rgb(${colour.join(" ")} / ${look.opacity * (isDark ? 0.6 : 1)})`;
  pen.fillRect(0, 0, SIZE, SIZE);
  const ink = isDark ? colour : colour.map((part) => Math.round(part * 0.62));
  pen.strokeStyle = pen.fillStyle = `rgb(${ink.join(" ")} / ${Math.min(1, look.opacity + (isDark ? 0.15 : 0.25))})`;
  strokes[look.hatch](pen);
  return canvas;
}

const made = new Map<string, Fill>();

/** The fill for a canvas; OpenLayers draws in device pixels, so the canvas is not scaled again. */
export function fillOf(look: Look, isDark: boolean): Fill {
  const key = `${look.fill}${look.opacity}${look.hatch}${isDark}`;
  let fill = made.get(key);
  if (!fill) {
    const pen = document.createElement("canvas").getContext("2d");
    fill = new Fill({ color: pen?.createPattern(swatch(look, isDark), "repeat") ?? look.fill });
    made.set(key, fill);
  }
  return fill;
}
