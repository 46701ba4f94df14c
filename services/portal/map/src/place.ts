/** Coordinates: the screen is EPSG:3857, people and addresses speak EPSG:2178 (east, north, metres). */
import { fromLonLat, toLonLat } from "ol/proj";
import { makeProjection, makeTransforms } from "ol/proj/utm";

// PL-2000 zone 7 and UTM zone 34 are one projection (Transverse Mercator on 21 E) with another scale and another zero; OpenLayers
// carries UTM. It agrees with PROJ within a millimetre all over the zone.
const [UTM_SCALE, UTM_EAST] = [0.9996, 500_000];
const [SCALE, EAST] = [0.999923, 7_500_000];
const utm = makeTransforms(makeProjection("EPSG:32634") as never) as { forward: Turn; inverse: Turn };
type Turn = (input: number[], output?: number[], dimension?: number) => number[];

const grid = {
  forward: (degrees: Pair): Pair => {
    const [east = NaN, north = NaN] = utm.forward([...degrees], undefined, 2);
    return [((east - UTM_EAST) / UTM_SCALE) * SCALE + EAST, (north / UTM_SCALE) * SCALE];
  },
  inverse: ([east, north]: Pair): Pair => utm.inverse([((east - EAST) / SCALE) * UTM_SCALE + UTM_EAST, (north / SCALE) * UTM_SCALE], undefined, 2) as Pair,
};

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
