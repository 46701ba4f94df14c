/** Files of drawings, read and written in the browser: nothing of them is sent anywhere. */
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import GPX from "ol/format/GPX";
import KML from "ol/format/KML";
import type Geometry from "ol/geom/Geometry";
import LineString from "ol/geom/LineString";
import MultiLineString from "ol/geom/MultiLineString";
import MultiPoint from "ol/geom/MultiPoint";
import MultiPolygon from "ol/geom/MultiPolygon";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { toGrid, toScreen } from "./place";
import type { Pair } from "./place";
import { say } from "./words";

const MOST_BYTES = 10_000_000;
const MOST_FEATURES = 2000;
const WORLD = 20_037_508.4;

export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

type Shapes = Feature<Geometry>[];
const onScreen = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" };

/** Shapes of a file on the screen's plane. Throws FileRefused with a sentence for the person. */
export async function readFile(file: File): Promise<Shapes> {
  if (file.size > MOST_BYTES) throw new FileRefused(say("fileTooLarge"));
  const ending = file.name.toLowerCase().split(".").at(-1) ?? "";
  const readers: Record<string, () => Promise<Shapes>> = {
    geojson: async () => geojson(await file.text()),
    json: async () => geojson(await file.text()),
    kml: async () => new KML({ extractStyles: false, showPointNames: false }).readFeatures(safeXml(await file.text()), onScreen) as Shapes,
    gpx: async () => new GPX().readFeatures(safeXml(await file.text()), onScreen) as Shapes,
    dxf: async () => dxf(await file.text()),
    zip: () => shapefile(file),
  };
  const reader = readers[ending];
  if (!reader) throw new FileRefused(say("fileKindUnknown"));
  let found: Shapes;
  try {
    found = flat(await reader());
  } catch (error) {
    throw error instanceof FileRefused ? error : new FileRefused(say("fileUnclear"));
  }
  if (found.length === 0) throw new FileRefused(say("fileEmpty"));
  if (found.length > MOST_FEATURES) throw new FileRefused(say("fileTooMany", { count: MOST_FEATURES }));
  for (const one of found) {
    const box = one.getGeometry()?.getExtent() ?? [];
    if (box.some((edge) => !Number.isFinite(edge) || Math.abs(edge) > WORLD)) throw new FileRefused(say("fileElsewhere"));
  }
  return found;
}

function geojson(text: string): Shapes {
  const said = JSON.parse(text) as { type?: string; crs?: { properties?: { name?: string } } };
  const name = said.crs?.properties?.name ?? "";
  if (/2178/.test(name)) return fromGrid(new GeoJSON().readFeatures(said) as Shapes);
  return new GeoJSON(onScreen).readFeatures(said) as Shapes;
}

/** Entities that are declared in a file are never read. */
function safeXml(text: string): string {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new FileRefused(say("fileUnclear"));
  return text;
}

async function shapefile(file: File): Promise<Shapes> {
  const content = await file.arrayBuffer();
  refuseBomb(new DataView(content));
  const { default: shp } = await import("shpjs");
  const said = await shp(content); // turned to lon-lat by its .prj
  return (Array.isArray(said) ? said : [said]).flatMap((one) => new GeoJSON(onScreen).readFeatures(one) as Shapes);
}

/** Sizes that the archive itself declares; a bomb packs a thousand to one. */
function refuseBomb(view: DataView): void {
  let total = 0;
  for (let at = 0; at + 46 < view.byteLength; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    total += view.getUint32(at + 24, true);
    if (total > 20 * MOST_BYTES) throw new FileRefused(say("fileTooLarge"));
    at += 45;
  }
}

interface Entity {
  type: string;
  vertices?: { x: number; y: number }[];
  position?: { x: number; y: number };
  startPoint?: { x: number; y: number };
  center?: { x: number; y: number };
  radius?: number;
  shape?: boolean;
  text?: string;
}

/** Metres of PL-2000 zone 7, east in x, as offices draw. */
async function dxf(text: string): Promise<Shapes> {
  const { default: DxfParser } = await import("dxf-parser");
  const entities = (new DxfParser().parseSync(text)?.entities ?? []) as unknown as Entity[];
  const found = entities.flatMap((one) => shapeOf(one));
  const [first] = found;
  const [x = 0, y = 0] = first?.getGeometry()?.getExtent() ?? [];
  if (first && !(x > 7_000_000 && x < 8_000_000 && y > 5_300_000 && y < 6_200_000)) throw new FileRefused(say("dxfElsewhere"));
  return fromGrid(found);
}

function shapeOf(entity: Entity): Shapes {
  const line = (entity.vertices ?? []).map(({ x, y }): Pair => [x, y]);
  const spot = entity.position ?? entity.startPoint;
  switch (entity.type) {
    case "LINE":
    case "POLYLINE":
    case "LWPOLYLINE":
      if (line.length < 2) return [];
      return [new Feature<Geometry>(entity.shape ? new Polygon([[...line, line[0] as Pair]]) : new LineString(line))];
    case "POINT":
      return spot ? [new Feature<Geometry>(new Point([spot.x, spot.y]))] : [];
    case "TEXT":
    case "MTEXT":
      return spot ? [new Feature<Geometry>({ geometry: new Point([spot.x, spot.y]), text: entity.text ?? "" })] : [];
    case "CIRCLE": {
      const { center, radius } = entity;
      if (!center || !radius) return [];
      const ring = Array.from({ length: 65 }, (_, place): Pair => [center.x + radius * Math.cos((place * Math.PI) / 32), center.y + radius * Math.sin((place * Math.PI) / 32)]);
      return [new Feature<Geometry>(new Polygon([ring]))];
    }
    default:
      return [];
  }
}

function fromGrid(shapes: Shapes): Shapes {
  for (const one of shapes) one.getGeometry()?.applyTransform(pairwise((pair) => toScreen(pair)));
  return shapes;
}

/** Parts of collections of many shapes, each a shape of its own. */
function flat(shapes: Shapes): Shapes {
  return shapes.flatMap((one) => {
    const shape = one.getGeometry();
    const parts = shape instanceof MultiPolygon ? shape.getPolygons() : shape instanceof MultiLineString ? shape.getLineStrings() : shape instanceof MultiPoint ? shape.getPoints() : shape ? [shape] : [];
    return parts.map((part) => new Feature<Geometry>({ ...one.getProperties(), geometry: part }));
  });
}

function pairwise(change: (pair: Pair) => Pair) {
  return (input: number[], output?: number[], stride = 2): number[] => {
    const out = output ?? input.slice();
    for (let at = 0; at < input.length; at += stride) {
      [out[at], out[at + 1]] = change([input[at] ?? 0, input[at + 1] ?? 0]);
    }
    return out;
  };
}

export interface Written {
  content: string;
  type: string;
  name: string;
}

export function writeFile(shapes: Shapes, format: "GeoJSON" | "KML" | "GPX" | "DXF"): Written {
  const named = shapes.map((one) => {
    const copy = one.clone();
    copy.set("name", one.get("text"));
    return copy;
  });
  switch (format) {
    case "GeoJSON":
      return { content: new GeoJSON(onScreen).writeFeatures(shapes, { decimals: 8 }), type: "application/geo+json", name: "rysunek.geojson" };
    case "KML":
      return { content: new KML().writeFeatures(named, onScreen), type: "application/vnd.google-earth.kml+xml", name: "rysunek.kml" };
    case "GPX":
      return { content: new GPX().writeFeatures(named.map(asTrack), onScreen), type: "application/gpx+xml", name: "rysunek.gpx" };
    case "DXF":
      return { content: asDxf(shapes), type: "image/vnd.dxf", name: "rysunek.dxf" };
  }
}

/** GPX knows no areas: their outlines are tracks. */
function asTrack(one: Feature<Geometry>): Feature<Geometry> {
  const shape = one.getGeometry();
  if (shape instanceof Polygon) one.setGeometry(new MultiLineString(shape.getCoordinates()));
  else if (shape instanceof LineString) one.setGeometry(new MultiLineString([shape.getCoordinates()]));
  return one;
}

/** DXF R12 in metres of EPSG:2178, the form that every program of surveyors reads. */
function asDxf(shapes: Shapes): string {
  const rows: (string | number)[] = [0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1009", 0, "ENDSEC", 0, "SECTION", 2, "ENTITIES"];
  const number = (value: number): string => value.toFixed(3);
  const polyline = (line: number[][], isClosed: boolean): void => {
    rows.push(0, "POLYLINE", 8, "RYSUNEK", 66, 1, 10, "0.0", 20, "0.0", 30, "0.0", 70, isClosed ? 1 : 0);
    for (const pair of line) {
      const [east, north] = toGrid(pair);
      rows.push(0, "VERTEX", 8, "RYSUNEK", 10, number(east), 20, number(north), 30, "0.0");
    }
    rows.push(0, "SEQEND");
  };
  for (const one of shapes) {
    const shape = one.getGeometry();
    if (shape instanceof Point) {
      const [east, north] = toGrid(shape.getCoordinates());
      rows.push(0, "POINT", 8, "RYSUNEK", 10, number(east), 20, number(north), 30, "0.0");
    } else if (shape instanceof LineString) polyline(shape.getCoordinates(), false);
    else if (shape instanceof Polygon) for (const ring of shape.getCoordinates()) polyline(ring.slice(0, -1), true);
    const text = String(one.get("text") ?? "").replace(/[\r\n]+/g, " ");
    const box = shape?.getExtent();
    if (text && box) {
      const [east, north] = toGrid([((box[0] ?? 0) + (box[2] ?? 0)) / 2, ((box[1] ?? 0) + (box[3] ?? 0)) / 2]);
      rows.push(0, "TEXT", 8, "OPISY", 10, number(east), 20, number(north), 30, "0.0", 40, "2.5", 1, escaped(text));
    }
  }
  rows.push(0, "ENDSEC", 0, "EOF");
  return `${rows.join("\r\n")}\r\n`;
}

/** R12 is ASCII; other letters stand as \U+XXXX. */
function escaped(text: string): string {
  return [...text].map((sign) => (sign >= " " && sign <= "~" ? sign : `\\U+${(sign.codePointAt(0) ?? 63).toString(16).toUpperCase().padStart(4, "0")}`)).join("");
}
