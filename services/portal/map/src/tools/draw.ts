/** Drawing on the map: shapes with words and colours, files in and out, kept by the office under a secret address. */
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import type Geometry from "ol/geom/Geometry";
import Circle from "ol/geom/Circle";
import LineString from "ol/geom/LineString";
import MultiPoint from "ol/geom/MultiPoint";
import Point from "ol/geom/Point";
import Polygon, { fromCircle } from "ol/geom/Polygon";
import Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { Fill, Stroke, Text } from "ol/style";
import type { Style } from "ol/style";
import { token } from "../ask";
import { h } from "../dom";
import { mark } from "../mark";
import { toScreen } from "../place";
import type { Pair } from "../place";
import { pairs, pairsField } from "../points";
import { snapping } from "../snap";
import { announce, toast } from "../toast";
import type { Open } from "../tool";
import { say } from "../words";
import type { Word } from "../words";

const KINDS = { Point: "spot", LineString: "line", Polygon: "surface", Circle: "circle" } as const;
type Kind = keyof typeof KINDS;
const COLOURS = ["#b42318", "#0b5cad", "#1f6b4f", "#8a5a00", "#6b2f86", "#1b2430"];
const COLOUR_NAMES: Word[] = ["red", "blue", "green", "brown", "violet", "black"];
const FORMATS = ["GeoJSON", "KML", "GPX", "DXF"] as const;

interface Saved {
  view: string;
  edit: string | null;
}

interface Drawn extends Saved {
  content: object;
}

export const open: Open = (body, desk) => {
  const source = new VectorSource();
  const layer = new VectorLayer({ source, zIndex: 115, style: (feature) => styleOf(String(feature.get("colour") ?? COLOURS[0]), String(feature.get("text") ?? "")) });
  desk.map.addLayer(layer);
  desk.clicks.taken = true;
  const snap = snapping(desk);
  const modify = new Modify({ source });
  const reader = new GeoJSON({ featureProjection: "EPSG:3857" });
  let [kind, colour, draw, saved]: [Kind, string, Draw | undefined, Saved | undefined] = ["Polygon", COLOURS[0] as string, undefined, undefined];
  let isDirty = false;
  const undo: Feature<Geometry>[][] = [];

  const words = h("input", { id: "rysuj-opis", maxlength: "500", autocomplete: "off" });
  const list = h("ul", { class: "picked" });
  const note = h("p", { class: "small soft", role: "status" });
  const links = h("div", { class: "drawing-links" });

  const remember = (): void => {
    undo.push(source.getFeatures().map((one) => one.clone()));
    if (undo.length > 50) undo.shift();
    isDirty = true;
  };
  const back = (): void => {
    const before = undo.pop();
    if (!before) return;
    source.clear();
    source.addFeatures(before);
    show();
    announce(say("undone"));
  };
  const show = (): void => {
    list.replaceChildren(
      ...source.getFeatures().map((feature, place) => {
        const name = `${place + 1}. ${String(feature.get("text") || say(KINDS[(feature.getGeometry()?.getType().replace("Multi", "") ?? "Polygon") as Kind] ?? "surface"))}`;
        return h(
          "li",
          {},
          h("button", { type: "button", class: "plain grow", click: () => {
            const box = feature.getGeometry()?.getExtent();
            if (box) desk.fit(box as [number, number, number, number], 19);
          } }, name),
          h("button", { type: "button", class: "tool small", "aria-label": `${say("remove")}: ${name}`, click: () => {
            remember();
            source.removeFeature(feature);
            show();
          } }, "✕"),
        );
      }),
    );
    desk.target.dataset["drawn"] = String(source.getFeatures().length);
  };
  const begin = (): void => {
    if (draw) desk.map.removeInteraction(draw);
    draw = new Draw({ type: kind, source: new VectorSource(), stopClick: true });
    draw.on("drawend", ({ feature }) => {
      remember();
      const shape = feature.getGeometry();
      feature.setGeometry(shape instanceof Circle ? fromCircle(shape, 64) : shape);
      feature.setProperties({ text: words.value.trim(), colour });
      source.addFeature(feature);
      show();
    });
    desk.map.addInteraction(draw);
    snap.onTop();
  };
  modify.on("modifystart", remember);
  desk.map.addInteraction(modify);

  const collection = (): string => reader.writeFeatures(source.getFeatures(), { decimals: 8 });
  const save = async (): Promise<void> => {
    try {
      const asked = saved?.edit ? `/mapa/rysunki/${saved.edit}` : "/mapa/rysunki/";
      const response = await fetch(asked, { method: saved?.edit ? "PUT" : "POST", headers: { "X-CSRFToken": token(), "Content-Type": "application/geo+json", Accept: "application/json" }, body: collection() });
      const said = (await response.json()) as Saved & { description?: string };
      if (!response.ok) {
        note.textContent = said.description ?? say("saveFailed");
        return;
      }
      saved = said;
      isDirty = false;
      desk.drawing.id = said.edit ?? said.view;
      desk.drawing.view = said.view;
      desk.settle();
      showLinks();
      note.textContent = say("drawingSaved");
    } catch {
      note.textContent = say("saveFailed");
    }
  };
  const showLinks = (): void => {
    if (!saved) return;
    const link = (word: Word, secret: string): HTMLElement[] => {
      const asked = new URLSearchParams(desk.here());
      asked.set("rysunek", secret);
      const area = h("textarea", { id: `rysunek-${word}`, rows: "2", readonly: true }, new URL(`/mapa/?${asked}`, location.origin).href);
      return [h("label", { for: area.id }, say(word)), area];
    };
    links.replaceChildren(...link("viewLink", saved.view), ...(saved.edit ? link("editLink", saved.edit) : []));
  };
  const restore = async (secret: string): Promise<void> => {
    try {
      const response = await fetch(`/mapa/rysunki/${secret}`, { headers: { Accept: "application/json" } });
      const said = (await response.json()) as Drawn & { description?: string };
      if (!response.ok) {
        note.textContent = said.description ?? say("drawingFailed");
        return;
      }
      source.clear();
      source.addFeatures(reader.readFeatures(said.content));
      saved = { view: said.view, edit: said.edit };
      desk.drawing.view = said.view;
      if (!said.edit) note.textContent = say("copyOfDrawing");
      showLinks();
      show();
    } catch {
      note.textContent = say("drawingFailed");
    }
  };
  const bring = async (file: File): Promise<void> => {
    try {
      const { readFile } = await import("../exchange");
      const found = await readFile(file);
      remember();
      for (const one of found) one.setProperties({ text: String(one.get("text") ?? one.get("name") ?? "").slice(0, 500), colour });
      source.addFeatures(found);
      show();
      const box = source.getExtent();
      if (box) desk.fit(box as [number, number, number, number], 18);
      note.textContent = say("brought", { count: found.length });
    } catch (error) {
      note.textContent = error instanceof Error && error.name === "FileRefused" ? error.message : say("fileUnclear");
    }
  };
  const take = async (format: (typeof FORMATS)[number]): Promise<void> => {
    const { writeFile } = await import("../exchange");
    const { content, type, name } = writeFile(source.getFeatures(), format);
    const url = URL.createObjectURL(new Blob([content], { type }));
    h("a", { href: url, download: name }).click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };

  const typed = (): void => {
    const read = pairs(points.written.value);
    const least = { Point: 1, LineString: 2, Polygon: 3, Circle: 2 }[kind];
    points.fault.textContent = typeof read === "string" ? read : read.length < least ? say("tooFewPoints", { count: least }) : "";
    if (typeof read === "string" || read.length < least) return;
    remember();
    const shape = shapeOf(kind, read.map(toScreen));
    source.addFeature(new Feature<Geometry>({ geometry: shape, text: words.value.trim(), colour }));
    points.written.value = "";
    show();
    desk.fit(shape.getExtent() as [number, number, number, number], 19);
    announce(say("addedLayer", { title: words.value.trim() || say(KINDS[kind]) }));
  };
  const points = pairsField("rysuj-punkty", say("add"), () => typed());

  const file = h("input", { type: "file", id: "rysuj-plik", accept: ".geojson,.json,.kml,.gpx,.dxf,.zip" });
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) void bring(chosen);
    file.value = "";
  });
  body.append(
    h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, say("whatToDraw")),
      ...(Object.keys(KINDS) as Kind[]).map((one) => {
        const radio = h("input", { type: "radio", name: "rysuj", value: one, checked: one === kind });
        radio.addEventListener("change", () => {
          kind = one;
          begin();
        });
        return h("label", { class: "choice" }, radio, h("span", {}, say(KINDS[one])));
      }),
    ),
    h("label", { for: words.id }, say("wordsOfShape")),
    words,
    h(
      "fieldset",
      { class: "colours" },
      h("legend", {}, say("colour")),
      ...COLOURS.map((one, place) => {
        const radio = h("input", { type: "radio", name: "kolor", value: one, checked: one === colour, "aria-label": say(COLOUR_NAMES[place] as Word) });
        radio.style.accentColor = one;
        radio.addEventListener("change", () => (colour = one));
        const label = h("label", { class: "colour" }, radio);
        label.style.background = one;
        return label;
      }),
    ),
    h("p", { class: "small soft" }, say("howToDraw")),
    ...points.parts,
    h("button", { type: "button", class: "button quiet", click: back }, say("undo")),
    list,
    h("button", { type: "button", class: "button", click: () => void save() }, say("saveDrawing")),
    note,
    links,
    h("h3", {}, say("files")),
    h("div", { class: "actions" }, ...FORMATS.map((format) => h("button", { type: "button", class: "button quiet", click: () => void take(format) }, format))),
    h("label", { for: file.id }, say("bringFile")),
    file,
    h("p", { class: "hint" }, say("bringFileHint")),
  );
  begin();
  show();
  if (desk.drawing.id) void restore(desk.drawing.id);
  const leaving = (event: BeforeUnloadEvent): void => {
    if (isDirty && source.getFeatures().length) event.preventDefault();
  };
  window.addEventListener("beforeunload", leaving);
  return () => {
    window.removeEventListener("beforeunload", leaving);
    if (isDirty && source.getFeatures().length) toast(say("drawingUnsaved"));
    if (draw) desk.map.removeInteraction(draw);
    desk.map.removeInteraction(modify);
    snap.close();
    desk.map.removeLayer(layer);
    delete desk.target.dataset["drawn"];
  };
};

/** Of written points: a circle by its middle and a point on it. */
function shapeOf(kind: Kind, line: Pair[]): Geometry {
  const [first = [0, 0], second = first] = line;
  switch (kind) {
    case "Point":
      return line.length === 1 ? new Point(first) : new MultiPoint(line);
    case "LineString":
      return new LineString(line);
    case "Polygon":
      return new Polygon([[...line, first]]);
    case "Circle":
      return fromCircle(new Circle(first, Math.hypot(second[0] - first[0], second[1] - first[1])), 64);
  }
}

function styleOf(colour: string, text: string): Style {
  const style = mark(colour);
  style.setText(new Text({ text, font: "700 14px Lato, sans-serif", offsetY: -14, fill: new Fill({ color: colour }), stroke: new Stroke({ color: "#ffffff", width: 3 }), overflow: true }));
  return style;
}
