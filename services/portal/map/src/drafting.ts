/** The map of a plan's draft: draw and change its boundary and zones, send what was touched, show what is wrong. */
import Collection from "ol/Collection";
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import type Geometry from "ol/geom/Geometry";
import MultiPolygon from "ol/geom/MultiPolygon";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import Snap from "ol/interaction/Snap";
import VectorLayer from "ol/layer/Vector";
import OlMap from "ol/Map";
import { fromLonLat, transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import View from "ol/View";
import "ol/ol.css";
import "./drafting.css";
import { h, must } from "./dom";
import { askedCatalogue } from "./catalogue";
import { groundLayers } from "./layers";
import { darkness, ink } from "./paint";
import { toGrid } from "./place";

interface Problem {
  severity: "error" | "warning" | "info";
  message: string;
  place: [number, number] | null;
}

interface Zone {
  id: number;
  symbol: string;
  name: string;
  geometry: object;
}

interface Answer {
  revision: number;
  boundary: object | null;
  zones: Zone[];
  problems: Problem[];
}

const PARCELS_FROM = 16; // zoom from which new points stick to boundaries of parcels
const STEPS = 50; // changes that can be taken back

const target = must("szkic-mapa");
const words = target.dataset;
const address = words["source"] ?? "";
const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });
const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";

const zones = new VectorSource();
const frame = new VectorSource();
const parcels = new VectorSource();
const faults = new VectorSource();
let revision = 0;
let chosen: Feature | null = null;
let drawing: Draw | null = null;
const history: string[] = [];

// --- map ----------------------------------------------------------------------------------------------------------

const ground = groundLayers(await askedCatalogue());
const zoneLayer = new VectorLayer({ source: zones, zIndex: 20 });
const frameLayer = new VectorLayer({ source: frame, zIndex: 21 });
const faultLayer = new VectorLayer({ source: faults, zIndex: 22 });
const view = new View({ minZoom: 8, maxZoom: 22, enableRotation: false });
const map = new OlMap({ target, view, keyboardEventTarget: target, layers: [...ground.layers.map(({ vector }) => vector), zoneLayer, frameLayer, faultLayer] });

function repaint(): void {
  const colours = { ...ink(), plan: darkness.matches ? "#d7a6ea" : "#6b2f86" };
  ground.paint();
  target.style.backgroundColor = colours.ground;
  const label = (text: string): Text =>
    new Text({ text, font: "700 13px Lato, sans-serif", fill: new Fill({ color: colours.plan }), stroke: new Stroke({ color: colours.paper, width: 3 }), overflow: true });
  zoneLayer.setStyle((feature) => {
    const isChosen = feature === chosen;
    return new Style({
      fill: new Fill({ color: isChosen ? "rgba(208,130,10,0.28)" : "rgba(107,47,134,0.14)" }),
      stroke: new Stroke({ color: isChosen ? "#9a5b00" : colours.plan, width: isChosen ? 3 : 1.5 }),
      text: label(String(feature.get("symbol") ?? "")),
    });
  });
  frameLayer.setStyle(new Style({ stroke: new Stroke({ color: colours.ink, width: 2.5, lineDash: [10, 6] }) }));
  faultLayer.setStyle(new Style({ image: new Circle({ radius: 6, fill: new Fill({ color: "#b3261e" }), stroke: new Stroke({ color: colours.paper, width: 2 }) }) }));
}
repaint();
darkness.addEventListener("change", repaint);

const editable = new Collection<Feature>();
const modify = new Modify({ features: editable, pixelTolerance: 10 });
const snaps = [zones, frame, parcels].map((source) => new Snap({ source, pixelTolerance: 10 }));
if (words["open"]) {
  map.addInteraction(modify);
  for (const snap of snaps) map.addInteraction(snap);
}

modify.on("modifystart", remember);
modify.on("modifyend", (event) => {
  for (const feature of event.features.getArray()) feature.set("touched", true);
  changed();
});

map.on("click", (event) => {
  if (drawing) return;
  const hit = map.forEachFeatureAtPixel(event.pixel, (feature) => feature as Feature, { hitTolerance: 4, layerFilter: (layer) => layer === zoneLayer || layer === frameLayer });
  choose(hit ?? null);
});

map.on("moveend", () => void loadParcels());

/** Boundaries of parcels to stick to, near the ground only. */
async function loadParcels(): Promise<void> {
  if ((view.getZoom() ?? 0) < PARCELS_FROM) return parcels.clear();
  const box = transformExtent(view.calculateExtent(map.getSize() ?? [600, 400]), "EPSG:3857", "EPSG:4326");
  try {
    const answer = await fetch(`/ogc/collections/parcels/items?f=json&limit=1000&bbox=${box.map((side) => side.toFixed(6)).join(",")}`);
    if (!answer.ok) return;
    parcels.clear();
    parcels.addFeatures(format.readFeatures(await answer.json()) as Feature[]);
  } catch {
    // without parcels the drawing still works
  }
}

// --- choosing and changing ----------------------------------------------------------------------------------------

const symbol = must("teren-symbol") as HTMLInputElement;
const name = must("teren-nazwa") as HTMLInputElement;

function choose(feature: Feature | null): void {
  chosen = feature;
  editable.clear();
  if (feature && words["open"]) editable.push(feature);
  const isZone = feature !== null && zones.hasFeature(feature);
  must("nic-wybranego").hidden = isZone;
  must("wybrany-teren").hidden = !isZone;
  if (feature && isZone) {
    symbol.value = String(feature.get("symbol") ?? "");
    name.value = String(feature.get("name") ?? "");
    tellArea(feature);
  }
  zoneLayer.changed();
}

function tellArea(feature: Feature): void {
  const area = polygons(feature.getGeometry()).reduce((sum, part) => sum + onGrid(part).getArea(), 0);
  must("teren-pole").textContent = `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 }).format(area)} m²`;
}

/** The polygon in EPSG:2178, where areas are measured. */
function onGrid(shape: Polygon): Polygon {
  return new Polygon(shape.getCoordinates().map((ring) => ring.map(toGrid)));
}

for (const [field, key] of [[symbol, "symbol"], [name, "name"]] as const) {
  field.addEventListener("change", () => {
    if (!chosen) return;
    remember();
    chosen.set(key, field.value.trim());
    changed();
  });
}

function changed(): void {
  if (chosen && zones.hasFeature(chosen)) tellArea(chosen);
  tool("save").disabled = false;
  tell(words["unsaved"] ?? "");
  zoneLayer.changed();
}

function tell(text: string): void {
  must("stan-mapy").textContent = text;
}

window.addEventListener("beforeunload", (event) => {
  if (!tool("save").disabled) event.preventDefault();
});

// --- taking back --------------------------------------------------------------------------------------------------

function state(): string {
  return JSON.stringify([zones, frame].map((source) => new GeoJSON().writeFeaturesObject(source.getFeatures())));
}

function remember(): void {
  history.push(state());
  if (history.length > STEPS) history.shift();
}

function undo(): void {
  const before = history.pop();
  if (!before) return;
  choose(null);
  const [oldZones, oldFrame] = JSON.parse(before) as [object, object];
  zones.clear();
  zones.addFeatures(new GeoJSON().readFeatures(oldZones) as Feature[]);
  frame.clear();
  frame.addFeatures(new GeoJSON().readFeatures(oldFrame) as Feature[]);
  changed();
}

// --- tools --------------------------------------------------------------------------------------------------------

function tool(key: string): HTMLButtonElement {
  const found = document.querySelector<HTMLButtonElement>(`[data-tool="${key}"]`);
  if (!found) throw new Error(`The page has no tool ${key}.`);
  return found;
}

function use(key: "choose" | "zone" | "boundary"): void {
  for (const one of ["choose", "zone", "boundary"]) tool(one).setAttribute("aria-pressed", String(one === key));
  if (drawing) map.removeInteraction(drawing);
  drawing = null;
  if (key === "choose") return;
  choose(null);
  drawing = new Draw({ source: key === "zone" ? zones : frame, type: "Polygon" });
  drawing.on("drawstart", remember);
  drawing.on("drawend", ({ feature }) => {
    feature.set("touched", true);
    window.setTimeout(() => drawn(feature, key));
  });
  map.addInteraction(drawing);
  for (const snap of snaps) {
    map.removeInteraction(snap);
    map.addInteraction(snap); // snapping must come after drawing to see its events first
  }
}

/** A new zone is chosen so that its symbol can be given; a second polygon of a boundary makes it one of two parts. */
function drawn(feature: Feature, key: "zone" | "boundary"): void {
  if (key === "boundary") {
    const parts = frame.getFeatures().flatMap((one) => polygons(one.getGeometry()));
    frame.clear();
    frame.addFeature(new Feature({ geometry: new MultiPolygon(parts), touched: true }));
  }
  use("choose");
  choose(key === "zone" ? feature : null);
  changed();
  if (key === "zone") symbol.focus();
}

function polygons(shape: Geometry | undefined): Polygon[] {
  if (shape instanceof Polygon) return [shape];
  return shape instanceof MultiPolygon ? shape.getPolygons() : [];
}

for (const key of ["choose", "zone", "boundary"] as const) tool(key).addEventListener("click", () => use(key));
tool("undo").addEventListener("click", undo);
tool("save").addEventListener("click", () => void save());
tool("remove").addEventListener("click", () => {
  if (!chosen) return;
  remember();
  zones.removeFeature(chosen);
  choose(null);
  changed();
});
if (!words["open"]) for (const button of document.querySelectorAll<HTMLButtonElement>("[data-tool]")) button.disabled = true;

// --- server -------------------------------------------------------------------------------------------------------

async function save(): Promise<void> {
  const shape = (feature: Feature | undefined): object | null => {
    const geometry = feature?.getGeometry();
    return geometry && feature?.get("touched") ? format.writeGeometryObject(geometry, { decimals: 10 }) : null;
  };
  const body = {
    revision,
    boundary: shape(frame.getFeatures()[0]),
    zones: zones.getFeatures().sort((one, two) => order(one) - order(two)).map((feature) => ({
      id: (feature.get("place") as number | undefined) ?? null,
      symbol: feature.get("symbol") as string,
      name: feature.get("name") as string,
      geometry: shape(feature),
    })),
  };
  tool("save").disabled = true;
  try {
    const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) });
    const said = (await answer.json()) as Answer & { message?: string };
    if (!answer.ok) throw new Error(said.message ?? "");
    show(said);
    tell(words["saved"] ?? "");
  } catch (fault) {
    tool("save").disabled = false;
    tell((fault instanceof Error && !(fault instanceof TypeError) && fault.message) || (words["failed"] ?? ""));
  }
}

function order(feature: Feature): number {
  return (feature.get("place") as number | undefined) ?? Number.MAX_SAFE_INTEGER;
}

function show(said: Answer): void {
  revision = said.revision;
  history.length = 0;
  choose(null);
  zones.clear();
  frame.clear();
  faults.clear();
  for (const zone of said.zones) {
    zones.addFeature(new Feature({ geometry: format.readGeometry(zone.geometry) as Geometry, place: zone.id, symbol: zone.symbol, name: zone.name }));
  }
  if (said.boundary) frame.addFeature(new Feature({ geometry: format.readGeometry(said.boundary) as Geometry }));
  must("lista-wad").replaceChildren(...said.problems.map(line));
  must("bez-wad").hidden = said.problems.length > 0;
  for (const { place } of said.problems) if (place) faults.addFeature(new Feature(new Point(fromLonLat(place))));
}

function line({ severity, message, place }: Problem): HTMLElement {
  if (!place) return h("li", { class: severity }, message);
  const go = (): void => view.animate({ center: fromLonLat(place), zoom: 19, duration: 300 });
  return h("li", { class: severity }, h("button", { type: "button", class: "plain", click: go }, message));
}

async function load(): Promise<void> {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    show((await answer.json()) as Answer);
    const extent = frame.getFeatures().length ? frame.getExtent() : zones.getFeatures().length ? zones.getExtent() : null;
    const whole = transformExtent(JSON.parse(words["extent"] ?? "[19,50,20,51]") as number[], "EPSG:4326", "EPSG:3857");
    view.fit(extent ?? whole, { padding: [24, 24, 24, 24], maxZoom: 19, size: map.getSize() ?? [600, 400] });
    tell(words["loaded"] ?? "");
  } catch {
    tell(words["failed"] ?? "");
  }
}

void load();
