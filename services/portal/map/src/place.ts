/** Coordinates: the screen is EPSG:3857, people and addresses speak EPSG:2178 (east, north, metres). */
import { fromLonLat, toLonLat } from "ol/proj";
import proj4 from "proj4";

// PL-2000 zone 7; the published zeros of the datum shift make it equal to WGS 84
const PL_2000_7 = "+proj=tmerc +lat_0=0 +lon_0=21 +k=0.999923 +x_0=7500000 +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs";
const grid = proj4("EPSG:4326", PL_2000_7);

export type Pair = [number, number];
export type Box = [number, number, number, number];

/** [east, north] in EPSG:2178 to the screen. */
export function toScreen(gridPair: Pair): Pair {
  return fromLonLat(grid.inverse(gridPair)) as Pair;
}

export function degreesToGrid(degrees: Pair): Pair {
  return grid.forward(degrees);
}

/** The screen to [east, north] in EPSG:2178. */
export function toGrid(screen: number[]): Pair {
  return grid.forward(toLonLat(screen) as Pair);
}

export function toDegrees(screen: number[]): Pair {
  return toLonLat(screen) as Pair;
}

/** A lon-lat box to the screen. */
export function boxToScreen([west, south, east, north]: Box): Box {
  return [...(fromLonLat([west, south]) as Pair), ...(fromLonLat([east, north]) as Pair)];
}

export function gridText(screen: number[]): string {
  const [east, north] = toGrid(screen);
  return `EPSG:2178  E ${Math.round(east)}  N ${Math.round(north)}`;
}
