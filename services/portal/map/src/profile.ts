/** The ground along a line: a chart, a slider that shows the spot on the map, and the same as a table. */
import Feature from "ol/Feature";
import Point from "ol/geom/Point";
import type VectorSource from "ol/source/Vector";
import { answer } from "./added";
import { h } from "./dom";
import { toScreen } from "./place";
import type { Pair } from "./place";
import { metres, number, say } from "./words";

interface Profile {
  points: [number, number | null][];
  lowest: number | null;
  highest: number | null;
  ascent: number;
  descent: number;
  source: string;
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [320, 140, 40, 18];
const ROWS = 25;

export async function profile(points: Pair[], source: VectorSource): Promise<HTMLElement> {
  const asked = points.map(([east, north]) => `${east.toFixed(2)} ${north.toFixed(2)}`).join(",");
  const told = await answer<Profile>(`/mapa/profil?${new URLSearchParams({ punkty: asked })}`);
  if (typeof told === "string") return h("p", { class: "alert warning" }, told || say("serviceFailed"));
  const { lowest, highest } = told;
  if (lowest === null || highest === null) return h("p", { class: "alert warning" }, say("noHeightsHere"));
  const summary = say("profileSummary", { lowest: number(lowest, 1), highest: number(highest, 1), ascent: number(told.ascent, 1), descent: number(told.descent, 1) });
  const here = h("output", { class: "numbers" });
  const slider = h("input", { type: "range", id: "profil-miejsce", min: "0", max: String(told.points.length - 1), value: "0" });
  const spot = new Feature(new Point([0, 0]));
  const { chart, line } = drawn(told, summary);
  const move = (): void => {
    const [along, height] = told.points[Number(slider.value)] ?? [0, null];
    const text = `${metres(along)}: ${height === null ? say("heightUnknown") : say("aboveSea", { height: number(height, 1) })}`;
    here.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    const x = LEFT + (along / (told.points.at(-1)?.[0] || 1)) * (WIDTH - LEFT);
    line.setAttribute("d", `M${x.toFixed(1)} 0V${HEIGHT - BOTTOM}`);
    spot.setGeometry(new Point(toScreen(spotAt(points, along))));
    if (!source.hasFeature(spot)) source.addFeature(spot);
  };
  slider.addEventListener("input", move);
  move();
  return h(
    "section",
    { class: "profile", "aria-labelledby": "profil-tytul" },
    h("h3", { id: "profil-tytul" }, say("profile")),
    chart,
    h("label", { for: slider.id }, say("spotOnProfile")),
    slider,
    here,
    h("p", { class: "small" }, summary),
    h("details", {}, h("summary", {}, say("table")), tableOf(told)),
    h("p", { class: "small soft" }, told.source),
  );
}

function svg(tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function drawn({ points, lowest, highest }: Profile, summary: string): { chart: SVGElement; line: SVGElement } {
  const whole = points.at(-1)?.[0] || 1;
  const [low, high] = [Math.floor((lowest ?? 0) - 1), Math.ceil((highest ?? 0) + 1)];
  const x = (along: number): number => LEFT + (along / whole) * (WIDTH - LEFT);
  const y = (height: number): number => ((high - height) / (high - low)) * (HEIGHT - BOTTOM);
  let isOpen = false;
  const path = points
    .map(([along, height]) => {
      if (height === null) {
        isOpen = false;
        return "";
      }
      const sign = isOpen ? "L" : "M";
      isOpen = true;
      return `${sign}${x(along).toFixed(1)} ${y(height).toFixed(1)}`;
    })
    .join("");
  const line = svg("path", { class: "profile-spot", d: "" });
  const text = (at: [number, number], said: string, anchor: string): SVGElement => svg("text", { x: String(at[0]), y: String(at[1]), "text-anchor": anchor }, said);
  const chart = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": summary, class: "profile-chart" },
    svg("path", { class: "profile-axis", d: `M${LEFT} 0V${HEIGHT - BOTTOM}H${WIDTH}` }),
    text([LEFT - 4, 10], number(high, 0), "end"),
    text([LEFT - 4, HEIGHT - BOTTOM], number(low, 0), "end"),
    text([LEFT, HEIGHT - 4], "0 m", "start"),
    text([WIDTH, HEIGHT - 4], metres(whole), "end"),
    svg("path", { class: "profile-ground", d: path }),
    line,
  );
  return { chart, line };
}

function tableOf({ points }: Profile): HTMLElement {
  const step = Math.max(1, Math.ceil(points.length / ROWS));
  const rows = points.filter((_, place) => place % step === 0 || place === points.length - 1);
  return h(
    "table",
    { class: "small numbers" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("distance")), h("th", { scope: "col" }, say("height")))),
    h("tbody", {}, ...rows.map(([along, height]) => h("tr", {}, h("td", {}, metres(along)), h("td", {}, height === null ? "–" : `${number(height, 1)} m`)))),
  );
}

/** The spot so many metres from the beginning of the line. */
export function spotAt(points: Pair[], along: number): Pair {
  let left = along;
  for (const [place, [x, y]] of points.entries()) {
    const next = points[place + 1];
    if (!next) return [x, y];
    const long = Math.hypot(next[0] - x, next[1] - y);
    if (left <= long && long > 0) return [x + ((next[0] - x) * left) / long, y + ((next[1] - y) * left) / long];
    left -= long;
  }
  return points[0] ?? [0, 0];
}
