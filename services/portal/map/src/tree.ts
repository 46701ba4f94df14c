/** The panel of layers: a tree of what there is, and the order of what is seen. */
import type { Background, Case, Catalogue, Group, LayerInfo } from "./catalogue";
import { h } from "./dom";
import type { Ground } from "./grounds";
import { swatch } from "./hatch";
import type { Stack } from "./layers";
import { ink, onPaper } from "./paint";
import { announce } from "./toast";
import { day, say } from "./words";

const FAVOURITES = "miedza.ulubione";
let serial = 0;

/** Opens, closes and keeps true to the stack what stands in the panel. */
export class LayerPanel {
  private readonly rows = new Map<string, HTMLElement>();
  private readonly order = h("ol", { class: "order" });
  private readonly tree = h("ul", { role: "tree", "aria-label": say("layers"), class: "tree" });
  private readonly filter = h("input", { type: "search", id: "warstwy-szukaj", autocomplete: "off", placeholder: say("findLayer"), "aria-label": say("findLayer") });
  private readonly seenOnly = h("input", { type: "checkbox" });
  private readonly favourites = new Set<string>(held());
  private zoom = 0;

  constructor(
    private readonly panel: HTMLElement,
    private readonly button: HTMLElement,
    private readonly catalogue: Catalogue,
    private readonly stack: Stack,
    private readonly ground: Ground,
    private readonly onGround: () => void,
  ) {
    const close = h("button", { type: "button", class: "tool close", "aria-label": say("close"), click: () => this.toggle(false) }, "✕");
    panel.replaceChildren(
      h("div", { class: "sheet-head" }, h("h2", {}, say("layers")), close),
      h("fieldset", { class: "grounds" }, h("legend", {}, say("ground")), ...catalogue.backgrounds.map((one) => this.groundRow(one))),
      h("div", { class: "tree-tools" }, this.filter, h("label", { class: "choice" }, this.seenOnly, h("span", {}, say("seenOnly")))),
      this.tree,
      h("p", { class: "small soft", role: "status", id: "warstwy-brak" }),
      h("h3", {}, say("drawOrder")),
      this.order,
      h("button", { type: "button", class: "button quiet", click: () => this.reset() }, say("openingView")),
    );
    this.tree.append(...this.sorted().map((group) => this.group(group)));
    this.tree.querySelector<HTMLElement>("[role=treeitem]")?.setAttribute("tabindex", "0");
    this.tree.addEventListener("keydown", (event) => this.key(event));
    this.filter.addEventListener("input", () => this.sift());
    this.seenOnly.addEventListener("change", () => this.sift());
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
    stack.onChange(() => this.sync());
    this.sync();
  }

  toggle(isOpen: boolean): void {
    this.panel.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.tree.querySelector<HTMLElement>("[tabindex='0']")?.focus();
    else this.button.focus();
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  zoomed(zoom: number): void {
    this.zoom = zoom;
    for (const layer of this.stack.layers) {
      const row = this.rows.get(layer.info.id);
      const hint = row?.querySelector<HTMLElement>(".hint");
      if (hint) hint.hidden = zoom >= layer.info.from;
      row?.classList.toggle("far", zoom < layer.info.from);
    }
  }

  /** The rows say what the layers are. */
  sync(): void {
    for (const { info, isVisible, opacity } of this.stack.layers) {
      const row = this.rows.get(info.id);
      row?.setAttribute("aria-checked", String(isVisible));
      const range = row?.querySelector<HTMLInputElement>("input[type=range]");
      if (range) range.value = String(Math.round(opacity * 100));
    }
    for (const { id, layers } of this.catalogue.groups) {
      const seen = layers.filter((one) => this.stack.get(one.id)?.isVisible).length;
      this.rows.get(`grupa-${id}`)?.setAttribute("aria-checked", seen === 0 ? "false" : seen === layers.length ? "true" : "mixed");
    }
    for (const radio of this.panel.querySelectorAll<HTMLInputElement>("input[name=tlo]")) radio.checked = radio.value === this.ground.id;
    this.listOrder();
    if (this.seenOnly.checked) this.sift();
  }

  /** Swatches anew, in the inks of the ground. */
  paint(): void {
    for (const { layers } of this.catalogue.groups) {
      for (const info of layers) this.rows.get(info.id)?.querySelector(".legend")?.replaceWith(legend(info, this.ground.isDark));
    }
  }

  // --- parts ---

  private groundRow(one: Background): HTMLElement {
    const radio = h("input", { type: "radio", name: "tlo", value: one.id });
    radio.addEventListener("change", () => {
      this.ground.choose(one.id);
      this.paint();
      this.onGround();
    });
    return h("label", { class: `ground ground-${one.id}` }, radio, h("span", { class: "ground-thumb", "aria-hidden": "true" }), h("span", {}, one.title));
  }

  /** Favourites of this browser first within their groups. */
  private sorted(): Group[] {
    return this.catalogue.groups.map((group) => ({ ...group, layers: [...group.layers].reverse().sort((a, b) => Number(this.favourites.has(b.id)) - Number(this.favourites.has(a.id))) }));
  }

  private group(group: Group): HTMLElement {
    const label = `grupa-${group.id}-nazwa`;
    const row = h(
      "li",
      { role: "treeitem", "aria-expanded": "true", "aria-checked": "false", "aria-labelledby": label, tabindex: "-1", class: "branch" },
      h("div", { class: "tree-row", click: (event) => this.pressed(event, row) }, h("span", { class: "twist", "aria-hidden": "true" }), h("span", { class: "box", "aria-hidden": "true" }), h("strong", { id: label }, group.title)),
      h("ul", { role: "group" }, ...group.layers.map((info) => this.leaf(info))),
    );
    row.dataset["ids"] = group.layers.map(({ id }) => id).join(" ");
    this.rows.set(`grupa-${group.id}`, row);
    return row;
  }

  private leaf(info: LayerInfo): HTMLElement {
    const label = `warstwa-${info.id}-nazwa`;
    const row: HTMLElement = h(
      "li",
      { role: "treeitem", "aria-expanded": "false", "aria-checked": "false", "aria-labelledby": `${label} ${label}-uwaga`, tabindex: "-1", class: "leaf" },
      h(
        "div",
        { class: "tree-row", click: (event) => this.pressed(event, row) },
        h("span", { class: "twist", "aria-hidden": "true" }),
        h("span", { class: "box", "aria-hidden": "true" }),
        h("span", {}, h("span", { id: label }, info.title), h("small", { class: "hint soft", id: `${label}-uwaga`, hidden: true }, say("zoomIn"))),
      ),
      this.details(info),
    );
    row.dataset["ids"] = info.id;
    this.rows.set(info.id, row);
    return row;
  }

  private details(info: LayerInfo): HTMLElement {
    const id = `sila-${++serial}`;
    const range = h("input", { type: "range", id, min: "0", max: "100", step: "5", value: "100" });
    range.addEventListener("input", () => this.stack.fade(info.id, Number(range.value) / 100));
    const star = h("button", { type: "button", class: "plain", "aria-pressed": String(this.favourites.has(info.id)) }, say("favourite"));
    star.addEventListener("click", () => {
      if (!this.favourites.delete(info.id)) this.favourites.add(info.id);
      star.setAttribute("aria-pressed", String(this.favourites.has(info.id)));
      keep([...this.favourites]);
    });
    return h(
      "div",
      { class: "layer-details" },
      h("p", { class: "small soft" }, info.description),
      legend(info, this.ground.isDark),
      h("label", { for: id, class: "small" }, say("opacity")),
      range,
      h(
        "p",
        { class: "small soft" },
        info.state_on ? `${say("state")}: ${day(info.state_on)}. ` : "",
        h("a", { href: info.metadata_url }, say("aboutLayer")),
        " · ",
        h("a", { href: info.table_url }, say("asTable")),
        " · ",
        h("a", { href: info.licence, rel: "license" }, say("licence")),
      ),
      star,
    );
  }

  private listOrder(): void {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["step"] : undefined;
    const seen = [...this.stack.visible].reverse();
    this.order.replaceChildren(
      ...seen.map((layer, place) => {
        const { id, title } = layer.info;
        const step = (sign: 1 | -1, text: string, glyph: string, isLast: boolean): HTMLElement => {
          const button = h("button", { type: "button", class: "tool small", "aria-label": `${text}: ${title}`, disabled: isLast, click: () => this.moved(id, sign) }, glyph);
          button.dataset["step"] = `${id}${sign}`;
          return button;
        };
        const row = h("li", { draggable: "true" }, h("span", { class: "handle", "aria-hidden": "true" }, "⋮⋮"), h("span", { class: "grow" }, title), step(1, say("higher"), "↑", place === 0), step(-1, say("lower"), "↓", place === seen.length - 1));
        row.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", id));
        row.addEventListener("dragover", (event) => event.preventDefault());
        row.addEventListener("drop", (event) => {
          event.preventDefault();
          const from = event.dataTransfer?.getData("text/plain");
          if (from) this.stack.put(from, id);
        });
        return row;
      }),
    );
    if (focused) {
      const button = this.order.querySelector<HTMLButtonElement>(`[data-step="${focused}"]`);
      if (button?.disabled) button.parentElement?.querySelector<HTMLButtonElement>("button:not(:disabled)")?.focus();
      else button?.focus();
    }
  }

  private moved(id: string, step: 1 | -1): void {
    this.stack.move(id, step);
    const place = [...this.stack.visible].reverse().findIndex(({ info }) => info.id === id) + 1;
    announce(say("movedTo", { place, count: this.stack.visible.length }));
  }

  private reset(): void {
    this.filter.value = "";
    this.seenOnly.checked = false;
    this.ground.choose(undefined);
    this.stack.reset();
    this.sift();
    this.paint();
    this.onGround();
  }

  private sift(): void {
    const words = plain(this.filter.value);
    let found = 0;
    for (const { id, layers } of this.catalogue.groups) {
      let inside = 0;
      for (const info of layers) {
        const fits = plain(`${info.title} ${info.description}`).includes(words) && (!this.seenOnly.checked || Boolean(this.stack.get(info.id)?.isVisible));
        const row = this.rows.get(info.id);
        if (row) row.hidden = !fits;
        if (fits) inside++;
      }
      const branch = this.rows.get(`grupa-${id}`);
      if (branch) branch.hidden = inside === 0;
      found += inside;
    }
    const note = this.panel.querySelector<HTMLElement>("#warstwy-brak");
    if (note) note.textContent = found ? "" : say("noLayer");
    const current = this.tree.querySelector<HTMLElement>("[tabindex='0']");
    if (!current || current.offsetParent === null) {
      current?.setAttribute("tabindex", "-1");
      this.items()[0]?.setAttribute("tabindex", "0");
    }
  }

  // --- the tree, as WAI-ARIA describes it ---

  private items(): HTMLElement[] {
    return [...this.tree.querySelectorAll<HTMLElement>("[role=treeitem]")].filter((item) => item.offsetParent !== null);
  }

  private pressed(event: Event, row: HTMLElement): void {
    this.go(row);
    if ((event.target as HTMLElement).classList.contains("twist")) this.expand(row, row.getAttribute("aria-expanded") !== "true");
    else this.check(row);
  }

  private check(row: HTMLElement): void {
    this.stack.show((row.dataset["ids"] ?? "").split(" "), row.getAttribute("aria-checked") !== "true");
  }

  private expand(row: HTMLElement, isOpen: boolean): void {
    row.setAttribute("aria-expanded", String(isOpen));
    this.zoomed(this.zoom);
  }

  private go(row: HTMLElement | undefined): void {
    if (!row) return;
    for (const item of this.tree.querySelectorAll("[tabindex='0'][role=treeitem]")) item.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    row.focus();
  }

  private key(event: KeyboardEvent): void {
    const row = event.target as HTMLElement;
    if (row.getAttribute("role") !== "treeitem") return;
    const items = this.items();
    const place = items.indexOf(row);
    const isOpen = row.getAttribute("aria-expanded") === "true";
    const actions: Record<string, () => void> = {
      ArrowDown: () => this.go(items[place + 1]),
      ArrowUp: () => this.go(items[place - 1]),
      Home: () => this.go(items[0]),
      End: () => this.go(items.at(-1)),
      ArrowRight: () => (isOpen ? this.go(items[place + 1]) : this.expand(row, true)),
      ArrowLeft: () => (isOpen ? this.expand(row, false) : this.go(row.parentElement?.closest<HTMLElement>("[role=treeitem]") ?? undefined)),
      " ": () => this.check(row),
      Enter: () => this.check(row),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action();
  }
}

/** Swatches of a drawing, each with its words. */
export function legend(info: LayerInfo, isDark: boolean): HTMLElement {
  return h("ul", { class: "legend" }, ...info.drawing.cases.filter(({ title }) => title).map((one) => h("li", {}, sample(one, info, isDark), one.title)));
}

function sample({ look }: Case, info: LayerInfo, isDark: boolean): HTMLElement {
  const colours = ink(isDark);
  const box = h("span", { class: `swatch ${info.geometry}`, "aria-hidden": "true" });
  const stroke = look.stroke ? onPaper(look.stroke, colours) : "transparent";
  if (look.radius) {
    box.style.cssText = `width:${look.radius * 2 + 2}px;height:${look.radius * 2 + 2}px;border-radius:50%;margin-inline:${15 - look.radius}px;background:${onPaper(look.fill, colours)}`;
  } else if (info.geometry === "MultiPolygon") {
    if (look.fill) box.style.backgroundImage = `url(${swatch(look, isDark).toDataURL()})`;
    box.style.backgroundSize = "16px";
    box.style.border = `${Math.max(1, look.width)}px ${look.dash.length ? "dashed" : "solid"} ${stroke}`;
  } else {
    box.style.cssText = `height:0;border:0;border-top:${Math.max(2, look.width)}px ${look.dash.length ? "dashed" : "solid"} ${stroke}`;
  }
  return box;
}

/** Without case and accents. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "").trim();
}

function held(): string[] {
  try {
    const said: unknown = JSON.parse(localStorage.getItem(FAVOURITES) ?? "[]");
    return Array.isArray(said) ? said.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // storage switched off, or written by somebody else
  }
}

function keep(ids: string[]): void {
  try {
    localStorage.setItem(FAVOURITES, JSON.stringify(ids));
  } catch {
    announce(say("notKept"));
  }
}
