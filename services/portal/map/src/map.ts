/** The map portal: layers, a parcel chosen by click, key or search, its card, and the address that says it all. */
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import CircleGeometry from "ol/geom/Circle";
import Point from "ol/geom/Point";
import ScaleLine from "ol/control/ScaleLine";
import VectorLayer from "ol/layer/Vector";
import OlMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import { Circle, Fill, Stroke, Style } from "ol/style";
import View from "ol/View";
import "ol/ol.css";
import "./map.css";
import { read, write } from "./address";
import { alert, card, load } from "./card";
import type { Report } from "./card";
import { byId, h, must } from "./dom";
import { darkness, ink, makeLayers, paint } from "./layers";
import { LayerPanel } from "./legend";
import { boxToScreen, gridText, toDegrees, toGrid, toScreen } from "./place";
import type { Box } from "./place";
import { Sheet } from "./sheet";
import type { Hit } from "./suggest";
import { announce, toast } from "./toast";
import { language, say } from "./words";

const target = must("mapa");
const isEmbedded = "embedded" in target.dataset;
const home = boxToScreen((target.dataset["extent"] ?? "").split(",").map(Number) as Box);
const motion = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180;

const layers = makeLayers(() => toast(say("tilesFailed"), { label: say("retry"), run: () => layers.forEach(({ layer }) => layer.getSource()?.refresh()) }));
const chosen = new VectorSource();
const position = new VectorSource();
const marks = [new VectorLayer({ source: chosen, zIndex: 10 }), new VectorLayer({ source: position, zIndex: 11 })] as const;

const view = new View({ minZoom: 8, maxZoom: 21, constrainResolution: false, enableRotation: false, extent: grown(home, 1.5) });
const map = new OlMap({
  target,
  view,
  layers: [...layers.map(({ layer }) => layer), ...marks],
  controls: [new ScaleLine({ minWidth: 80 })],
  keyboardEventTarget: target,
});

function grown([west, south, east, north]: Box, times: number): Box {
  const [width, height] = [(east - west) * times, (north - south) * times];
  return [west - width, south - height, east + width, north + height];
}

// --- colours ------------------------------------------------------------------------------------------------------

function repaint(): void {
  const colours = ink();
  target.style.backgroundColor = colours.ground;
  paint(layers);
  const green = getComputedStyle(document.documentElement).getPropertyValue("--green").trim();
  marks[0].setStyle([
    new Style({ stroke: new Stroke({ color: colours.paper, width: 7 }), fill: new Fill({ color: colours.isDark ? "rgba(108,197,161,0.15)" : "rgba(31,107,79,0.12)" }) }),
    new Style({ stroke: new Stroke({ color: green, width: 4 }) }),
  ]);
  const blue = getComputedStyle(document.documentElement).getPropertyValue("--blue").trim();
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

let parcel: string | undefined;
let request: AbortController | undefined;
let panel: LayerPanel | undefined;
const frame = byId("karta");
const sheet = frame ? new Sheet(frame, () => choose(undefined, { isNews: true })) : undefined;

interface Manner {
  /** a new entry of the browser's history */
  isNews?: boolean;
  /** move the map to the parcel */
  fit?: boolean;
  /** move the focus into the card */
  focus?: boolean;
}

function choose(id: string | undefined, manner: Manner = {}): void {
  request?.abort();
  parcel = id;
  chosen.clear();
  if (manner.isNews) history.pushState(null, "", here());
  if (!id) {
    if (sheet?.isOpen) target.focus({ preventScroll: true });
    sheet?.hide();
    return;
  }
  void show(id, manner);
}

async function show(id: string, manner: Manner): Promise<void> {
  sheet?.show(say("parcel", { number: numberOf(id) }), h("p", { class: "soft", role: "status" }, say("loading")));
  request = new AbortController();
  const loaded = await load(id, request.signal);
  if (!loaded) return; // another parcel was chosen meanwhile
  if (loaded.kind === "report") {
    present(loaded.report, manner);
  } else if (loaded.kind === "refused") {
    sheet?.show(say(loaded.status === 410 ? "dead" : "missing"), alert("warning", loaded.message));
  } else {
    const retry = h("button", { type: "button", class: "button", click: () => void show(id, manner) }, say("retry"));
    sheet?.show(say("parcel", { number: numberOf(id) }), alert("danger", say("cardFailed"), undefined, language), retry);
  }
  if (manner.focus) sheet?.focus();
}

function present(report: Report, manner: Manner): void {
  parcel = report.id;
  chosen.clear();
  chosen.addFeatures(new GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(report.geometry));
  sheet?.show(say("parcel", { number: report.number }), ...card(report));
  announce(say("selected", { id: report.id }));
  if (manner.fit) fit(boxToScreen(report.bbox), 18.5);
}

function numberOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** Moves the map so that the box stands in the part that no panel covers. */
function fit(box: Box, maxZoom: number): void {
  const [left, bottom] = sheet?.covered ?? [0, 0];
  const room = isEmbedded ? 24 : 60;
  view.fit(box, { padding: [room + (isEmbedded ? 0 : 20), room, room + bottom, room + left], maxZoom, duration: motion });
}

map.on("singleclick", (event) => {
  if (isEmbedded) return;
  const found = map.forEachFeatureAtPixel(event.pixel, (feature) => String(feature.get("identifier") ?? ""), {
    layerFilter: (layer) => layer === layers.find(({ id }) => id === "parcels")?.layer,
  });
  if (found) choose(found, { isNews: true });
  else void chooseAt(event.coordinate, {});
});

/** Asks the server, for places where the tile has no parcels: far zooms, the layer switched off, the keyboard. */
async function chooseAt(coordinate: number[], manner: Manner): Promise<void> {
  const [lon, lat] = toDegrees(coordinate);
  try {
    const response = await fetch(`/mapa/dzialka?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&f=json`);
    const body = (await response.json()) as { id?: string | null; description?: string };
    if (body.id) choose(body.id, { isNews: true, ...manner });
    else toast(body.description ?? say("cardFailed"));
  } catch {
    toast(say("cardFailed"));
  }
}

// --- the address --------------------------------------------------------------------------------------------------

function here(): string {
  const seen = layers.filter(({ layer }) => layer.getVisible()).map(({ id }) => id);
  return write(toGrid(view.getCenter() ?? [0, 0]), view.getZoom() ?? 12, parcel, seen.length < layers.length ? seen : undefined);
}

function arrive(): void {
  const state = read(location.search, layers.map(({ id }) => id));
  if (state.isStrange) toast(say("strangeAddress"));
  for (const { id, layer } of layers) layer.setVisible(state.layers?.includes(id) ?? true);
  panel?.sync();
  if (state.centre) {
    view.setCenter(toScreen(state.centre));
    view.setZoom(state.zoom ?? 17);
  } else {
    view.fit(home, { padding: isEmbedded ? [8, 8, 8, 8] : [72, 24, 40, 24] });
  }
  choose(state.parcel, { fit: !state.centre });
}

window.addEventListener("popstate", arrive);
map.on("moveend", () => {
  if (!isEmbedded) history.replaceState(null, "", here());
});
arrive();

// --- what surrounds the map ---------------------------------------------------------------------------------------

const coordinates = h("span", { class: "numbers" });
target.append(h("div", { class: "map-foot" }, ...(isEmbedded ? [] : [coordinates]), h("span", {}, target.dataset["attribution"] ?? "")));
map.on("pointermove", (event) => {
  if (!event.dragging) coordinates.textContent = gridText(event.coordinate);
});
map.on("moveend", () => {
  coordinates.textContent = gridText(view.getCenter() ?? [0, 0]);
});

const panelElement = byId("warstwy");
if (panelElement) {
  panel = new LayerPanel(panelElement, must("warstwy-przycisk"), layers, () => history.replaceState(null, "", here()));
}
const zoomed = (): void => panel?.zoomed(view.getZoom() ?? 0);
view.on("change:resolution", zoomed);
zoomed();
darkness.addEventListener("change", () => {
  repaint();
  panel?.paint();
});

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
  if (event.key === "Enter") void chooseAt(view.getCenter() ?? [0, 0], { focus: true });
  if (event.key === "Escape" && sheet?.isOpen) choose(undefined, { isNews: true });
});

const search = document.querySelector<HTMLFormElement>(".map-search form");
search?.setAttribute("data-stay", "");
search?.addEventListener("pick", (event) => {
  const hit = (event as CustomEvent<Hit>).detail;
  event.preventDefault();
  if (hit.id) {
    choose(hit.id, { isNews: true, fit: true, focus: true });
  } else {
    choose(undefined);
    fit(boxToScreen(hit.bbox), 18);
    target.focus({ preventScroll: true });
  }
});

const opener = document.querySelector<HTMLAnchorElement>(".open-map");
if (opener && parcel) opener.href = `/mapa/?dzialka=${parcel}`;
document.documentElement.dataset["map"] = "ready";
