/** Maps of other services over ours: from the office's list or by an address, whatever the service speaks. */
import { added, answer, lay, remove } from "../added";
import type { Came, Offered, OfferedLayer, Service } from "../added";
import { h } from "../dom";
import { announce, toast } from "../toast";
import type { Open } from "../tool";
import { say } from "../words";

/** rows of a table of objects */
const ROWS = 50;
const COLUMNS = 6;

export const open: Open = (body, desk) => {
  const note = h("p", { class: "small soft", role: "status" });
  const list = h("div", {});
  const layers = h("div", {});
  const mine = h("ul", { class: "picked" });
  const table = h("div", { class: "scrolled" });
  const address = h("input", { type: "url", id: "dodaj-adres", placeholder: "https://", autocomplete: "off" });

  const browse = async (url: string): Promise<void> => {
    note.textContent = say("askingService", { title: url });
    layers.replaceChildren();
    const told = await answer<Offered>(`/mapa/uslugi/opis?${new URLSearchParams({ adres: url })}`);
    if (typeof told === "string") {
      note.textContent = told || say("serviceFailed");
      return;
    }
    note.textContent = say("layersOffered", { count: told.layers.length });
    layers.replaceChildren(h("h3", {}, told.title), h("ul", { class: "picked" }, ...told.layers.map((one) => row(url, told, one))));
  };
  const row = (url: string, service: Offered, one: OfferedLayer): HTMLElement => {
    const isPicture = service.protocol === "wms" || service.protocol === "wmts";
    if (isPicture && !one.system) return h("li", {}, h("span", { class: "grow" }, one.title), h("span", { class: "small soft" }, say("otherSystem")));
    const button = h("button", { type: "button", class: "button quiet", "aria-label": `${say("add")}: ${one.title}`, click: () => add(url, service, one) }, say("add"));
    return h("li", {}, h("span", { class: "grow" }, one.title), button);
  };
  const add = (url: string, service: Offered, one: OfferedLayer): void => {
    const come = (came: Came): void => {
      const text = told(came, one.title);
      if (note.isConnected) note.textContent = text;
      else if (came.fault) toast(text);
    };
    if (!lay(desk.map, url, service, one, { come, fault: () => toast(say("groundFailed", { title: one.title })) })) return;
    announce(say("addedLayer", { title: one.title }));
    show();
  };
  const show = (): void => {
    table.replaceChildren();
    mine.replaceChildren(
      ...[...added].map(([key, { title, attribution, source }]) =>
        h(
          "li",
          {},
          h("span", { class: "grow" }, title, attribution ? h("span", { class: "small soft" }, ` ${attribution}`) : null),
          source ? h("button", { type: "button", class: "button quiet", "aria-label": `${say("table")}: ${title}`, click: () => table.replaceChildren(tableOf(title, source.getFeatures().map((one) => one.getProperties()))) }, say("table")) : null,
          h("button", { type: "button", class: "tool small", "aria-label": `${say("remove")}: ${title}`, click: () => {
            remove(desk.map, key);
            show();
          } }, "✕"),
        ),
      ),
    );
  };
  void answer<{ services: Service[] }>("/mapa/uslugi/").then((told) => {
    if (typeof told === "string") {
      note.textContent = told || say("serviceFailed");
      return;
    }
    if (!told.services.length) list.append(h("p", { class: "small soft" }, say("noServices")));
    else list.append(h("ul", { class: "picked" }, ...told.services.map((one) => h("li", {}, h("button", { type: "button", class: "plain grow", click: () => void browse(one.url) }, one.title)))));
  });
  body.append(
    h("h3", {}, say("servicesOfOffice")),
    list,
    h(
      "form",
      { submit: (event) => { event.preventDefault(); if (address.value.trim()) void browse(address.value.trim()); } },
      h("label", { for: address.id }, say("serviceAddress")),
      h("p", { class: "hint" }, say("serviceKinds")),
      address,
      h("button", { type: "submit", class: "button quiet" }, say("findService")),
    ),
    note,
    layers,
    h("h3", {}, say("addedByYou")),
    mine,
    table,
    h("p", { class: "hint" }, say("filesInDrawing")),
  );
  show();
};

function told(came: Came, title: string): string {
  if (came.fault) return came.fault;
  const parts = [say("objectsSeen", { title, count: came.count })];
  if (came.isPartial) parts.push(say("onlyFirst"));
  if (came.unread) parts.push(say("shapesUnread", { count: came.unread }));
  return parts.join(" ");
}

/** The objects in sight as a table, for those who do not see the map. */
function tableOf(title: string, rows: Record<string, unknown>[]): HTMLElement {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== "geometry").slice(0, COLUMNS);
  if (!rows.length) return h("p", { class: "small soft" }, say("nothingHere"));
  return h(
    "table",
    { class: "small" },
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...rows.slice(0, ROWS).map((row) => h("tr", {}, ...names.map((name) => h("td", {}, String(row[name] ?? "")))))),
  );
}
