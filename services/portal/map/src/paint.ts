/** A collection's drawing, as the registry has it, in styles of OpenLayers; dark pages get lighter inks. */
import type { FeatureLike } from "ol/Feature";
import RenderFeature from "ol/render/Feature";
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import type { Case, Drawing, Label, LayerInfo, Look } from "./catalogue";
import { fillOf } from "./hatch";

/** Colours of the page, read anew when it turns dark. */
export interface Ink {
  isDark: boolean;
  ink: string;
  soft: string;
  paper: string;
  ground: string;
}

export const darkness = matchMedia("(prefers-color-scheme: dark)");

const LIGHT = { isDark: false, ink: "#1b2430", soft: "#4a5563", paper: "#ffffff", ground: "#f4f6f3" };
const DARK = { isDark: true, ink: "#e8edf2", soft: "#aab4bf", paper: "#1b232c", ground: "#12181f" };

/** Inks of the map, which may be light on a dark page and the other way round. */
export function ink(isDark = darkness.matches): Ink {
  return isDark ? DARK : LIGHT;
}

export type Painter = (feature: FeatureLike, resolution: number) => Style | Style[] | undefined;

export const resolutionAt = (zoom: number): number => 156_543.03 / 2 ** zoom;
/** Drawings count zooms of tiles of 256 pixels, as the view does; words stand a quarter zoom before. */
const seenAt = (label: Label, resolution: number): boolean => resolution < resolutionAt(label.from - 0.25) && resolution >= resolutionAt(label.to - 0.25);

export function painter(layer: LayerInfo, colours: Ink, redraw: () => void): Painter {
  const names = new Names(redraw);
  const looks = new Map<Case, Style>();
  const { drawing } = layer;
  return (feature, resolution) => {
    const chosen = caseOf(drawing, feature);
    if (!chosen) return undefined;
    let shape = looks.get(chosen);
    if (!shape) {
      shape = shapeOf(chosen.look, layer, colours);
      looks.set(chosen, shape);
    }
    const label = drawing.labels.find((one) => seenAt(one, resolution));
    const text = label ? String(feature.get(label.field) ?? "") : "";
    if (!label || !text || (layer.geometry !== "Point" && !names.belongsOn(feature, nameOf(layer, feature, text), resolution))) return shape;
    return [shape, new Style({ text: words(text, label, layer, colours, chosen.look) })];
  };
}

export function caseOf(drawing: Drawing, feature: FeatureLike): Case | undefined {
  const value = drawing.field ? String(feature.get(drawing.field) ?? "") : "";
  return drawing.cases.find((one) => one.values.includes(value)) ?? drawing.cases.find((one) => one.values.length === 0);
}

/** What tells one object from another of the same words. */
function nameOf(layer: LayerInfo, feature: FeatureLike, text: string): string {
  return String(feature.get(layer.id_field) ?? feature.getId() ?? text);
}

function shapeOf(look: Look, layer: LayerInfo, colours: Ink): Style {
  const stroke = look.stroke ? new Stroke({ color: onPaper(look.stroke, colours), width: look.width, ...(look.dash.length ? { lineDash: look.dash } : {}) }) : undefined;
  if (look.radius) return new Style({ image: new Circle({ radius: look.radius, fill: new Fill({ color: onPaper(look.fill, colours) }), ...(stroke ? { stroke: new Stroke({ color: colours.paper, width: look.width }) } : {}) }) });
  // areas without a fill are nearly invisible, yet there: a click finds them in the tile
  const fill = layer.geometry === "MultiPolygon" ? (look.fill ? fillOf(look, colours.isDark) : new Fill({ color: colours.isDark ? "rgba(0,0,0,0.01)" : "rgba(255,255,255,0.01)" })) : undefined;
  return new Style({ ...(fill ? { fill } : {}), ...(stroke ? { stroke } : {}) });
}

function words(text: string, label: Label, layer: LayerInfo, colours: Ink, look: Look): Text {
  return new Text({
    text,
    font: `${label.bold ? 700 : 400} ${label.size + 1}px Lato, sans-serif`,
    fill: new Fill({ color: onPaper(label.colour, colours) }),
    stroke: new Stroke({ color: colours.paper, width: 3 }),
    placement: layer.geometry === "MultiLineString" ? "line" : "point",
    offsetY: look.radius ? -(look.radius + 7) : 0,
    overflow: false,
  });
}

/** Inks of print on a dark page: as light as they were dark, no paler than can be read. */
export function onPaper(hex: string, colours: Ink): string {
  if (!colours.isDark || !/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const light = Math.max(...parts) / 2 + Math.min(...parts) / 2;
  if (light > 0.6) return hex;
  const wanted = 0.72;
  const mixed = parts.map((part) => Math.round(255 * (part + (1 - part) * ((wanted - light) / (1 - light)))));
  return `rgb(${mixed.join(" ")})`;
}

/**
 * Tiles cut an area into pieces. Only the largest piece of those seen at a resolution carries the name; when a larger
 * one comes after a smaller was named, the layer is drawn once more.
 */
class Names {
  private readonly largest = new Map<string, number>();
  private timer = 0;

  constructor(private readonly redraw: () => void) {}

  belongsOn(feature: FeatureLike, name: string, resolution: number): boolean {
    if (this.largest.size > 60_000) this.largest.clear();
    const key = `${name}@${resolution}`;
    const known = this.largest.get(key);
    const size = sizeOf(feature);
    if (known !== undefined && size < known) return false;
    if (known !== undefined && size > known) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(this.redraw, 150);
    }
    this.largest.set(key, size);
    return true;
  }
}

/** Area of the first ring of a piece, or the length of a line's box. */
function sizeOf(feature: FeatureLike): number {
  if (!(feature instanceof RenderFeature)) return 0;
  const flat = feature.getFlatCoordinates();
  if (feature.getType().endsWith("LineString")) {
    const [west, south, east, north] = feature.getExtent();
    return (east ?? 0) - (west ?? 0) + (north ?? 0) - (south ?? 0);
  }
  const end = feature.getEnds()?.[0];
  const last = typeof end === "number" ? end : flat.length;
  let twice = 0;
  for (let i = 0; i + 3 < last; i += 2) {
    twice += (flat[i] ?? 0) * (flat[i + 3] ?? 0) - (flat[i + 2] ?? 0) * (flat[i + 1] ?? 0);
  }
  return Math.abs(twice);
}
