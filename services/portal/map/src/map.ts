/** The map portal: layers, a parcel chosen by click, key or search, its card, and the address that says it all. */
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import CircleGeometry from "ol/geom/Circle";
import Point from "ol/geom/Point";
import ScaleLine from "ol/control/ScaleLine";
import VectorLayer from "ol/layer/Vector";
import { shiftKeyOnly } from "ol/events/condition";
import KeyboardPan from "ol/interaction/KeyboardPan";
import OlMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import { Circle, Fill, Stroke, Style } from "ol/style";
import View from "ol/View";
import "ol/ol.css";
import "./crosshair.css";
import "./map.css";
import { around } from "./around";
import { MOST_PARCELS, read, write } from "./address";
import { alert, card, load, sumCard } from "./card";
import type { Report } from "./card";
import { catalogue as readCatalogue } from "./catalogue";
import { byId, h, must } from "./dom";
import { Ground } from "./grounds";
import { Stack } from "./layers";
import { darkness, ink } from "./paint";
import { boxToScreen, gridText, toDegrees, toGrid, toScreen } from "./place";
import type { Box } from "./place";
import { Sheet } from "./sheet";
import type { Hit } from "./suggest";
import { announce, toast } from "./toast";
import { ToolPanel, TOOLS } from "./tool";
import type { Desk } from "./tool";
import type { LayerPanel } from "./tree";
import { day as dayText, language, say } from "./words";

const target = must("mapa");
const isEmbedded = "embedded" in target.dataset;
const home = boxToScreen((target.dataset["extent"] ?? "").split(",").map(Number) as Box);
const motion = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180;

/** pixels of an arrow key with Shift; without it 128 */
const FAST_PX = 512;
/** a drag of the slider of strength is one step to take back */
const STEP_MS = 1000;

const catalogue = readCatalogue();
const stack = new Stack(catalogue, () => toast(say("tilesFailed"), { label: say("retry"), run: () => stack.layers.forEach((layer) => layer.refresh()) }));
const chosen = new VectorSource();
const position = new VectorSource();
const marks = [new VectorLayer({ source: chosen, zIndex: 100 }), new VectorLayer({ source: position, zIndex: 101 })] as const;

const view = new View({ minZoom: 8, maxZoom: 21, constrainResolution: false, enableRotation: false, extent: grown(home, 1.5) });
const map = new OlMap({
  target,
  view,
  layers: [...stack.layers.map(({ vector }) => vector), ...marks],
  controls: [new ScaleLine({ minWidth: 80 })],
  keyboardEventTarget: target,
});
map.addInteraction(new KeyboardPan({ condition: shiftKeyOnly, pixelDelta: FAST_PX }));
const ground = new Ground(map, stack, catalogue.backgrounds, target, (title) => toast(say("groundFailed", { title })));
let day: string | undefined;
const clicks = { taken: false };
const drawing: Desk["drawing"] = { id: undefined, view: undefined };

function grown([west, south, east, north]: Box, times: number): Box {
  const [width, height] = [(east - west) * times, (north - south) * times];
  return [west - width, south - height, east + width, north + height];
}

// --- colours ------------------------------------------------------------------------------------------------------

function repaint(): void {
  ground.paint();
  const colours = ink(ground.isDark);
  const green = ground.isDark ? "#6cc5a1" : "#1f6b4f";
  marks[0].setStyle([
    new Style({ stroke: new Stroke({ color: colours.paper, width: 7 }), fill: new Fill({ color: ground.isDark ? "rgba(108,197,161,0.15)" : "rgba(31,107,79,0.12)" }) }),
    new Style({ stroke: new Stroke({ color: green, width: 4 }) }),
  ]);
  const blue = ground.isDark ? "#7db7f2" : "#0b5cad";
  marks[1].setStyle(
    new Style({
      image: new Circle({ radius: 8, fill: new Fill({ color: blue }), stroke: new Stroke({ color: colours.paper, width: 3 }) }),
      stroke: new Stroke({ color: blue, width: 1 }),
      fill: new Fill({ color: "rgba(11,92,173,0.12)" }),
    }),
  );
}
repaint();

// --- the chosen parcel --------------------------------------------------------------------------------------------

let parcels: string[] = [];
const reports = new Map<string, Report>();
let request: AbortController | undefined;
let panel: LayerPanel | undefined;
let tools: ToolPanel | undefined;
const frame = byId("karta");
const sheet = frame ? new Sheet(frame, () => choose([], { isNews: true })) : undefined;

interface Manner {
  /** a new entry of the browser's history */
  isNews?: boolean;
  /** move the map to the parcels */
  fit?: boolean;
  /** move the focus into the card */
  focus?: boolean;
}

function choose(ids: string[], manner: Manner = {}): void {
  request?.abort();
  parcels = ids;
  chosen.clear();
  if (manner.isNews) step(here());
  if (!ids.length) {
    if (sheet?.isOpen) target.focus({ preventScroll: true });
    sheet?.hide();
    return;
  }
  void show(ids, manner);
}

/** One more parcel beside those chosen, or one less. */
function toggle(id: string): void {
  const next = parcels.includes(id) ? parcels.filter((one) => one !== id) : [...parcels, id];
  if (next.length > MOST_PARCELS) toast(say("mostParcels", { count: MOST_PARCELS }));
  else choose(next, { isNews: true });
}

async function show(ids: string[], manner: Manner): Promise<void> {
  const title = (): string => (ids.length === 1 ? say("parcel", { number: numberOf(ids[0] ?? "") }) : say("manyParcels", { count: ids.length }));
  sheet?.show(title(), h("p", { class: "soft", role: "status" }, say("loading")));
  request = new AbortController();
  const { signal } = request;
  const answers = await Promise.all(ids.map((id) => load(id, signal)));
  if (answers.some((answer) => !answer)) return; // others were chosen meanwhile
  const refused = answers.find((answer) => answer?.kind === "refused");
  if (answers.every((answer) => answer?.kind === "report")) {
    present(answers.map(({ report }) => report), manner);
  } else if (refused?.kind === "refused") {
    sheet?.show(say(refused.status === 410 ? "dead" : "missing"), alert("warning", refused.message));
  } else {
    const retry = h("button", { type: "button", class: "button", click: () => void show(ids, manner) }, say("retry"));
    sheet?.show(title(), alert("danger", say("cardFailed"), undefined, language), retry);
  }
  if (manner.focus) sheet?.focus();
}

function present(found: Report[], manner: Manner): void {
  parcels = found.map(({ id }) => id);
  chosen.clear();
  const reader = new GeoJSON({ featureProjection: "EPSG:3857" });
  for (const report of found) {
    reports.set(report.id, report);
    chosen.addFeatures(reader.readFeatures(report.geometry));
  }
  const [only] = found;
  if (only && found.length === 1) {
    sheet?.show(say("parcel", { number: only.number }), ...card(only, { addMore: () => toast(say("howToAdd")), identify: () => void tools?.open("coto"), print: () => void tools?.open("drukuj") }), around(only.id, day));
    announce(say("selected", { id: only.id }));
  } else {
    sheet?.show(say("manyParcels", { count: found.length }), ...sumCard(found, (id) => toggle(id)));
    announce(say("manyParcels", { count: found.length }));
  }
  const box = chosen.getExtent();
  if (manner.fit && box) fit(box as Box, 18.5);
}

function numberOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** Moves the map so that the box stands in the part that no panel covers. */
function fit(box: Box, maxZoom: number): void {
  const [left, low] = sheet?.covered ?? [0, 0];
  const [right, bottom] = tools?.covered ?? [0, 0];
  const room = isEmbedded ? 24 : matchMedia("(min-width: 768px)").matches ? 60 : 16;
  view.fit(box, { padding: [room + (isEmbedded ? 0 : 20), room + right, room + Math.max(low, bottom), room + left], maxZoom, duration: motion });
}

map.on("singleclick", (event) => {
  if (isEmbedded || clicks.taken) return;
  const pointer = event.originalEvent as MouseEvent;
  const more = pointer.shiftKey || pointer.ctrlKey || pointer.metaKey;
  const found = map.forEachFeatureAtPixel(event.pixel, (feature) => String(feature.get("identifier") ?? ""), {
    layerFilter: (layer) => layer === stack.get("parcels")?.vector,
  });
  if (found) pick(found, { more });
  else void chooseAt(event.coordinate, { more });
});

function pick(id: string, { more, ...manner }: Manner & { more?: boolean }): void {
  if (more) toggle(id);
  else choose([id], { isNews: true, ...manner });
}

/** Asks the server, for places where the tile has no parcels: far zooms, the layer switched off, the keyboard. */
async function chooseAt(coordinate: number[], manner: Manner & { more?: boolean }): Promise<void> {
  const [lon, lat] = toDegrees(coordinate);
  try {
    const response = await fetch(`/mapa/dzialka?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&f=json`);
    const body = (await response.json()) as { id?: string | null; description?: string };
    if (body.id) pick(body.id, manner);
    else toast(body.description ?? say("cardFailed"));
  } catch {
    toast(say("cardFailed"));
  }
}

// --- the address --------------------------------------------------------------------------------------------------

function here(): string {
  return saying(drawing.id);
}

function forOthers(): string {
  return saying(drawing.view);
}

function saying(secret: string | undefined): string {
  return write({ centre: toGrid(view.getCenter() ?? [0, 0]), zoom: view.getZoom() ?? 12, parcels, layers: stack.state, background: ground.choice, day, drawing: secret });
}

let said = "";
let saidAt = 0;
let isArriving = false;

/** The address as things are. What is shown (not where) is a step that "back" takes back; a drag is one step. */
function settle(): void {
  if (isEmbedded) return;
  const address = here();
  const isStep = Boolean(said) && shownBy(address) !== said && !isArriving && Date.now() - saidAt > STEP_MS;
  if (isStep) return step(address);
  if (shownBy(address) !== said) [said, saidAt] = [shownBy(address), Date.now()];
  history.replaceState(null, "", address);
}

function step(address: string): void {
  [said, saidAt] = [shownBy(address), Date.now()];
  history.pushState(null, "", address);
}

/** The address without where one looks. */
function shownBy(address: string): string {
  return address.replace(/&?[xyz]=[^&]*/g, "");
}

function setDay(asked: string | undefined): void {
  day = asked;
  ground.setDay(day);
  for (const layer of stack.layers) void layer.asOf(day).then((fresh) => fresh && map.addLayer(fresh));
  const banner = byId("dzien");
  if (banner) {
    banner.hidden = !day;
    banner.textContent = day ? say("asOfDay", { day: dayText(day) }) : "";
  }
  settle();
}

function arrive(): void {
  const state = read(location.search, { layers: stack.opening.map(({ info }) => info.id), backgrounds: catalogue.backgrounds.map(({ id }) => id) });
  if (state.isStrange) toast(say("strangeAddress"));
  stack.restore(state.layers);
  ground.choose(state.background);
  repaint();
  setDayQuietly(state.day);
  panel?.sync();
  if (drawing.id !== state.drawing) drawing.view = undefined;
  drawing.id = state.drawing;
  if (state.drawing) void tools?.open("rysuj");
  if (state.centre) {
    view.setCenter(toScreen(state.centre));
    view.setZoom(state.zoom ?? 17);
  } else {
    view.fit(home, { padding: isEmbedded ? [8, 8, 8, 8] : [72, 24, 40, 24] });
  }
  choose(state.parcels, { fit: !state.centre });
}

function setDayQuietly(asked: string | undefined): void {
  if (asked !== day) setDay(asked);
}

window.addEventListener("popstate", () => {
  isArriving = true;
  arrive();
  settle();
  isArriving = false;
});
map.on("moveend", settle);

// --- what surrounds the map ---------------------------------------------------------------------------------------

const coordinates = h("span", { class: "numbers" });
const credits = must("zrodlo");
const sources = credits.textContent;
if (!isEmbedded) credits.before(coordinates);

function credit(): void {
  credits.textContent = [sources, ground.attribution].filter(Boolean).join(" · ");
}
map.on("pointermove", (event) => {
  if (!event.dragging) coordinates.textContent = gridText(event.coordinate);
});
map.on("moveend", () => {
  coordinates.textContent = gridText(view.getCenter() ?? [0, 0]);
});

const desk: Desk = { map, target, catalogue, stack, ground, here, forOthers, settle, parcels: () => parcels, day: () => day, setDay, drawing, fit, clicks };
const [panelElement, toolElement] = [byId("warstwy"), byId("narzedzie")];
if (panelElement && toolElement) {
  tools = new ToolPanel(toolElement, must("narzedzia-przycisk"), must("narzedzia-menu"), desk);
  must("warstwy-przycisk").addEventListener("click", () => void openLayers(panelElement));
  must("narzedzia-przycisk").addEventListener("click", () => {
    if (panel?.isOpen) panel.toggle(false);
  });
}
stack.onChange(settle);
const zoomed = (): void => panel?.zoomed(view.getZoom() ?? 0);
view.on("change:resolution", zoomed);
darkness.addEventListener("change", () => {
  repaint();
  panel?.paint();
});
arrive();
zoomed();
credit();
if (location.hash.slice(1) in TOOLS) void tools?.open(location.hash.slice(1));

async function openLayers(element: HTMLElement): Promise<void> {
  tools?.shut();
  try {
    panel ??= await layerPanel(element);
  } catch {
    toast(say("toolFailed"));
    return;
  }
  panel.toggle(!panel.isOpen);
}

async function layerPanel(element: HTMLElement): Promise<LayerPanel> {
  const { LayerPanel } = await import("./tree");
  const made = new LayerPanel(element, must("warstwy-przycisk"), catalogue, stack, ground, () => {
    repaint();
    credit();
    settle();
  });
  made.zoomed(view.getZoom() ?? 0);
  return made;
}

function zoomBy(step: number): void {
  view.animate({ zoom: (view.getZoom() ?? 12) + step, duration: motion });
}
byId("blizej")?.addEventListener("click", () => zoomBy(1));
byId("dalej")?.addEventListener("click", () => zoomBy(-1));
byId("cala-gmina")?.addEventListener("click", () => fit(home, 14));
byId("polozenie")?.addEventListener("click", () => {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const [x, y] = boxToScreen([coords.longitude, coords.latitude, coords.longitude, coords.latitude]);
      const [west, south, east, north] = home;
      if (x < west || x > east || y < south || y > north) {
        toast(say("locationFar"));
        return;
      }
      position.clear();
      position.addFeatures([new Feature(new CircleGeometry([x, y], coords.accuracy / 0.64)), new Feature(new Point([x, y]))]);
      view.animate({ center: [x, y], zoom: 18, duration: motion });
    },
    () => toast(say("locationDenied")),
    { enableHighAccuracy: true, timeout: 10_000 },
  );
});

target.addEventListener("keydown", (event) => {
  if (event.target !== target || isEmbedded) return;
  if (event.key === "Enter" && !clicks.taken) void chooseAt(view.getCenter() ?? [0, 0], { focus: true, more: event.shiftKey });
  if (event.key === "Escape" && sheet?.isOpen) choose([], { isNews: true });
});

const search = document.querySelector<HTMLFormElement>(".map-search form");
search?.setAttribute("data-stay", "");
search?.addEventListener("pick", (event) => {
  const hit = (event as CustomEvent<Hit>).detail;
  event.preventDefault();
  if (hit.id) {
    choose([hit.id], { isNews: true, fit: true, focus: true });
  } else {
    choose([]);
    fit(boxToScreen(hit.bbox), 18);
    target.focus({ preventScroll: true });
  }
});

const opener = document.querySelector<HTMLAnchorElement>(".open-map");
if (opener) opener.href = `/mapa/${location.search.replace(/[?&]osadzona=1/, "")}`;
document.documentElement.dataset["map"] = "ready";
map.once("rendercomplete", () => performance.mark("map-drawn"));
