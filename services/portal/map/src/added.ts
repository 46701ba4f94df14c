/** Maps of others that a person laid over ours: they outlive the panel they were added in. */
import type Map from "ol/Map";
import GeoJSON from "ol/format/GeoJSON";
import type BaseLayer from "ol/layer/Base";
import TileLayer from "ol/layer/Tile";
import VectorLayer from "ol/layer/Vector";
import { unByKey } from "ol/Observable";
import TileWMS from "ol/source/TileWMS";
import VectorSource from "ol/source/Vector";
import WMTS from "ol/source/WMTS";
import WMTSTileGrid from "ol/tilegrid/WMTS";
import { mark } from "./mark";
import { toDegrees } from "./place";
import { say } from "./words";

export interface Service {
  title: string;
  url: string;
  attribution: string;
}

export interface OfferedLayer {
  name: string;
  title: string;
  /** the system that pictures are asked in; "" where none fits */
  system: string;
  tiles: { matrix_set: string; style: string; format: string; matrices: [string, number, number, number, number][] } | null;
}

export interface Offered {
  protocol: "wms" | "wmts" | "wfs" | "features" | "geojson";
  title: string;
  attribution: string;
  layers: OfferedLayer[];
}

export interface Added {
  title: string;
  attribution: string;
  layer: BaseLayer;
  /** of objects: those that are in sight */
  source?: VectorSource;
  stop?: () => void;
}

/** By address and name. */
export const added = new globalThis.Map<string, Added>();

const FIRST = 60;
const COLOURS = ["#7a3e9d", "#0b5cad", "#b45309", "#0f766e", "#b42318"];

/** What the objects of a window came to. */
export interface Came {
  count: number;
  isPartial: boolean;
  unread: number;
  fault: string;
}

/** Lays a layer over the map; ``onCome`` hears of every window of objects, ``onFault`` of the first picture that failed. */
export function lay(map: Map, url: string, service: Offered, one: OfferedLayer, on: { come: (came: Came) => void; fault: () => void }): Added | undefined {
  const key = `${url} ${one.name}`;
  if (added.has(key)) return undefined;
  const isPicture = service.protocol === "wms" || service.protocol === "wmts";
  const made = isPicture ? pictures(url, one, on.fault) : objects(map, url, service.protocol, one.name, on.come);
  const held: Added = { title: `${one.title} (${service.title})`, attribution: service.attribution, ...made };
  held.layer.setZIndex(FIRST + added.size);
  map.addLayer(held.layer);
  added.set(key, held);
  return held;
}

export function remove(map: Map, key: string): void {
  const held = added.get(key);
  held?.stop?.();
  if (held) map.removeLayer(held.layer);
  added.delete(key);
}

function pictures(url: string, one: OfferedLayer, onFault: () => void): { layer: BaseLayer } {
  const address = `/mapa/uslugi/obraz?${new URLSearchParams({ adres: url })}`;
  const source = one.tiles ? tiled(address, one.name, one.tiles) : new TileWMS({ url: address, params: { LAYERS: one.name, STYLES: "", FORMAT: "image/png", TRANSPARENT: "TRUE", VERSION: "1.3.0" }, projection: one.system });
  source.once("tileloaderror", onFault);
  return { layer: new TileLayer({ source }) };
}

function tiled(url: string, layer: string, tiles: NonNullable<OfferedLayer["tiles"]>): WMTS {
  return new WMTS({
    url,
    layer,
    matrixSet: tiles.matrix_set,
    style: tiles.style,
    format: tiles.format,
    projection: "EPSG:3857",
    tileGrid: new WMTSTileGrid({
      matrixIds: tiles.matrices.map(([id]) => id),
      resolutions: tiles.matrices.map(([, resolution]) => resolution),
      origins: tiles.matrices.map(([, , left, top]) => [left, top]),
      tileSizes: tiles.matrices.map(([, , , , size]) => size),
    }),
  });
}

/** Objects of what is in sight, asked anew after every move of the map. */
function objects(map: Map, url: string, protocol: string, name: string, onCome: (came: Came) => void): Pick<Added, "layer" | "source" | "stop"> {
  const format = new GeoJSON({ featureProjection: "EPSG:3857" });
  const source = new VectorSource();
  let round = 0;
  const load = async (): Promise<void> => {
    const mine = ++round;
    const seen = map.getView().calculateExtent(map.getSize());
    const box = [...toDegrees(seen.slice(0, 2)), ...toDegrees(seen.slice(2))].map((edge) => edge.toFixed(6)).join(",");
    const asked = new URLSearchParams({ adres: url, rodzaj: protocol, warstwa: name, bbox: box });
    const told = await answer<{ unread: number; is_partial: boolean }>(`/mapa/uslugi/obiekty?${asked}`);
    if (mine !== round) return; // the map has moved on
    const found = typeof told === "string" ? [] : format.readFeatures(told);
    source.clear(true);
    source.addFeatures(found);
    onCome(typeof told === "string" ? { count: 0, isPartial: false, unread: 0, fault: told || say("serviceFailed") } : { count: found.length, isPartial: told.is_partial, unread: told.unread, fault: "" });
  };
  const key = map.on("moveend", () => void load());
  void load();
  return { layer: new VectorLayer({ source, style: mark(COLOURS[added.size % COLOURS.length] as string) }), source, stop: () => unByKey(key) };
}

/** The answer, or the fault in words ("" where there were none). */
export async function answer<Told>(address: string): Promise<Told | string> {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    const said = (await response.json()) as Told & { description?: string };
    return response.ok ? said : (said.description ?? "");
  } catch {
    return "";
  }
}
