/** What the server says there is to see (services/portal/layers.py), read from the page itself. */

export interface Look {
  fill: string;
  opacity: number;
  hatch: "none" | "rising" | "falling" | "cross" | "flat" | "upright" | "grid" | "dots" | "waves";
  stroke: string;
  width: number;
  dash: number[];
  radius: number;
}

export interface Case {
  title: string;
  /** of the drawing's field; none: all that no case before took */
  values: string[];
  look: Look;
}

export interface Label {
  field: string;
  from: number;
  to: number;
  size: number;
  colour: string;
  bold: boolean;
}

export interface Drawing {
  field: string;
  cases: Case[];
  labels: Label[];
}

export interface LayerInfo {
  id: string;
  title: string;
  description: string;
  geometry: "Point" | "MultiPolygon" | "MultiLineString";
  /** seen above this zoom */
  from: number;
  id_field: string;
  /** titles of the properties */
  fields: Record<string, string>;
  drawing: Drawing;
  is_opening: boolean;
  has_time: boolean;
  state_on: string | null;
  licence: string;
  metadata_url: string;
  table_url: string;
}

export interface Group {
  id: string;
  title: string;
  layers: LayerInfo[];
}

export interface Background {
  /** where the days of its older pictures are told; null: it has none */
  days_url: string | null;
  id: string;
  title: string;
  /** tiles of a picture; null for grounds of our own */
  url: string | null;
  attribution: string;
}

export interface Catalogue {
  groups: Group[];
  backgrounds: Background[];
  /** millimetres of the map by paper and position, and the scales there are */
  prints: { frames: Record<string, Record<string, [number, number]>>; scales: number[]; atlas: { papers: string[]; most: number; overlap: number } };
}

export function catalogue(): Catalogue {
  const said = document.getElementById("katalog")?.textContent;
  if (!said) throw new Error("The page has no catalogue of layers.");
  return JSON.parse(said) as Catalogue;
}

/** For pages that do not carry it. */
export async function askedCatalogue(): Promise<Catalogue> {
  const response = await fetch("/mapa/warstwy?f=json");
  return response.ok ? ((await response.json()) as Catalogue) : { groups: [], backgrounds: [], prints: { frames: {}, scales: [], atlas: { papers: [], most: 1, overlap: 0 } } };
}
