/**
 * A small map of what the page lists: what a delivery would change, or the open cases of the office. The page of a delivery waits while the
 * server works.
 */
import Feature, { type FeatureLike } from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import VectorLayer from "ol/layer/Vector";
import OlMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import { Circle, Fill, RegularShape, Stroke, Style } from "ol/style";
import View from "ol/View";
import "ol/ol.css";
import "./changes.css";
import { byId, h } from "./dom";
import { askedCatalogue } from "./catalogue";
import { groundLayers } from "./layers";
import { darkness, ink } from "./paint";

const EVERY = 2000; // milliseconds between two questions

// --- waiting ------------------------------------------------------------------------------------------------------

const waiting = document.querySelector<HTMLElement>("[data-waiting]");
if (waiting) window.setTimeout(ask, EVERY);

async function ask(): Promise<void> {
  if (!waiting) return;
  try {
    const answer = await fetch(waiting.dataset["waiting"] ?? "", { headers: { Accept: "application/json" } });
    const said = (await answer.json()) as { state: string; taken: number };
    if (said.state !== waiting.dataset["state"]) return location.reload();
    const taken = waiting.querySelector("[data-taken]");
    if (taken) taken.textContent = new Intl.NumberFormat(document.documentElement.lang).format(said.taken);
  } catch {
    // the network comes back, or the person reloads; nothing is lost on the server
  }
  window.setTimeout(ask, EVERY);
}

// --- map ----------------------------------------------------------------------------------------------------------

type Change = "added" | "changed" | "removed" | "finding";
type Urgency = "late" | "soon" | "waiting" | "suspended" | "calm";
type Kind = Change | Urgency;

/** Colour and pattern together, so that nobody depends on colour. */
function styles(isDark: boolean): Record<Kind, Style> {
  const paper = isDark ? "#10151a" : "#ffffff";
  const line = (colour: string, tint: string, lineDash?: number[]): Style =>
    new Style({
      stroke: new Stroke({ color: colour, width: 3, ...(lineDash ? { lineDash } : {}) }),
      fill: new Fill({ color: tint }),
      image: new Circle({ radius: 6, fill: new Fill({ color: colour }), stroke: new Stroke({ color: paper, width: 2 }) }),
    });
  return {
    added: line(isDark ? "#6cc5a1" : "#1f6b4f", "rgba(31,107,79,0.18)"),
    changed: line(isDark ? "#f0b35a" : "#9a5b00", "rgba(208,130,10,0.16)", [9, 6]),
    removed: line(isDark ? "#ff8a80" : "#b3261e", "rgba(179,38,30,0.14)", [2, 6]),
    ...urgencies(isDark, paper),
    finding: new Style({ image: new Circle({ radius: 5, fill: new Fill({ color: isDark ? "#d7a6ea" : "#6b2f86" }), stroke: new Stroke({ color: paper, width: 2 }) }) }),
  };
}

/** Shapes as the list draws them: ▲ ● ◆ ■ ○; the more pressing lies above. */
function urgencies(isDark: boolean, paper: string): Record<Urgency, Style> {
  const stroke = new Stroke({ color: paper, width: 2 });
  const shape = (colour: string, zIndex: number, points: number, angle = 0): Style =>
    new Style({ zIndex, image: new RegularShape({ points, angle, radius: 9, fill: new Fill({ color: colour }), stroke }) });
  const round = (zIndex: number, fill: string, edge: Stroke): Style => new Style({ zIndex, image: new Circle({ radius: 7, fill: new Fill({ color: fill }), stroke: edge }) });
  const soft = isDark ? "#aab4bf" : "#4a5563";
  return {
    late: shape(isDark ? "#ff8a7a" : "#b42318", 5, 3),
    soon: round(4, isDark ? "#f2b84b" : "#8a5a00", stroke),
    waiting: shape(isDark ? "#7db7f2" : "#0b5cad", 3, 4),
    suspended: shape(soft, 2, 4, Math.PI / 4),
    calm: round(1, paper, new Stroke({ color: isDark ? "#6cc5a1" : "#1f6b4f", width: 3 })),
  };
}

const target = byId("roznice");
if (target) void draw(target);

async function draw(element: HTMLElement): Promise<void> {
  const status = byId("roznica");
  const answer = await fetch(element.dataset["source"] ?? "");
  if (!answer.ok) {
    element.hidden = true;
    return;
  }
  const features = new GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(await answer.json()) as Feature[];
  const source = new VectorSource({ features });
  const ground = groundLayers(await askedCatalogue());
  const found = new VectorLayer({ source, zIndex: 20 });
  const view = new View({ minZoom: 6, maxZoom: 21, enableRotation: false });
  const map = new OlMap({ target: element, view, layers: [...ground.layers.map(({ vector }) => vector), found], keyboardEventTarget: element });

  const repaint = (): void => {
    ground.paint();
    element.style.backgroundColor = ink().ground;
    const style = styles(darkness.matches);
    const then = new Style({ stroke: new Stroke({ color: ink().soft, width: 1.5, lineDash: [4, 4] }) });
    found.setStyle((feature) => {
      const kind = feature.get("kind") as Kind;
      return kind === "changed" && feature.get("side") === "before" ? then : style[kind];
    });
  };
  repaint();
  darkness.addEventListener("change", repaint);
  const extent = source.getExtent();
  if (features.length && extent) view.fit(extent, { padding: [24, 24, 24, 24], maxZoom: 18, size: map.getSize() ?? [600, 360] });

  map.on("click", (event) => {
    const cases = map.getFeaturesAtPixel(event.pixel, { hitTolerance: 5, layerFilter: (layer) => layer === found }).filter((feature) => feature.get("url"));
    if (status && cases.length) return status.replaceChildren(...cases.map(told));
    const hit = map.forEachFeatureAtPixel(event.pixel, (feature) => (feature.get("kind") ? feature : undefined), { hitTolerance: 5, layerFilter: (layer) => layer === found });
    if (!status) return;
    if (!hit) return status.replaceChildren();
    const name = String(hit.get("object") ?? "");
    const list = `${element.dataset["list"] ?? ""}?obiekt=${encodeURIComponent(name)}`;
    const text = hit.get("kind") === "finding" ? String(hit.get("text") ?? "") : "";
    status.replaceChildren(text ? h("span", {}, `${name}: ${text}`) : h("a", { href: list }, name));
  });
}

/** A case of the office under the pointer. */
function told(feature: FeatureLike): HTMLElement {
  const title = `${String(feature.get("said"))}: ${String(feature.get("title"))}`;
  return h("p", {}, h("a", { href: String(feature.get("url")) }, String(feature.get("number"))), ` ${title}`);
}
