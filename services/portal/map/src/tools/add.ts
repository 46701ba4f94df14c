/** Maps of other services over ours: from the office's list, with a browser of their layers. */
import TileLayer from "ol/layer/Tile";
import TileWMS from "ol/source/TileWMS";
import { h } from "../dom";
import { announce, toast } from "../toast";
import type { Open } from "../tool";
import { say } from "../words";

interface Service {
  code: string;
  title: string;
  attribution: string;
}

interface Offered {
  name: string;
  title: string;
}

/** Added layers outlive the panel. */
const added = new Map<string, { title: string; layer: TileLayer<TileWMS> }>();

export const open: Open = (body, desk) => {
  const note = h("p", { class: "small soft", role: "status" });
  const list = h("div", {});
  const layers = h("div", {});
  const mine = h("ul", { class: "picked" });
  const address = h("input", { type: "url", id: "dodaj-adres", placeholder: "https://", autocomplete: "off" });

  const services = async (asked = ""): Promise<Service[] | undefined> => {
    try {
      const response = await fetch(`/mapa/uslugi/${asked ? `?${new URLSearchParams({ adres: asked })}` : ""}`, { headers: { Accept: "application/json" } });
      const said = (await response.json()) as { services?: Service[]; description?: string };
      if (!said.services) note.textContent = said.description ?? say("serviceFailed");
      return said.services;
    } catch {
      note.textContent = say("serviceFailed");
      return undefined;
    }
  };
  const browse = async (service: Service): Promise<void> => {
    note.textContent = say("askingService", { title: service.title });
    layers.replaceChildren();
    try {
      const response = await fetch(`/mapa/uslugi/${service.code}?REQUEST=GetCapabilities`, { headers: { Accept: "text/xml, application/json" } });
      if (!response.ok) {
        note.textContent = ((await response.json()) as { description?: string }).description ?? say("serviceFailed");
        return;
      }
      const offered = layersOf(await response.text());
      note.textContent = say("layersOffered", { count: offered.length });
      layers.replaceChildren(
        h("h3", {}, service.title),
        h(
          "ul",
          { class: "picked" },
          ...offered.map((one) => h("li", {}, h("span", { class: "grow" }, one.title), h("button", { type: "button", class: "button quiet", "aria-label": `${say("add")}: ${one.title}`, click: () => add(service, one) }, say("add")))),
        ),
      );
    } catch {
      note.textContent = say("serviceFailed");
    }
  };
  const add = (service: Service, one: Offered): void => {
    const key = `${service.code} ${one.name}`;
    if (added.has(key)) return;
    const source = new TileWMS({ url: `/mapa/uslugi/${service.code}`, params: { LAYERS: one.name, STYLES: "", FORMAT: "image/png", TRANSPARENT: "TRUE", VERSION: "1.3.0" }, projection: "EPSG:3857" });
    source.once("tileloaderror", () => toast(say("groundFailed", { title: one.title })));
    const layer = new TileLayer({ source, zIndex: 60 + added.size });
    desk.map.addLayer(layer);
    added.set(key, { title: `${one.title} (${service.title})`, layer });
    announce(say("addedLayer", { title: one.title }));
    show();
  };
  const show = (): void => {
    mine.replaceChildren(
      ...[...added].map(([key, { title, layer }]) =>
        h("li", {}, h("span", { class: "grow" }, title), h("button", { type: "button", class: "tool small", "aria-label": `${say("remove")}: ${title}`, click: () => {
          desk.map.removeLayer(layer);
          added.delete(key);
          show();
        } }, "✕")),
      ),
    );
  };
  const find = async (): Promise<void> => {
    const [found] = (await services(address.value)) ?? [];
    if (found) await browse(found);
  };
  void services().then((found) => {
    if (!found) return;
    if (!found.length) note.textContent = say("noServices");
    list.replaceChildren(h("ul", { class: "picked" }, ...found.map((one) => h("li", {}, h("button", { type: "button", class: "plain grow", click: () => void browse(one) }, one.title)))));
  });
  body.append(
    h("h3", {}, say("servicesOfOffice")),
    list,
    h("form", { submit: (event) => { event.preventDefault(); void find(); } }, h("label", { for: address.id }, say("serviceAddress")), address, h("button", { type: "submit", class: "button quiet" }, say("findService"))),
    note,
    layers,
    h("h3", {}, say("addedByYou")),
    mine,
    h("p", { class: "hint" }, say("filesInDrawing")),
  );
  show();
};

/** Layers of a WMS that have a name. */
function layersOf(document: string): Offered[] {
  const read = new DOMParser().parseFromString(document, "text/xml");
  return [...read.getElementsByTagName("Layer")].flatMap((layer) => {
    const child = (name: string): string => [...layer.children].find(({ tagName }) => tagName === name)?.textContent?.trim() ?? "";
    const name = child("Name");
    return name ? [{ name, title: child("Title") || name }] : [];
  });
}
