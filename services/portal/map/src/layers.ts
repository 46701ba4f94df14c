/** The layers of the map, bottom first. To add an aerial photograph, put a tile layer before them. */
import MVT from "ol/format/MVT";
import VectorTileLayer from "ol/layer/VectorTile";
import type { FeatureLike } from "ol/Feature";
import RenderFeature from "ol/render/Feature";
import VectorTileSource from "ol/source/VectorTile";
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import { groupOf, pattern } from "./zones";
import type { GroupName } from "./zones";
import type { Word } from "./words";

export type LayerId = "plan-zones" | "parcels" | "buildings" | "districts" | "plans" | "addresses";

export interface MapLayer {
  id: LayerId;
  word: Word;
  /** seen above this zoom of the view; a tile of 512 px is one zoom lower */
  from: number;
  layer: VectorTileLayer;
}

/** Colours of the page, read anew when it turns dark. */
interface Ink {
  isDark: boolean;
  ink: string;
  soft: string;
  faint: string;
  paper: string;
  ground: string;
  plan: string;
}

export const darkness = matchMedia("(prefers-color-scheme: dark)");

export function ink(): Ink {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    isDark: darkness.matches,
    ink: token("--ink"),
    soft: token("--ink-soft"),
    faint: darkness.matches ? "rgba(170,180,191,0.4)" : "rgba(74,85,99,0.55)",
    paper: token("--paper"),
    ground: token("--mist"),
    plan: darkness.matches ? "#d7a6ea" : "#6b2f86",
  };
}

type Painter = (feature: FeatureLike, resolution: number, colours: Ink, names: Names) => Style | Style[] | undefined;

const resolutionAt = (zoom: number): number => 156_543.03 / 2 ** zoom;

function label(text: string, colours: Ink, { size = 12, weight = 400, colour = colours.ink, above = 0 } = {}): Text {
  return new Text({
    text,
    font: `${weight} ${size}px Lato, sans-serif`,
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: colours.paper, width: 3 }),
    offsetY: -above,
    overflow: false,
  });
}

/**
 * Tiles cut a parcel into pieces. Only the largest piece of those seen at a resolution carries the name; when a larger
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

/** Area of the first ring of a piece. */
function sizeOf(feature: FeatureLike): number {
  if (!(feature instanceof RenderFeature)) return 0;
  const flat = feature.getFlatCoordinates();
  const end = feature.getEnds()?.[0];
  const last = typeof end === "number" ? end : flat.length;
  let twice = 0;
  for (let i = 0; i + 3 < last; i += 2) {
    twice += (flat[i] ?? 0) * (flat[i + 3] ?? 0) - (flat[i + 2] ?? 0) * (flat[i + 1] ?? 0);
  }
  return Math.abs(twice);
}

const patterns = new Map<string, Fill>();

function zoneFill(name: GroupName, isDark: boolean): Fill {
  const key = `${name}${isDark}`;
  const fill = patterns.get(key) ?? new Fill({ color: pattern(name, isDark) });
  patterns.set(key, fill);
  return fill;
}

const painters: Record<LayerId, Painter> = {
  "plan-zones": (feature, resolution, colours) => {
    const symbol = String(feature.get("symbol") ?? "");
    return new Style({
      fill: zoneFill(groupOf(symbol, String(feature.get("class_2021") ?? "")), colours.isDark),
      stroke: new Stroke({ color: colours.plan, width: 0.75 }),
      ...(resolution < resolutionAt(15) ? { text: label(symbol, colours, { size: 13, weight: 700, colour: colours.plan }) } : {}),
    });
  },
  parcels: (feature, resolution, colours, names) =>
    new Style({
      // nearly invisible, yet there: a click finds the parcel in the tile
      fill: new Fill({ color: colours.isDark ? "rgba(0,0,0,0.01)" : "rgba(255,255,255,0.01)" }),
      stroke: new Stroke({ color: resolution < resolutionAt(16) ? colours.soft : colours.faint, width: resolution < resolutionAt(16) ? 1 : 0.6 }),
      ...(resolution < resolutionAt(17) && names.belongsOn(feature, String(feature.get("identifier")), resolution) ? { text: label(String(feature.get("number") ?? ""), colours) } : {}),
    }),
  buildings: (_feature, resolution, colours) =>
    new Style({
      fill: new Fill({ color: colours.isDark ? "rgba(170,180,191,0.35)" : "rgba(74,85,99,0.28)" }),
      ...(resolution < resolutionAt(16) ? { stroke: new Stroke({ color: colours.soft, width: 1 }) } : {}),
    }),
  districts: (feature, resolution, colours, names) =>
    new Style({
      stroke: new Stroke({ color: colours.soft, width: 1.5, lineDash: [10, 4, 2, 4] }),
      ...(resolution > resolutionAt(15.5) && names.belongsOn(feature, String(feature.get("name")), resolution) ? { text: label(String(feature.get("name") ?? ""), colours, { size: 14, weight: 700 }) } : {}),
    }),
  plans: (_feature, resolution, colours) =>
    new Style({
      // far away, where zones are not drawn yet, the plan itself is an area
      ...(resolution > resolutionAt(13) ? { fill: new Fill({ color: colours.isDark ? "rgba(215,166,234,0.16)" : "rgba(107,47,134,0.10)" }) } : {}),
      stroke: new Stroke({ color: colours.plan, width: 2.5 }),
    }),
  addresses: (feature, _resolution, colours) =>
    new Style({
      image: new Circle({ radius: 3, fill: new Fill({ color: colours.ink }), stroke: new Stroke({ color: colours.paper, width: 1 }) }),
      text: label(String(feature.get("number") ?? ""), colours, { weight: 700, above: 10 }),
    }),
};

// Zones are drawn as they stand, because the hatch in a stretched picture of a tile would blur.
const SEEN: [LayerId, Word, number][] = [
  ["plan-zones", "zones", 13],
  ["parcels", "parcels", 14],
  ["buildings", "buildings", 15],
  ["districts", "districts", 0],
  ["plans", "plans", 0],
  ["addresses", "addresses", 17],
];
const LAST_TILES = 17; // deeper, the same tile is drawn larger

export function makeLayers(onError: () => void): MapLayer[] {
  return SEEN.map(([id, word, from]) => {
    const source = new VectorTileSource({
      format: new MVT(),
      url: `/tiles/${id}/{z}/{x}/{y}.mvt`,
      maxZoom: LAST_TILES,
      overlaps: id !== "parcels",
    });
    source.on("tileloaderror", onError);
    const layer = new VectorTileLayer({ source, minZoom: from - 0.01, declutter: true, renderBuffer: 64, renderMode: id === "plan-zones" ? "vector" : "hybrid" });
    return { id, word, from, layer };
  });
}

/** Gives each layer its style in the colours of the moment. */
export function paint(layers: MapLayer[]): void {
  const colours = ink();
  for (const { id, layer } of layers) {
    const names = new Names(() => layer.changed());
    layer.setStyle((feature, resolution) => painters[id](feature, resolution, colours, names));
  }
}
