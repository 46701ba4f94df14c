/** The print: its exact frame on the map before, the PDF by the server from the same layers. */
import type { FeatureLike } from "ol/Feature";
import Feature from "ol/Feature";
import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";
import Translate from "ol/interaction/Translate";
import VectorLayer from "ol/layer/Vector";
import Collection from "ol/Collection";
import VectorSource from "ol/source/Vector";
import { Fill, Stroke, Style } from "ol/style";
import { h } from "../dom";
import { toGrid, toScreen } from "../place";
import type { Box, Pair } from "../place";
import type { Open } from "../tool";
import { number, say } from "../words";

const PAPERS = ["A4", "A3", "A2", "A1", "A0"];

export const open: Open = (body, desk) => {
  const { frames, scales, atlas } = desk.catalogue.prints;
  const source = new VectorSource();
  const style = new Style({ stroke: new Stroke({ color: "#b42318", width: 3 }), fill: new Fill({ color: "rgba(180,35,24,0.06)" }) });
  const layer = new VectorLayer({ source, zIndex: 120, style: (_: FeatureLike) => style });
  desk.map.addLayer(layer);

  const field = (id: string, word: Parameters<typeof say>[0], options: [string, string][], chosen: string): HTMLSelectElement => {
    const select = h("select", { id: `druk-${id}`, name: id }, ...options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
    select.addEventListener("change", () => show());
    form.append(h("label", { for: select.id }, say(word)), select);
    return select;
  };
  const form = h("form", { class: "print-form" });
  const title = h("input", { id: "druk-tytul", name: "tytul", maxlength: "120", autocomplete: "off" });
  form.append(h("label", { for: title.id }, say("printTitle")), title);
  const paper = field("papier", "paper", PAPERS.map((one) => [one, one]), "A4");
  const position = field("uklad", "position", [["pion", say("upright")], ["poziom", say("lying")]], "pion");
  const scale = field("skala", "scale", scales.map((one) => [String(one), `1:${number(one, 0)}`]), nearest(scales, desk.map.getView().getResolution() ?? 1));
  const grid = field("siatka", "gridLines", [["2178", "PL-2000/7 (EPSG:2178)"], ["2180", "PL-1992 (EPSG:2180)"], ["bez", say("noGrid")]], "2178");
  const counts = Array.from({ length: atlas.most }, (_, place): [string, string] => [String(place + 1), String(place + 1)]);
  const columns = field("kolumny", "sheetsAcross", counts, "1");
  const rows = field("rzedy", "sheetsDown", counts, "1");
  let centre: Pair = toGrid(desk.map.getView().getCenter() ?? [0, 0]);

  /** Metres of one sheet, and from one sheet to the next. */
  const sizes = (): { sheet: Pair; step: Pair } => {
    const [width = 0, height = 0] = frames[paper.value]?.[position.value] ?? [];
    const metres = (side: number): number => (side / 1000) * Number(scale.value);
    return { sheet: [metres(width), metres(height)], step: [metres(width - atlas.overlap), metres(height - atlas.overlap)] };
  };
  const box = ([east, north]: Pair, [wide, high]: Pair): Pair[] => [[east - wide / 2, north - high / 2], [east + wide / 2, north - high / 2], [east + wide / 2, north + high / 2], [east - wide / 2, north + high / 2]];
  const count = (): Pair => (atlas.papers.includes(paper.value) ? [Number(columns.value), Number(rows.value)] : [1, 1]);
  /** Corners of the map of the print, of all its sheets together. */
  const corners = (): Pair[] => {
    const { sheet, step } = sizes();
    const [across, down] = count();
    return box(centre, [sheet[0] + (across - 1) * step[0], sheet[1] + (down - 1) * step[1]]);
  };
  /** Of every sheet, where there are several. */
  const sheets = (): Pair[][] => {
    const { sheet, step } = sizes();
    const [across, down] = count();
    if (across * down === 1) return [];
    return Array.from({ length: across * down }, (_, place) => {
      const [column, row] = [place % across, Math.floor(place / across)];
      return box([centre[0] + (column - (across - 1) / 2) * step[0], centre[1] - (row - (down - 1) / 2) * step[1]], sheet);
    });
  };
  const frame = new Feature(new Polygon([[]]));
  const inner = new Feature(new MultiPolygon([]));
  source.addFeatures([frame, inner]);
  const show = (): void => {
    const ring = corners().map(toScreen);
    frame.setGeometry(new Polygon([[...ring, ring[0] as Pair]]));
    inner.setGeometry(new MultiPolygon(sheets().map((one) => one.map(toScreen)).map((one) => [[...one, one[0] as Pair]])));
    columns.disabled = rows.disabled = !atlas.papers.includes(paper.value);
    const seenBox = frame.getGeometry()?.getExtent() as Box;
    const seen = desk.map.getView().calculateExtent(desk.map.getSize());
    const isSeen = seenBox[0] > (seen[0] ?? 0) && seenBox[1] > (seen[1] ?? 0) && seenBox[2] < (seen[2] ?? 0) && seenBox[3] < (seen[3] ?? 0);
    if (!isSeen) desk.fit(seenBox, 20);
    desk.target.dataset["frame"] = corners().flat().map((edge) => edge.toFixed(2)).join(",");
  };
  const drag = new Translate({ features: new Collection([frame]) });
  drag.on("translateend", () => {
    const [west = 0, south = 0, east = 0, north = 0] = frame.getGeometry()?.getExtent() ?? [];
    centre = toGrid([(west + east) / 2, (south + north) / 2]);
    show();
  });
  desk.map.addInteraction(drag);

  const nudge = (byEast: number, byNorth: number): void => {
    const ring = corners();
    const step = ((ring[1]?.[0] ?? 0) - (ring[0]?.[0] ?? 0)) / 10;
    centre = [centre[0] + byEast * step, centre[1] + byNorth * step];
    show();
  };
  const arrow = (glyph: string, word: Parameters<typeof say>[0], east: number, north: number): HTMLElement => h("button", { type: "button", class: "tool small", "aria-label": say(word), click: () => nudge(east, north) }, glyph);
  form.append(
    h("p", { class: "small soft" }, say("howToPrint")),
    h("div", { class: "nudges", role: "group", "aria-label": say("moveFrame") }, arrow("←", "west", -1, 0), arrow("↑", "north", 0, 1), arrow("↓", "south", 0, -1), arrow("→", "east", 1, 0)),
    h("button", { type: "button", class: "button quiet", click: () => {
      centre = toGrid(desk.map.getView().getCenter() ?? [0, 0]);
      show();
    } }, say("frameToMiddle")),
    h("button", { type: "submit", class: "button" }, say("makePdf")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = new URLSearchParams(desk.forOthers());
    for (const name of ["z", "v"]) asked.delete(name);
    asked.set("x", centre[0].toFixed(2));
    asked.set("y", centre[1].toFixed(2));
    for (const one of [paper, position, scale, grid]) asked.set(one.name, one.value);
    const [across, down] = count();
    if (across * down > 1) asked.set("arkusze", `${across}x${down}`);
    if (!asked.has("tlo")) asked.set("tlo", desk.ground.id);
    if (title.value.trim()) asked.set("tytul", title.value.trim());
    window.open(`/mapa/wydruk?${asked}`, "_blank", "noopener");
  });
  body.append(form);
  show();
  return () => {
    desk.map.removeInteraction(drag);
    desk.map.removeLayer(layer);
    delete desk.target.dataset["frame"];
  };
};

/** The scale of a print nearest to what the screen shows. */
function nearest(scales: number[], resolution: number): string {
  const shown = (resolution * 0.64) / 0.00028;
  return String(scales.reduce((best, one) => (Math.abs(Math.log(one / shown)) < Math.abs(Math.log(best / shown)) ? one : best)));
}
