/** What the address of the map says: x, y (EPSG:2178, metres), z, dzialka. */
import type { Pair } from "./place";

export interface State {
  centre?: Pair;
  zoom?: number;
  parcel?: string;
  /** a part was there and could not be read */
  isStrange: boolean;
}

const PARCEL = /^\d{6}_\d\.\d{4}(\.AR_\w{1,8})?\.\d{1,9}(\/\d{1,9})?$/;

function number(text: string | null, low: number, high: number): number | undefined {
  if (text === null || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

export function read(search: string): State {
  const asked = new URLSearchParams(search);
  const east = number(asked.get("x"), 7_200_000, 7_800_000);
  const north = number(asked.get("y"), 5_300_000, 6_100_000);
  const zoom = number(asked.get("z"), 0, 24);
  const parcel = asked.get("dzialka") ?? undefined;
  const state: State = { isStrange: false };
  if (asked.has("x") || asked.has("y") || asked.has("z")) {
    if (east !== undefined && north !== undefined) {
      state.centre = [east, north];
      if (zoom !== undefined) state.zoom = zoom;
    }
    state.isStrange = state.centre === undefined || (asked.has("z") && zoom === undefined);
  }
  if (parcel !== undefined) {
    if (PARCEL.test(parcel)) state.parcel = parcel;
    else state.isStrange = true;
  }
  return state;
}

export function write(centre: Pair, zoom: number, parcel: string | undefined): string {
  const said = [`x=${Math.round(centre[0])}`, `y=${Math.round(centre[1])}`, `z=${zoom.toFixed(2).replace(/\.?0+$/, "")}`];
  if (parcel) said.push(`dzialka=${parcel}`);
  return `?${said.join("&")}`;
}
