/** Measures on the plane of PL-2000 zone 7 (EPSG:2178), metres, and what the ellipsoid would say. */
import type { Pair } from "./place";

const SCALE = 0.999923;
const MIDDLE = 7_500_000;
/** mean radius of GRS 80 at 50 degrees north, metres */
const RADIUS = 6_382_100;

/** Metres of the plane in a metre of the ellipsoid, at an easting. */
export function scaleAt(east: number): number {
  const away = (east - MIDDLE) / SCALE;
  return SCALE * (1 + (away * away) / (2 * RADIUS * RADIUS));
}

export function length(line: Pair[]): number {
  let sum = 0;
  for (let i = 1; i < line.length; i++) sum += distance(line[i - 1] as Pair, line[i] as Pair);
  return sum;
}

export function distance([fromEast, fromNorth]: Pair, [east, north]: Pair): number {
  return Math.hypot(east - fromEast, north - fromNorth);
}

/** Of a ring, closed or not; counted from its first corner, so that large coordinates lose no digits. */
export function area(ring: Pair[]): number {
  const [east0, north0] = ring[0] ?? [0, 0];
  let twice = 0;
  for (let i = 0; i < ring.length; i++) {
    const [east, north] = ring[i] as Pair;
    const [nextEast, nextNorth] = ring[(i + 1) % ring.length] as Pair;
    twice += (east - east0) * (nextNorth - north0) - (nextEast - east0) * (north - north0);
  }
  return Math.abs(twice) / 2;
}

/** Clockwise from the north of the grid, degrees. */
export function azimuth([fromEast, fromNorth]: Pair, [east, north]: Pair): number {
  return ((Math.atan2(east - fromEast, north - fromNorth) * 180) / Math.PI + 360) % 360;
}
