/** What the address of the map says: x, y (EPSG:2178, metres) or lon, lat (degrees), z, dzialka, warstwy. */
import { degreesToGrid } from "./place";
import type { Pair } from "./place";

export interface State {
  centre?: Pair;
  zoom?: number;
  parcel?: string;
  /** layers that are seen; all of them where the address is silent */
  layers?: string[];
  /** a part was there and could not be read */
  isStrange: boolean;
}

const PARCEL = /^\d{6}_\d\.\d{4}(\.AR_\w{1,8})?\.\d{1,9}(\/\d{1,9})?$/;

function number(text: string | null, low: number, high: number): number | undefined {
  if (text === null || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

/** The centre, from the one pair of coordinates or the other. */
function centre(asked: URLSearchParams): Pair | undefined {
  const east = number(asked.get("x"), 7_200_000, 7_800_000);
  const north = number(asked.get("y"), 5_300_000, 6_100_000);
  if (east !== undefined && north !== undefined) return [east, north];
  const lon = number(asked.get("lon"), 19.5, 22.5);
  const lat = number(asked.get("lat"), 48, 56);
  return lon === undefined || lat === undefined ? undefined : degreesToGrid([lon, lat]);
}

/** ``known``: identifiers of the layers there are. */
export function read(search: string, known: string[]): State {
  const asked = new URLSearchParams(search);
  const place = centre(asked);
  const zoom = number(asked.get("z"), 0, 24);
  const parcel = asked.get("dzialka") ?? undefined;
  const state: State = { isStrange: false };
  const layers = asked.get("warstwy");
  if (layers !== null) {
    const named = layers.split(",").filter(Boolean);
    state.layers = named.filter((name) => known.includes(name));
    if (state.layers.length < named.length) {
      delete state.layers;
      state.isStrange = true;
    }
  }
  if (["x", "y", "lon", "lat", "z"].some((name) => asked.has(name))) {
    if (place) {
      state.centre = place;
      if (zoom !== undefined) state.zoom = zoom;
    }
    state.isStrange ||= state.centre === undefined || (asked.has("z") && zoom === undefined);
  }
  if (parcel !== undefined) {
    if (PARCEL.test(parcel)) state.parcel = parcel;
    else state.isStrange = true;
  }
  return state;
}

/** ``layers``: those that are seen, when they are not all. */
export function write(centre: Pair, zoom: number, parcel: string | undefined, layers: string[] | undefined): string {
  const said = [`x=${Math.round(centre[0])}`, `y=${Math.round(centre[1])}`, `z=${zoom.toFixed(2).replace(/\.?0+$/, "")}`];
  if (parcel) said.push(`dzialka=${parcel}`);
  if (layers) said.push(`warstwy=${layers.join(",")}`);
  return `?${said.join("&")}`;
}
