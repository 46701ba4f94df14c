/** The layers of the map: which are seen, how strongly, in which order, as of which day. */
import MVT from "ol/format/MVT";
import type TileLayer from "ol/layer/Tile";
import VectorTileLayer from "ol/layer/VectorTile";
import type BaseLayer from "ol/layer/Base";
import type TileWMS from "ol/source/TileWMS";
import VectorTileSource from "ol/source/VectorTile";
import type { Catalogue, LayerInfo } from "./catalogue";
import { ink, painter } from "./paint";
import type { Ink } from "./paint";

const DENSE = new Set(["parcels", "buildings", "addresses"]);
const LAST_TILES = 17; // deeper, the same tile is drawn larger

/** One layer as the address says it, 1 is full strength. */
export interface Shown {
  id: string;
  opacity: number;
}

export class MapLayer {
  readonly vector: VectorTileLayer;
  private past: TileLayer<TileWMS> | undefined;
  private day: string | undefined;
  private isShown: boolean;
  private strength = 1;

  constructor(
    readonly info: LayerInfo,
    readonly title: string,
    private readonly onError: () => void,
  ) {
    const source = new VectorTileSource({
      format: new MVT(),
      url: `/tiles/${info.id}/{z}/{x}/{y}.mvt`,
      maxZoom: LAST_TILES,
      overlaps: info.geometry !== "MultiPolygon" || info.drawing.cases.length > 1,
    });
    source.on("tileloaderror", onError);
    this.isShown = info.is_opening;
    // Pictures of tiles are kept for what is dense; hatches would blur in them when stretched.
    const isDense = DENSE.has(info.id);
    this.vector = new VectorTileLayer({ source, minZoom: info.from - 0.01, declutter: info.drawing.labels.some(({ bold }) => bold) ? "names" : "numbers", renderBuffer: 64, renderMode: isDense ? "hybrid" : "vector", visible: this.isShown });
  }

  /** What OpenLayers draws. */
  get all(): BaseLayer[] {
    return this.past ? [this.vector, this.past] : [this.vector];
  }

  get isVisible(): boolean {
    return this.isShown;
  }

  set isVisible(isShown: boolean) {
    this.isShown = isShown;
    this.settle();
  }

  get opacity(): number {
    return this.strength;
  }

  set opacity(value: number) {
    this.strength = value;
    for (const layer of this.all) layer.setOpacity(value);
  }

  set place(zIndex: number) {
    for (const layer of this.all) layer.setZIndex(zIndex);
  }

  /** As it stood on a day: a picture by WMS. Undefined: as it is. Answers a layer that is new to the map. */
  async asOf(day: string | undefined): Promise<BaseLayer | undefined> {
    this.day = this.info.has_time ? day : undefined;
    let fresh: BaseLayer | undefined;
    if (this.day && !this.past) {
      const { pastLayer } = await import("./past");
      if (!this.past) {
        fresh = this.past = pastLayer(this.info.id, this.day ?? "", this.onError);
        this.past.setOpacity(this.strength);
        this.past.setZIndex(this.vector.getZIndex() ?? 0);
      }
    }
    if (this.day) this.past?.getSource()?.updateParams({ TIME: this.day });
    this.settle();
    return fresh;
  }

  paint(colours: Ink): void {
    this.vector.setStyle(painter(this.info, colours, () => this.vector.changed()));
  }

  refresh(): void {
    this.vector.getSource()?.refresh();
  }

  private settle(): void {
    this.vector.setVisible(this.isShown && !this.day);
    this.past?.setVisible(this.isShown && Boolean(this.day));
  }
}

/** All layers, the first at the bottom. */
export class Stack {
  layers: MapLayer[];
  readonly opening: readonly MapLayer[];
  private readonly listeners: (() => void)[] = [];

  constructor(catalogue: Catalogue, onError: () => void) {
    this.layers = catalogue.groups.flatMap(({ layers }) => layers).map((info) => new MapLayer(info, info.title, onError));
    this.opening = [...this.layers];
    this.number();
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get(id: string): MapLayer | undefined {
    return this.layers.find(({ info }) => info.id === id);
  }

  get visible(): MapLayer[] {
    return this.layers.filter(({ isVisible }) => isVisible);
  }

  show(ids: string[], isVisible: boolean): void {
    for (const layer of this.layers) if (ids.includes(layer.info.id)) layer.isVisible = isVisible;
    this.changed();
  }

  fade(id: string, opacity: number): void {
    const layer = this.get(id);
    if (layer) layer.opacity = opacity;
    this.changed();
  }

  /** Moves a visible layer above or below its visible neighbour. */
  move(id: string, step: 1 | -1): void {
    const seen = this.visible;
    const place = seen.findIndex(({ info }) => info.id === id);
    const other = seen[place + step];
    if (other) this.put(id, other.info.id);
  }

  /** Takes the layer out and puts it in the place of another. */
  put(id: string, target: string): void {
    const layer = this.get(id);
    const to = this.layers.findIndex(({ info }) => info.id === target);
    if (!layer || to < 0 || id === target) return;
    this.layers = this.layers.filter((one) => one !== layer);
    this.layers.splice(to, 0, layer);
    this.number();
    this.changed();
  }

  reset(): void {
    this.restore(undefined);
    this.changed();
  }

  /** As an address says; undefined: the opening view. */
  restore(shown: Shown[] | undefined): void {
    this.layers = [...this.opening];
    if (shown) {
      const named = shown.map(({ id }) => this.get(id)).filter((layer): layer is MapLayer => Boolean(layer));
      this.layers = [...this.layers.filter((layer) => !named.includes(layer)), ...named];
    }
    for (const layer of this.layers) {
      const said = shown?.find(({ id }) => id === layer.info.id);
      layer.isVisible = shown ? Boolean(said) : layer.info.is_opening;
      layer.opacity = said?.opacity ?? 1;
    }
    this.number();
  }

  /** For the address; undefined when nothing differs from the opening view. */
  get state(): Shown[] | undefined {
    const isOpening = this.layers.every((layer) => layer.isVisible === layer.info.is_opening && layer.opacity === 1);
    const order = this.opening.filter(({ isVisible }) => isVisible);
    if (isOpening && this.visible.every((layer, place) => layer === order[place])) return undefined;
    return this.visible.map(({ info, opacity }) => ({ id: info.id, opacity }));
  }

  paint(isDark?: boolean): void {
    const colours = ink(isDark);
    for (const layer of this.layers) layer.paint(colours);
  }

  private number(): void {
    this.layers.forEach((layer, place) => (layer.place = place + 1));
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Layers of the opening view for maps that only stand on them. */
export function groundLayers(catalogue: Catalogue): Stack {
  const groups = catalogue.groups.map((group) => ({ ...group, layers: group.layers.filter((layer) => layer.is_opening) }));
  return new Stack({ ...catalogue, groups }, () => undefined);
}
