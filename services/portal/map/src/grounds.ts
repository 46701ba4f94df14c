/** What lies under the layers: our own pale map in three shades, nothing, or a picture of a national service. */
import type TileLayer from "ol/layer/Tile";
import VectorTileLayer from "ol/layer/VectorTile";
import type OlMap from "ol/Map";
import type XYZ from "ol/source/XYZ";
import { Fill, Stroke, Style, Text } from "ol/style";
import type { Background } from "./catalogue";
import type { Stack } from "./layers";
import { darkness, ink, resolutionAt } from "./paint";
import type { Painter } from "./paint";

interface Shade {
  ground: string;
  green: string;
  built: string;
  road: string;
  casing: string;
  words: string;
  halo: string;
}

const SHADES: Record<"light" | "grey" | "dark", Shade> = {
  light: { ground: "#f4f6f3", green: "rgba(61,139,61,0.10)", built: "#e2ded6", road: "#ffffff", casing: "#d5d9d2", words: "#4a5563", halo: "#f4f6f3" },
  grey: { ground: "#f2f2f2", green: "rgba(0,0,0,0.035)", built: "#e0e0e0", road: "#ffffff", casing: "#d2d2d2", words: "#5c5c5c", halo: "#f2f2f2" },
  dark: { ground: "#12181f", green: "rgba(108,197,161,0.08)", built: "#232d37", road: "#2c3844", casing: "#1b232c", words: "#aab4bf", halo: "#12181f" },
};

/** Bottom first. */
const PARTS = ["protected-areas", "buildings", "streets"] as const;

function painterOf(part: (typeof PARTS)[number], shade: Shade): Painter {
  if (part === "protected-areas") {
    const style = new Style({ fill: new Fill({ color: shade.green }) });
    return () => style;
  }
  if (part === "buildings") {
    const style = new Style({ fill: new Fill({ color: shade.built }) });
    return () => style;
  }
  return (feature, resolution) => {
    const width = Math.max(1.5, Math.min(14, 7 / resolution));
    const name = String(feature.get("name") ?? "");
    const styles = [
      new Style({ stroke: new Stroke({ color: shade.casing, width: width + 1.6, lineCap: "round" }) }),
      new Style({ stroke: new Stroke({ color: shade.road, width, lineCap: "round" }), zIndex: 1 }),
    ];
    if (name && resolution < resolutionAt(15.5)) {
      styles.push(new Style({ text: new Text({ text: name, font: "400 12px Lato, sans-serif", placement: "line", fill: new Fill({ color: shade.words }), stroke: new Stroke({ color: shade.halo, width: 3 }) }), zIndex: 2 }));
    }
    return styles;
  };
}

export class Ground {
  private readonly own: [(typeof PARTS)[number], VectorTileLayer][];
  private picture: TileLayer<XYZ> | undefined;
  /** ISO day of the map, for grounds that keep older pictures */
  private day: string | undefined;
  /** what a person chose; undefined: light or dark, as the page is */
  choice: string | undefined;

  constructor(
    private readonly map: OlMap,
    private readonly stack: Stack,
    private readonly backgrounds: Background[],
    private readonly element: HTMLElement,
    private readonly onError: (title: string) => void,
  ) {
    this.own = PARTS.flatMap((part) => {
      const held = stack.get(part);
      const source = held?.vector.getSource();
      if (!held || !source) return [];
      const layer = new VectorTileLayer({ source, minZoom: held.info.from - 0.01, zIndex: -1, declutter: part === "streets", renderBuffer: 64, renderMode: part === "buildings" ? "hybrid" : "vector" });
      map.addLayer(layer);
      return [[part, layer] as [(typeof PARTS)[number], VectorTileLayer]];
    });
  }

  get id(): string {
    return this.choice ?? (darkness.matches ? "dark" : "light");
  }

  get isDark(): boolean {
    return this.id === "dark" || (this.id === "none" && darkness.matches);
  }

  get attribution(): string {
    return this.info?.attribution ?? "";
  }

  choose(id: string | undefined): void {
    this.choice = id;
    this.paint();
  }

  get info(): Background | undefined {
    return this.backgrounds.find(({ id }) => id === this.id);
  }

  setDay(day: string | undefined): void {
    this.day = day;
    if (this.info?.days_url) this.paint();
  }

  private async lay(url: string, id: string): Promise<void> {
    const { pictureLayer } = await import("./past");
    if (this.id !== id || this.picture) return; // another was chosen meanwhile
    this.picture = pictureLayer(url, () => this.onError(this.backgrounds.find((one) => one.id === id)?.title ?? id));
    this.map.addLayer(this.picture);
  }

  paint(): void {
    const { id } = this;
    const shade = id === "light" || id === "grey" || id === "dark" ? SHADES[id] : undefined;
    for (const [part, layer] of this.own) {
      layer.setVisible(Boolean(shade));
      if (shade) layer.setStyle(painterOf(part, shade));
    }
    const info = this.info;
    const url = info?.url && (info.days_url && this.day ? `${info.url}?dzien=${this.day}` : info.url);
    if (this.picture) this.map.removeLayer(this.picture);
    this.picture = undefined;
    if (url) void this.lay(url, id);
    this.element.style.backgroundColor = shade?.ground ?? ink(this.isDark).ground;
    this.stack.paint(this.isDark);
  }
}
