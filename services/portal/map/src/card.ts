/** The parcel report as a card. */
import { h } from "./dom";
import type { Box } from "./place";
import { share } from "./share";
import { area, day, language, say } from "./words";

interface Share {
  area_m2: number;
  percent: string;
}

interface Zone extends Share {
  symbol: string;
  name: string;
}

interface Plan {
  title: string;
  url: string;
  resolution: string;
  in_force_from: string | null;
  zones: Zone[];
  overlays: { name: string; symbol: string }[];
}

export interface Report {
  id: string;
  number: string;
  district: { id: string; name: string };
  municipality: { name: string };
  registered_area_m2: number | null;
  egib_on: string;
  is_sample: boolean;
  geometry: object;
  bbox: Box;
  land_uses: { label: string; name: string; area_m2: number | null }[];
  addresses: string[];
  planning: { state: "covered" | "partial" | "none"; message: string; plans: Plan[]; uncovered: Share | null };
  /** for staff of the municipality: where they go on from here */
  desk: { title: string; url: string }[];
  findings: { severity: "blocking" | "warning" | "info"; message: string }[];
}

export type Loaded = { kind: "report"; report: Report } | { kind: "refused"; status: number; message: string } | { kind: "failed" };

export async function load(id: string, signal: AbortSignal): Promise<Loaded | undefined> {
  try {
    const response = await fetch(`/dzialki/${encodeURI(id)}/?f=json`, { signal });
    const body = (await response.json()) as unknown;
    if (response.ok) return { kind: "report", report: body as Report };
    if (response.status < 500) return { kind: "refused", status: response.status, message: (body as { description: string }).description };
    return { kind: "failed" };
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? undefined : { kind: "failed" };
  }
}

/** A message of the report, in Polish; words of the page itself give ``spoken``. */
export function alert(kind: string, text: string, title?: string, spoken = "pl"): HTMLElement {
  return h("div", { class: `alert ${kind}` }, title ? h("p", { class: "kind" }, title) : null, h("p", { lang: spoken }, text));
}

/* What the register, the plan and the law say is Polish on the English page too, and marked so. */

/** Three different answers: the plan, no plan, a part without plan. */
function planning({ state, message, plans, uncovered }: Report["planning"]): HTMLElement {
  const part = h("div", {}, h("h3", {}, say("plan")));
  if (state === "none") part.append(alert("", message, say("noPlan")));
  if (state === "partial") part.append(alert("warning", message, say("partial")));
  for (const plan of plans) {
    part.append(
      plan.zones.length ? h("ul", { class: "zones" }, ...plan.zones.map(zoneRow)) : h("p", { class: "small" }, say("generalOnly")),
      h("p", { class: "small" }, h("a", { href: plan.url, lang: "pl" }, plan.title), plan.in_force_from ? h("span", { class: "soft" }, `, ${say("inForce", { day: day(plan.in_force_from) })}`) : null),
    );
    if (plan.overlays.length) {
      part.append(h("p", { class: "small" }, `${say("extra")}: `, h("span", { lang: "pl" }, plan.overlays.map((overlay) => overlay.name).join("; "))));
    }
  }
  if (uncovered) part.append(h("ul", { class: "zones" }, zoneRow({ symbol: "–", name: say("beyondPlan"), ...uncovered })));
  return part;
}

function zoneRow(zone: Zone): HTMLElement {
  const fill = h("span");
  fill.style.width = `${Math.max(0.5, Number(zone.percent.replace(",", ".")))}%`;
  return h(
    "li",
    {},
    h("div", { class: "zone-head" }, h("strong", { class: "nowrap" }, zone.symbol || "–"), h("span", { class: "numbers nowrap" }, `${zone.percent}\u00a0% · ${area(zone.area_m2)}`)),
    h("div", { class: "small soft", lang: zone.symbol === "–" ? language : "pl" }, zone.name),
    h("div", { class: "bar", "aria-hidden": "true" }, fill),
  );
}

function fact(name: string, ...value: (Node | string)[]): HTMLElement[] {
  return [h("dt", {}, name), h("dd", {}, ...value)];
}

const SEVERITY = { blocking: "danger", warning: "warning", info: "" } as const;

export interface CardActions {
  addMore: () => void;
  identify: () => void;
  print: () => void;
}

export function card(report: Report, actions: CardActions): (HTMLElement | null)[] {
  const id = encodeURIComponent(report.id);
  const page = `/dzialki/${encodeURI(report.id)}/`;
  const uses = report.land_uses.map((use) => `${use.label}${use.area_m2 === null ? "" : ` ${area(use.area_m2)}`}`).join(", ");
  return [
    h("p", { class: "soft small" }, h("span", { class: "nowrap numbers" }, report.id), ` · ${report.district.name}`, report.addresses[0] ? ` · ${report.addresses[0]}` : ""),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "button full", href: `/uslugi/wypis-i-wyrys/?dzialka=${id}` }, say("order")),
      h("a", { class: "button quiet", href: page }, say("page")),
      h("button", { type: "button", class: "button quiet", click: () => void share(`/mapa/?dzialka=${report.id}`, document.title) }, say("share")),
    ),
    h(
      "div",
      { class: "actions minor" },
      h("button", { type: "button", class: "plain", click: actions.identify }, say("whatIsHere")),
      h("button", { type: "button", class: "plain", click: actions.print }, say("print")),
      h("button", { type: "button", class: "plain", click: actions.addMore }, say("addParcel")),
    ),
    report.desk.length ? h("div", { class: "actions minor" }, ...report.desk.map(({ title, url }) => h("a", { href: url }, title))) : null,
    planning(report.planning),
    ...report.findings.map((finding) => alert(SEVERITY[finding.severity], finding.message, say(finding.severity))),
    h(
      "dl",
      { class: "facts" },
      ...fact(say("area"), report.registered_area_m2 === null ? say("areaUnknown") : area(report.registered_area_m2)),
      ...fact(say("landUse"), uses || say("areaUnknown")),
      ...fact(say("district"), `${report.district.name} (${report.district.id})`),
      ...fact(say("state"), day(report.egib_on) + (report.is_sample ? `, ${say("sample")}` : "")),
    ),
  ];
}

/** Several parcels as one piece of land: the sum of their areas and of what the plans say. */
export function sumCard(reports: Report[], onRemove: (id: string) => void): HTMLElement[] {
  const areas = reports.map(({ registered_area_m2 }) => registered_area_m2);
  const known = areas.filter((one): one is number => one !== null);
  const total = known.reduce((sum, one) => sum + one, 0);
  const zones = new Map<string, Zone>();
  for (const { planning } of reports) {
    for (const plan of planning.plans) {
      for (const zone of plan.zones) {
        const key = `${zone.symbol} ${plan.title}`;
        const before = zones.get(key);
        zones.set(key, { ...zone, area_m2: zone.area_m2 + (before?.area_m2 ?? 0) });
      }
    }
  }
  const drawn = [...zones.values()].reduce((sum, { area_m2 }) => sum + area_m2, 0) + reports.reduce((sum, { planning }) => sum + (planning.uncovered?.area_m2 ?? 0), 0);
  const share = (zone: Zone): string => (drawn ? ((100 * zone.area_m2) / drawn).toFixed(1).replace(".", ",") : "0");
  return [
    h("dl", { class: "facts" }, ...fact(say("sumArea"), area(total) + (known.length < areas.length ? ` (${say("areaUnknown")}: ${areas.length - known.length})` : ""))),
    h("a", { class: "button full", href: `/uslugi/wypis-i-wyrys/?dzialka=${encodeURIComponent(reports.map(({ id }) => id).join(", "))}` }, say("order")),
    h("h3", {}, say("plan")),
    h("ul", { class: "zones" }, ...[...zones.values()].sort((a, b) => b.area_m2 - a.area_m2).map((zone) => zoneRow({ ...zone, percent: share(zone) }))),
    h("h3", {}, say("parcels")),
    h(
      "ul",
      { class: "picked" },
      ...reports.map((report) =>
        h(
          "li",
          {},
          h("a", { href: `/dzialki/${encodeURI(report.id)}/` }, `${report.number}, ${report.district.name}`),
          h("span", { class: "numbers nowrap" }, report.registered_area_m2 === null ? "–" : area(report.registered_area_m2)),
          h("button", { type: "button", class: "tool small", "aria-label": `${say("remove")}: ${report.number}`, click: () => onRemove(report.id) }, "✕"),
        ),
      ),
    ),
  ];
}
