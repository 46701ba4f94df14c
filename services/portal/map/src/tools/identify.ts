/** What lies at the middle of the map or under a click: every layer asked at once, each within its own time. */
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import { unByKey } from "ol/Observable";
import VectorSource from "ol/source/Vector";
import type Map from "ol/Map";
import { added } from "../added";
import type { LayerInfo } from "../catalogue";
import { h } from "../dom";
import { mark } from "../mark";
import { toDegrees } from "../place";
import { announce } from "../toast";
import type { Open } from "../tool";
import { say } from "../words";

const TIME_MS = 5000;
const TOUCH_PX = 12;
const MOST = 20;

interface Found {
  id: string | number;
  properties: Record<string, unknown>;
  geometry: object;
}

export const open: Open = (body, desk) => {
  const source = new VectorSource();
  const layer = new VectorLayer({
    source,
    zIndex: 110,
    style: mark("#0b5cad"),
  });
  desk.map.addLayer(layer);
  desk.clicks.taken = true;
  const list = h("div", { class: "identified" });
  let round = 0;

  const ask = async (coordinate: number[]): Promise<void> => {
    const mine = ++round;
    const asked = desk.catalogue.groups.flatMap(({ layers }) => layers).reverse();
    source.clear();
    source.addFeature(new Feature(new Point(coordinate)));
    list.replaceChildren(h("p", { role: "status", class: "soft" }, say("asking", { count: asked.length })));
    const reach = TOUCH_PX * (desk.map.getView().getResolution() ?? 1);
    let [done, count] = [0, 0];
    const failed: LayerInfo[] = [];
    const parts = new globalThis.Map<string, HTMLElement>();
    const others = addedAt(desk.map, coordinate, source);
    const draw = (): void => {
      const note = done < asked.length ? say("asking", { count: asked.length - done }) : count ? say("foundHere", { count }) : say("nothingHere");
      list.replaceChildren(
        h("p", { role: "status", class: "soft" }, note),
        ...others,
        ...asked.map(({ id }) => parts.get(id)).filter((part): part is HTMLElement => Boolean(part)),
        panoramas(coordinate),
        ...(failed.length ? [h("div", { class: "alert warning" }, h("p", {}, say("layersSilent", { names: failed.map(({ title }) => title).join(", ") })))] : []),
      );
    };
    await Promise.all(
      asked.map(async (info) => {
        const found = await features(info, coordinate, reach, desk.day());
        if (mine !== round) return; // another place was asked about meanwhile
        done++;
        if (!found) failed.push(info);
        else if (found.length) {
          count += found.length;
          parts.set(info.id, section(info, found, source));
        }
        draw();
      }),
    );
    if (mine === round) announce(count ? say("foundHere", { count }) : say("nothingHere"));
  };

  const key = desk.map.on("singleclick", (event) => void ask(event.coordinate));
  const middle = (): void => void ask(desk.map.getView().getCenter() ?? [0, 0]);
  const enter = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.target === desk.target) middle();
  };
  desk.target.addEventListener("keydown", enter);
  body.append(h("p", { class: "small soft" }, say("howToIdentify")), h("button", { type: "button", class: "button quiet", click: middle }, say("askMiddle")), list);
  return () => {
    round++;
    unByKey(key);
    desk.target.removeEventListener("keydown", enter);
    desk.map.removeLayer(layer);
  };
};

/** Objects of added layers under the spot. */
function addedAt(map: Map, coordinate: number[], source: VectorSource): HTMLElement[] {
  return [...added.values()].flatMap(({ title, layer }) => {
    const under = map.getFeaturesAtPixel(map.getPixelFromCoordinate(coordinate), { layerFilter: (one) => one === layer, hitTolerance: TOUCH_PX });
    if (!under.length) return [];
    const found = under.map((one) => ({ id: "", properties: one.getProperties(), geometry: {} })).slice(0, MOST);
    for (const one of found) delete one.properties["geometry"];
    return [section({ title, id: "", fields: {} }, found, source)];
  });
}

/** Pictures of the street by others, in another window: nothing of theirs is loaded here. */
function panoramas(coordinate: number[]): HTMLElement {
  const [lon, lat] = toDegrees(coordinate).map((degrees) => degrees.toFixed(6));
  const link = (href: string, name: string): HTMLElement => h("a", { href, target: "_blank", rel: "noopener noreferrer", class: "small" }, name);
  return h("p", { class: "actions" }, h("span", { class: "small soft" }, say("streetView")), link(`https://www.mapillary.com/app/?lat=${lat}&lng=${lon}&z=17`, "Mapillary"), link(`https://www.google.com/maps/@?api=1&map_action=pano&viewpoint=${lat},${lon}`, "Google"));
}

/** Undefined when the layer did not answer in time, or not rightly. */
async function features(info: LayerInfo, coordinate: number[], reach: number, day: string | undefined): Promise<Found[] | undefined> {
  const around = info.geometry === "MultiPolygon" ? 0.05 : reach;
  const [x = 0, y = 0] = coordinate;
  const [west, south] = toDegrees([x - around, y - around]);
  const [east, north] = toDegrees([x + around, y + around]);
  const box = [west, south, east, north].map((edge) => edge.toFixed(7)).join(",");
  const time = day && info.has_time ? `&datetime=${day}` : "";
  try {
    const response = await fetch(`/ogc/collections/${info.id}/items?bbox=${box}&limit=${MOST}${time}`, { headers: { Accept: "application/geo+json" }, signal: AbortSignal.timeout(TIME_MS) });
    if (!response.ok) return undefined;
    return ((await response.json()) as { features: Found[] }).features;
  } catch {
    return undefined;
  }
}

function section(info: Pick<LayerInfo, "id" | "title" | "fields">, found: Found[], source: VectorSource): HTMLElement {
  const highlight = (one: Found): void => {
    const [spot] = source.getFeatures();
    source.clear();
    if (spot) source.addFeature(spot);
    source.addFeatures(new GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures({ type: "FeatureCollection", features: [one] }));
  };
  return h(
    "details",
    { open: true },
    h("summary", {}, info.title, " ", h("span", { class: "badge" }, String(found.length))),
    ...found.map((one) =>
      h(
        "div",
        { class: "identified-one" },
        h("dl", { class: "facts small" }, ...rows(one, info)),
        info.id ? h("button", { type: "button", class: "plain small", click: () => highlight(one) }, say("showOnMap")) : null,
        info.id === "parcels" ? h("a", { class: "small", href: `/dzialki/${encodeURI(String(one.id))}/` }, say("page")) : null,
      ),
    ),
  );
}

function rows({ properties }: Found, info: Pick<LayerInfo, "fields">): HTMLElement[] {
  return Object.entries(properties)
    .filter(([, value]) => value !== null && value !== "")
    .slice(0, 8)
    .flatMap(([name, value]) => [h("dt", {}, info.fields[name] ?? name), h("dd", { lang: "pl" }, String(value))]);
}
