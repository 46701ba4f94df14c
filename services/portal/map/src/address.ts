/**
 * What the address of the map says (v=1): x, y (EPSG:2178, metres) or lon, lat (degrees), z, dzialka, warstwy
 * (bottom first, ``name`` or ``name~strength in per cent``), tlo, dzien. An address without ``v`` is read likewise.
 */
import type { Shown } from "./layers";
import { degreesToGrid } from "./place";
import type { Pair } from "./place";

export const VERSION = 1;

export interface State {
  centre?: Pair;
  zoom?: number;
  parcels: string[];
  /** layers that are seen; those of the opening view where the address is silent */
  layers?: Shown[];
  background?: string;
  /** ISO day as of which the map is shown; today where the address is silent */
  day?: string;
  /** a drawing kept by the office */
  drawing?: string;
  /** a part was there and could not be read */
  isStrange: boolean;
}

const PARCEL = /^\d{6}_\d\.\d{4}(\.AR_\w{1,8})?\.\d{1,9}(\/\d{1,9})?$/;
const DAY = /^(19[5-9]\d|20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const SECRET = /^[\w-]{16,64}$/;
export const MOST_PARCELS = 20;

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

function shown(text: string, known: string[]): Shown[] | undefined {
  const found: Shown[] = [];
  for (const part of text.split(",").filter(Boolean)) {
    const [id = "", strength] = part.split("~");
    const percent = strength === undefined ? 100 : number(strength, 0, 100);
    if (!known.includes(id) || percent === undefined || found.some((one) => one.id === id)) return undefined;
    found.push({ id, opacity: percent / 100 });
  }
  return found;
}

/** ``known``: identifiers of the layers and of the grounds there are. */
export function read(search: string, known: { layers: string[]; backgrounds: string[] }): State {
  const asked = new URLSearchParams(search);
  const state: State = { isStrange: false, parcels: [] };
  const doubt = <Value>(name: string, value: Value | undefined): Value | undefined => {
    if (asked.has(name) && value === undefined) state.isStrange = true;
    return value;
  };
  const version = doubt("v", number(asked.get("v"), 1, VERSION));
  if (asked.has("v") && version === undefined) return state; // of a later system: its words may mean other things

  if (["x", "y", "lon", "lat", "z"].some((name) => asked.has(name))) {
    const place = centre(asked);
    const zoom = doubt("z", number(asked.get("z"), 0, 24));
    if (place) state.centre = place;
    else state.isStrange = true;
    if (place && zoom !== undefined) state.zoom = zoom;
  }
  const parcels = asked.get("dzialka")?.split(",") ?? [];
  state.parcels = parcels.filter((one) => PARCEL.test(one)).slice(0, MOST_PARCELS);
  if (state.parcels.length < parcels.length) state.isStrange = true;

  const layers = doubt("warstwy", asked.has("warstwy") ? shown(asked.get("warstwy") ?? "", known.layers) : undefined);
  if (layers) state.layers = layers;
  const background = doubt("tlo", known.backgrounds.find((one) => one === asked.get("tlo")));
  if (background) state.background = background;
  const day = doubt("dzien", DAY.exec(asked.get("dzien") ?? "")?.[0]);
  if (day) state.day = day;
  const drawing = doubt("rysunek", SECRET.exec(asked.get("rysunek") ?? "")?.[0]);
  if (drawing) state.drawing = drawing;
  return state;
}

export interface Said {
  centre: Pair;
  zoom: number;
  parcels: string[];
  layers?: Shown[] | undefined;
  background?: string | undefined;
  day?: string | undefined;
  drawing?: string | undefined;
}

export function write(said: Said): string {
  const [east, north] = said.centre;
  const parts = [`v=${VERSION}`, `x=${Math.round(east)}`, `y=${Math.round(north)}`, `z=${said.zoom.toFixed(2).replace(/\.?0+$/, "")}`];
  if (said.parcels.length) parts.push(`dzialka=${said.parcels.join(",")}`);
  if (said.layers) parts.push(`warstwy=${said.layers.map(({ id, opacity }) => (opacity === 1 ? id : `${id}~${Math.round(opacity * 100)}`)).join(",")}`);
  if (said.background) parts.push(`tlo=${said.background}`);
  if (said.day) parts.push(`dzien=${said.day}`);
  if (said.drawing) parts.push(`rysunek=${said.drawing}`);
  return `?${parts.join("&")}`;
}
