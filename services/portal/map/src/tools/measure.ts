/** Length, area, azimuth and coordinates; drawn with the pointer or written as numbers. */
import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import Draw from "ol/interaction/Draw";
import VectorLayer from "ol/layer/Vector";
import { unByKey } from "ol/Observable";
import VectorSource from "ol/source/Vector";
import { h } from "../dom";
import { area, azimuth, length, scaleAt } from "../grid";
import { mark } from "../mark";
import { toGrid, toScreen } from "../place";
import type { Pair } from "../place";
import { pairs, pairsField, rowsOf } from "../points";
import { snapping } from "../snap";
import type { Open } from "../tool";
import { area as areaText, metres, number, say } from "../words";

type Kind = "LineString" | "Polygon" | "Point";

export const open: Open = (body, desk) => {
  const source = new VectorSource();
  const layer = new VectorLayer({
    source,
    zIndex: 110,
    style: mark("#b42318"),
  });
  desk.map.addLayer(layer);
  desk.clicks.taken = true;
  let kind: Kind = "LineString";
  let points: Pair[] = [];
  let draw: Draw | undefined;
  const snap = snapping(desk);
  const result = h("dl", { class: "facts", role: "status", "aria-live": "polite" });
  const { parts, written, fault } = pairsField("miara-punkty", say("measureWritten"), () => typed());

  const ground = h("div", { role: "status" });
  const ask = h("button", { type: "button", class: "button quiet", hidden: true, click: () => {
    ground.replaceChildren(say("askingHeights"));
    const mine = points;
    void import("../profile").then(({ profile }) => profile(mine, source)).then((made) => mine === points && ground.replaceChildren(made));
  } }, say("showProfile"));

  const show = (): void => {
    ground.replaceChildren();
    ask.hidden = kind !== "LineString" || points.length < 2;
    const screen = points.map(toScreen);
    source.clear();
    if (points.length === 1 || kind === "Point") source.addFeatures(screen.map((one) => new Feature(new Point(one))));
    else if (points.length) source.addFeature(new Feature(kind === "Polygon" ? new Polygon([[...screen, screen[0] as Pair]]) : new LineString(screen)));
    result.replaceChildren(...measures(kind, points));
  };

  const begin = (): void => {
    if (draw) desk.map.removeInteraction(draw);
    draw = new Draw({ type: kind, source: new VectorSource(), stopClick: true });
    draw.on("drawstart", ({ feature }) => {
      source.clear();
      const geometry = feature.getGeometry();
      const key = geometry?.on("change", () => {
        const flat = (geometry as LineString | Polygon).getCoordinates();
        const line = (kind === "Polygon" ? (flat as number[][][])[0] : (flat as number[][])) ?? [];
        if (kind !== "Point") result.replaceChildren(...measures(kind, (kind === "Polygon" ? line.slice(0, -1) : line).map(toGrid)));
      });
      draw?.once("drawend", () => key && unByKey(key));
    });
    draw.on("drawend", ({ feature }) => {
      const geometry = feature.getGeometry() as LineString | Polygon | Point;
      const flat = geometry.getCoordinates();
      const line = geometry instanceof Point ? [flat as number[]] : geometry instanceof Polygon ? ((flat as number[][][])[0] ?? []).slice(0, -1) : (flat as number[][]);
      points = line.map(toGrid);
      written.value = rowsOf(points);
      fault.textContent = "";
      show();
    });
    desk.map.addInteraction(draw);
    snap.onTop();
  };

  const typed = (): void => {
    const read = pairs(written.value);
    fault.textContent = typeof read === "string" ? read : "";
    if (typeof read === "string") return;
    points = read;
    show();
    if (points.length > 1) {
      const box = source.getExtent();
      if (box) desk.fit(box as [number, number, number, number], 19);
    } else if (points[0]) desk.map.getView().setCenter(toScreen(points[0]));
  };

  body.append(
    h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, say("whatToMeasure")),
      ...(["LineString", "Polygon", "Point"] as const).map((one) => {
        const radio = h("input", { type: "radio", name: "miara", value: one, checked: one === kind });
        radio.addEventListener("change", () => {
          kind = one;
          points = [];
          written.value = "";
          source.clear();
          result.replaceChildren();
          ground.replaceChildren();
          ask.hidden = true;
          begin();
        });
        return h("label", { class: "choice" }, radio, h("span", {}, say(one === "LineString" ? "distance" : one === "Polygon" ? "surface" : "spot")));
      }),
    ),
    h("p", { class: "small soft" }, say("howToMeasure")),
    result,
    ask,
    ground,
    ...parts,
  );
  begin();
  return () => {
    if (draw) desk.map.removeInteraction(draw);
    snap.close();
    desk.map.removeLayer(layer);
  };
};

function fact(name: string, value: string): HTMLElement[] {
  return [h("dt", {}, name), h("dd", { class: "numbers" }, value)];
}

export function measures(kind: Kind, points: Pair[]): HTMLElement[] {
  const [first] = points;
  if (!first) return [];
  if (kind === "Point" || points.length === 1) {
    const lines = points.map(([east, north]) => fact("PL-2000/7", `X ${number(north, 2)}  Y ${number(east, 2)}`));
    return lines.flat();
  }
  const scale = scaleAt(points.reduce((sum, [east]) => sum + east, 0) / points.length);
  if (kind === "LineString") {
    const plane = length(points);
    const last = points.at(-1) as Pair;
    const before = points.at(-2) as Pair;
    return [
      ...fact(say("lengthInGrid"), metres(plane)),
      ...fact(say("onEllipsoid"), `${metres(plane / scale)} (${difference(1 / scale - 1)})`),
      ...fact(say("azimuth"), `${number(azimuth(before, last), 2)}°`),
    ];
  }
  const plane = area(points);
  return [
    ...fact(say("areaInGrid"), `${areaText(plane)} = ${number(plane / 10_000, 4)} ha`),
    ...fact(say("onEllipsoid"), `${areaText(plane / (scale * scale))} (${difference(1 / (scale * scale) - 1)})`),
    ...fact(say("perimeter"), metres(length([...points, first]))),
  ];
}

function difference(share: number): string {
  return `${share > 0 ? "+" : "−"}${number(Math.abs(share) * 1_000_000, 0)} ppm`;
}
