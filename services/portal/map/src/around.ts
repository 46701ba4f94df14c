/** The rest of the card: what lies on the parcel and near it, what the plan says of its zones, what changed. */
import { alert } from "./card";
import { h } from "./dom";
import { area, day, metres, number, say } from "./words";

interface Around {
  /** the first is the card's own button */
  services: { title: string; url: string }[];
  general_plan: { label: string; name: string; area_m2: number; limits: string[] }[];
  restrictions: { name: string; kind: string; area_m2: number; link: string | null }[];
  buildings: { id: string; kind: string; floors: number | null; area_m2: number }[];
  utilities: { network: string; kind: string; distance_m: number }[];
  nearest: { kind: string; name: string; distance_m: number }[];
  passages: { symbol: string; plan: string; url: string; quotes: { label: string; heading: string; text: string; note: string }[] }[];
}

interface Changes {
  changes: { what: string; before: string | null; after: string | null }[];
}

/** Fills itself; a part that does not come says so and leaves the card as it is. */
export function around(id: string, asOf: string | undefined): HTMLElement {
  const box = h("div", { class: "around" }, h("p", { class: "soft small", role: "status" }, say("loadingAround")));
  void fill(box, id, asOf);
  return box;
}

async function fill(box: HTMLElement, id: string, asOf: string | undefined): Promise<void> {
  const asked = new URLSearchParams({ dzialka: id, f: "json", ...(asOf ? { "na-dzien": asOf } : {}) });
  try {
    const response = await fetch(`/mapa/otoczenie?${asked}`);
    if (!response.ok) throw new Error(String(response.status));
    const said = (await response.json()) as Around;
    box.replaceChildren(...parts(said), changes(id));
  } catch {
    box.replaceChildren(alert("warning", say("aroundFailed")), h("button", { type: "button", class: "button quiet", click: () => void fill(box, id, asOf) }, say("retry")));
  }
}

function parts(said: Around): HTMLElement[] {
  return [
    h("h3", {}, say("servicesHere")),
    h("ul", { class: "around-rows" }, ...said.services.slice(1).map(({ title, url }) => h("li", {}, h("a", { href: url }, title)))),
    ...said.passages.map((one) =>
      h(
        "details",
        { class: "passages" },
        h("summary", {}, say("passages", { symbol: one.symbol })),
        h("div", { lang: "pl", class: "small" }, ...one.quotes.map((quote) => h("p", {}, h("strong", {}, [quote.label, quote.heading].filter(Boolean).join(" ")), " ", quote.text || quote.note))),
        h("p", { class: "small" }, h("a", { href: one.url }, say("wholeText"))),
      ),
    ),
    ...section("generalPlan", said.general_plan.map((one) => row(`${one.label} ${one.name}`, area(one.area_m2), one.limits.join(", ")))),
    ...section("restrictions", said.restrictions.map((one) => row(one.name, area(one.area_m2), one.kind, one.link))),
    ...section("buildingsHere", said.buildings.map((one) => row(`${one.kind}${one.floors === null ? "" : `, ${say("floors", { count: one.floors })}`}`, area(one.area_m2)))),
    ...section("utilities", said.utilities.map((one) => row(`${one.network}: ${one.kind}`, one.distance_m === 0 ? say("onParcel") : metres(one.distance_m)))),
    ...section("nearby", said.nearest.map((one) => row(one.name, `${number(one.distance_m, 0)}\u00a0m`))),
  ];
}

function section(word: Parameters<typeof say>[0], rows: HTMLElement[]): HTMLElement[] {
  return [h("h3", {}, say(word)), rows.length ? h("ul", { class: "around-rows" }, ...rows) : h("p", { class: "small soft" }, say("noneHere"))];
}

function row(name: string, value: string, note = "", link: string | null = null): HTMLElement {
  return h("li", {}, h("span", { class: "grow", lang: "pl" }, link ? h("a", { href: link, rel: "noopener", target: "_blank" }, name) : name, note ? h("small", { class: "soft" }, note) : null), h("span", { class: "numbers nowrap" }, value));
}

function changes(id: string): HTMLElement {
  const field = h("input", { type: "date", id: "zmiany-od", min: "1990-01-01", max: new Date().toLocaleDateString("sv-SE") });
  const list = h("div", { role: "status" });
  const ask = async (): Promise<void> => {
    if (!field.value || !field.checkValidity()) return;
    try {
      const response = await fetch(`/mapa/zmiany?${new URLSearchParams({ dzialka: id, od: field.value, f: "json" })}`);
      const said = (await response.json()) as Changes & { description?: string };
      if (!response.ok) list.replaceChildren(alert("warning", said.description ?? say("aroundFailed")));
      else if (!said.changes.length) list.replaceChildren(h("p", { class: "small" }, say("noChanges", { day: day(field.value) })));
      else list.replaceChildren(h("dl", { class: "facts small", lang: "pl" }, ...said.changes.flatMap((one) => [h("dt", {}, one.what), h("dd", {}, `${one.before ?? "–"} → ${one.after ?? "–"}`)])));
    } catch {
      list.replaceChildren(alert("warning", say("aroundFailed")));
    }
  };
  field.addEventListener("change", () => void ask());
  return h("div", {}, h("h3", {}, h("label", { for: field.id }, say("changedSince"))), field, list);
}
