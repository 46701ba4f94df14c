/**
 * The map of a question about a place: parcels, a point or areas, by the pointer or by keys. The field beside it is the answer: the map
 * writes there and draws what stands there, whoever wrote it.
 */
import { defaults as defaultControls } from "ol/control/defaults";
import type { Coordinate } from "ol/coordinate";
import { focus } from "ol/events/condition";
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import type Geometry from "ol/geom/Geometry";
import GeometryCollection from "ol/geom/GeometryCollection";
import LineString from "ol/geom/LineString";
import MultiPoint from "ol/geom/MultiPoint";
import MultiPolygon from "ol/geom/MultiPolygon";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { defaults as defaultInteractions } from "ol/interaction/defaults";
import KeyboardPan from "ol/interaction/KeyboardPan";
import KeyboardZoom from "ol/interaction/KeyboardZoom";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom";
import VectorLayer from "ol/layer/Vector";
import OlMap from "ol/Map";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import View from "ol/View";
import "ol/ol.css";
import "./crosshair.css";
import "./picking.css";
import { askedCatalogue } from "./catalogue";
import { h } from "./dom";
import { groundLayers } from "./layers";
import { mark } from "./mark";
import { darkness, ink } from "./paint";
import { boxToScreen, toDegrees, toGrid } from "./place";
import { isDrawn } from "./places";
import type { Asked, Field, Kind } from "./places";
import { suggest } from "./suggest";
import type { Hit } from "./suggest";
import { toast } from "./toast";
import { area, say } from "./words";
import type { Word } from "./words";

const DECIMALS = 7; // of a degree: a centimetre
const NEAR_PX = 10; // a press so near a corner means that corner
const PAUSE_MS = 400; // after the last key, before what was typed is drawn
const CLOSEST = 18;

const format = new GeoJSON({ featureProjection: "EPSG:3857" });

interface Drawing {
  map: OlMap;
  view: View;
  /** the answer */
  found: VectorSource;
  /** what is not an answer yet */
  sketch: VectorSource;
  fit: () => void;
}

async function drawingOn(target: HTMLElement): Promise<Drawing> {
  const [found, sketch] = [new VectorSource(), new VectorSource()];
  const layers = [new VectorLayer({ source: found, zIndex: 20 }), new VectorLayer({ source: sketch, zIndex: 21 })] as const;
  const ground = groundLayers(await askedCatalogue());
  const view = new View({ minZoom: 8, maxZoom: 21, enableRotation: false });
  const map = new OlMap({
    target,
    view,
    layers: [...ground.layers.map(({ vector }) => vector), ...layers],
    controls: defaultControls({ attribution: false, rotate: false, zoomOptions: { zoomInLabel: sign("+", "closer"), zoomOutLabel: sign("−", "farther"), zoomInTipLabel: "", zoomOutTipLabel: "" } }),
    // keys move at once, so that Enter means what is seen; a wheel over a map that nobody uses moves the page
    interactions: defaultInteractions({ doubleClickZoom: false, mouseWheelZoom: false, keyboard: false }).extend([
      new KeyboardPan({ duration: 0 }),
      new KeyboardZoom({ duration: 0 }),
      new MouseWheelZoom({ condition: focus }),
    ]),
    keyboardEventTarget: target,
  });
  const repaint = (): void => {
    ground.paint();
    target.style.backgroundColor = ink().ground;
    layers[0].setStyle(mark(darkness.matches ? "#6cc5a1" : "#1f6b4f"));
    layers[1].setStyle(mark(darkness.matches ? "#f2b84b" : "#8a5a00"));
  };
  repaint();
  darkness.addEventListener("change", repaint);
  const fit = (): void => {
    const extent = found.getExtent();
    if (found.getFeatures().length && extent) view.fit(extent, { padding: [40, 40, 40, 40], maxZoom: CLOSEST });
  };
  return { map, view, found, sketch, fit };
}

/** On a button of the map, with its name for who does not see it. */
function sign(text: string, name: Word): HTMLElement {
  return h("span", { role: "img", "aria-label": say(name) }, text);
}

/** The map of a case: only to look at. */
export async function show(frame: HTMLElement): Promise<void> {
  const { found, fit } = await drawingOn(frame);
  const shapes = format.readGeometry(JSON.parse(frame.dataset["shapes"] ?? "{}")) as GeometryCollection;
  found.addFeatures(shapes.getGeometries().map((geometry) => new Feature(geometry)));
  fit();
}

// --- what the field says ------------------------------------------------------------------------------------------

const PARCEL = /\d{6}_\d\.\d{4}\.[^\s,;]+/g;
const DEGREES = /^\s*(\d+\.\d+)[\s,;]+(\d+\.\d+)\s*$/;
const outlines = new Map<string, Promise<Feature[]>>();

/** The answer as shapes; what cannot be read draws nothing, the server says why. */
async function shapesOf(text: string): Promise<Feature[]> {
  if (isDrawn(text)) return areasOf(text).map((polygon) => new Feature<Geometry>(polygon));
  const pair = DEGREES.exec(text)?.slice(1).map(Number).sort((one, two) => one - two); // in Poland the latitude is the greater
  if (pair) return [new Feature<Geometry>(new Point(fromLonLat(pair)))];
  const parcels = await Promise.all((text.match(PARCEL) ?? []).map(outline));
  return parcels.flat();
}

function areasOf(text: string): Polygon[] {
  try {
    const geometry = format.readGeometry(text);
    if (geometry instanceof MultiPolygon) return geometry.getPolygons();
    return geometry instanceof Polygon ? [geometry] : [];
  } catch {
    return [];
  }
}

function outline(identifier: string): Promise<Feature[]> {
  let asked = outlines.get(identifier);
  if (!asked) {
    asked = fetch(`/ogc/collections/parcels/items/${encodeURIComponent(identifier)}?f=json`)
      .then(async (response) => (response.ok ? (format.readFeatures(await response.json()) as Feature[]) : []))
      .catch(() => []);
    outlines.set(identifier, asked);
  }
  return asked;
}

function squareMetres(polygon: Polygon): number {
  return new Polygon(polygon.getCoordinates().map((ring) => ring.map(toGrid))).getArea();
}

/** In the page of a form, as if a person had typed it: the form saves it and the map draws it. */
function write(field: Field, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- what a press does --------------------------------------------------------------------------------------------

/** One kind of question. ``take``: somebody pressed there. */
interface Picker {
  take: (at: Coordinate) => void | Promise<void>;
  /** the last press taken back */
  undo?: () => void;
  /** the shape is whole */
  finish?: () => void;
}

const HOW: Record<Kind, Word> = { parcels: "howToPickParcels", point: "howToPickPoint", area: "howToPickArea" };
const PICKERS: Record<Kind, (asked: Asked, drawing: Drawing, told: (text: string) => void) => Picker> = { parcels: parcelsPicker, point: pointPicker, area: areaPicker };

function pointPicker({ field }: Asked): Picker {
  return { take: (at) => write(field, toDegrees(at).map((degree) => degree.toFixed(DECIMALS)).join(", ")) };
}

function parcelsPicker({ field, most }: Asked): Picker {
  const toggle = (identifier: string): void => {
    const held = field.value.split(/[\s,;]+/).filter(Boolean);
    const next = held.includes(identifier) ? held.filter((one) => one !== identifier) : [...held, identifier];
    if (next.length > most) toast(say("mostParcels", { count: most }));
    else write(field, next.join("\n"));
  };
  const take = async (at: Coordinate): Promise<void> => {
    const [lon, lat] = toDegrees(at);
    try {
      const response = await fetch(`/mapa/dzialka?lon=${lon.toFixed(DECIMALS)}&lat=${lat.toFixed(DECIMALS)}&f=json`);
      const body = (await response.json()) as { id?: string | null; description?: string };
      if (body.id) toggle(body.id);
      else toast(body.description ?? say("cardFailed"));
    } catch {
      toast(say("cardFailed"));
    }
  };
  return { take };
}

function areaPicker({ field, most }: Asked, { map, sketch }: Drawing, told: (text: string) => void): Picker {
  let corners: Coordinate[] = [];
  const redraw = (): void => {
    sketch.clear();
    if (!corners.length) return;
    sketch.addFeatures([new Feature(new MultiPoint(corners)), new Feature(new LineString(corners))]);
    told(say("corners", { count: corners.length }));
  };
  const isNear = (at: Coordinate, corner: Coordinate | undefined): boolean => {
    const [one, two] = [map.getPixelFromCoordinate(at), corner && map.getPixelFromCoordinate(corner)];
    return Boolean(one && two) && Math.hypot((one?.[0] ?? 0) - (two?.[0] ?? 0), (one?.[1] ?? 0) - (two?.[1] ?? 0)) < NEAR_PX;
  };
  const keep = (polygons: Polygon[]): void => {
    const shape = new MultiPolygon(polygons);
    write(field, polygons.length ? format.writeGeometry(shape, { decimals: DECIMALS, rightHanded: true }) : "");
  };
  const finish = (): void => {
    const drawn = areasOf(field.value);
    if (corners.length < 3) return toast(say("tooFewPoints", { count: 3 }));
    if (drawn.length >= most) return toast(say("mostAreas", { count: most }));
    const ring = [...corners, corners[0] as Coordinate];
    corners = [];
    redraw();
    keep([...drawn, new Polygon([ring])]);
  };
  const undo = (): void => {
    if (!corners.length) return keep(areasOf(field.value).slice(0, -1));
    corners.pop();
    redraw();
  };
  const take = (at: Coordinate): void => {
    const isLast = isNear(at, corners.at(-1)); // the second press of a double one
    if (corners.length > 2 && (isLast || isNear(at, corners[0]))) return finish();
    if (!isLast) corners.push(at);
    redraw();
  };
  return { take, undo, finish };
}

// --- the parts together -------------------------------------------------------------------------------------------

export async function pick(room: HTMLElement, asked: Asked): Promise<void> {
  const { field, kind, label } = asked;
  const how = h("p", { class: "hint", id: `${room.id}-opis` }, say(HOW[kind]));
  const target = h("div", { class: "place-map", tabindex: "0", role: "application", "aria-label": `${say("mapOfQuestion")}: ${label}`, "aria-describedby": how.id }, h("div", { class: "crosshair", "aria-hidden": "true" }));
  const status = h("p", { class: "small", role: "status" });
  const tools = h("div", { class: "actions" });
  const search = searchFor(room.id);
  room.replaceChildren(search, how, target, tools, status);

  const drawing = await drawingOn(target);
  const { map, view, found, fit } = drawing;
  view.fit(boxToScreen(asked.extent));
  const told = (text: string): void => void (status.textContent = text);
  const picker = PICKERS[kind](asked, drawing, told);

  const redraw = async (isTyped: boolean): Promise<void> => {
    const text = field.value;
    field.classList.toggle("drawn", isDrawn(text));
    const shapes = await shapesOf(text);
    if (text !== field.value) return; // something newer is on its way
    found.clear();
    found.addFeatures(shapes);
    told(summary(kind, shapes));
    if (isTyped) fit();
  };
  const button = (word: Word, click: () => void): void => tools.append(h("button", { type: "button", class: "button quiet", click }, say(word)));
  if (picker.finish) button("finishArea", picker.finish);
  if (picker.undo) button("undo", picker.undo);
  button("clearAll", () => write(field, ""));

  map.on("click", (event) => void picker.take(event.coordinate));
  target.addEventListener("keydown", (event) => {
    if (event.target !== target) return;
    if (event.key === "Enter") void picker.take(view.getCenter() ?? [0, 0]);
    else if (event.key === "Backspace" && picker.undo) picker.undo();
    else return;
    event.preventDefault();
  });
  search.addEventListener("pick", (event) => {
    event.preventDefault();
    view.fit(boxToScreen((event as CustomEvent<Hit>).detail.bbox), { maxZoom: CLOSEST });
    target.focus({ preventScroll: true });
  });
  let timer = 0;
  field.addEventListener("input", ({ isTrusted }) => {
    window.clearTimeout(timer); // what the map itself wrote is not trusted, and the map stays where it is
    timer = window.setTimeout(() => void redraw(isTrusted), isTrusted ? PAUSE_MS : 0);
  });
  await redraw(true);
}

/** The search of the portal, which moves this map. */
function searchFor(id: string): HTMLElement {
  const input = h("input", { id: `${id}-szukaj`, type: "search", maxlength: "200", autocomplete: "off", spellcheck: "false" });
  const search = h("search", { class: "search place-search", action: "/szukaj" }, h("label", { for: input.id }, say("findOnMap")), h("div", { class: "search-row" }, input));
  suggest(search);
  return search;
}

function summary(kind: Kind, shapes: Feature[]): string {
  if (!shapes.length) return say("nothingPicked");
  if (kind === "parcels") return say("picked", { count: shapes.length });
  if (shapes[0]?.getGeometry() instanceof Point) return say("spotPicked");
  const sizes = shapes.flatMap((shape) => polygonsOf(shape.getGeometry())).map(squareMetres);
  return area(sizes.reduce((sum, one) => sum + one, 0));
}

function polygonsOf(geometry: Geometry | undefined): Polygon[] {
  if (geometry instanceof Polygon) return [geometry];
  return geometry instanceof MultiPolygon ? geometry.getPolygons() : [];
}
