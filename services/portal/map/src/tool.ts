/** The panel of tools: each is a module that is loaded when somebody opens it. */
import type OlMap from "ol/Map";
import type { Catalogue } from "./catalogue";
import { h } from "./dom";
import type { Ground } from "./grounds";
import type { Stack } from "./layers";
import type { Box } from "./place";
import { toast } from "./toast";
import { say } from "./words";
import type { Word } from "./words";

/** What a tool may see and do. */
export interface Desk {
  map: OlMap;
  target: HTMLElement;
  catalogue: Catalogue;
  stack: Stack;
  ground: Ground;
  /** the query of the address that shows what is seen now; of a kept drawing it holds the secret that its author uses */
  here: () => string;
  /** the same for others, who may look at the drawing and not change it */
  forOthers: () => string;
  /** the address anew, after something of it changed */
  settle: () => void;
  parcels: () => string[];
  day: () => string | undefined;
  setDay: (day: string | undefined) => void;
  drawing: { id: string | undefined; view: string | undefined };
  fit: (box: Box, maxZoom: number) => void;
  /** while set, a click on the map is the tool's */
  clicks: { taken: boolean };
}

/** Fills the panel; answers what puts everything back. */
export type Open = (body: HTMLElement, desk: Desk) => (() => void) | void;

interface Kind {
  word: Word;
  glyph: string;
  load: () => Promise<{ open: Open }>;
}

export const TOOLS: Record<string, Kind> = {
  zmierz: { word: "measure", glyph: "M3 17 17 3l4 4L7 21zM7 13l2 2M10 10l2 2M13 7l2 2", load: () => import("./tools/measure") },
  rysuj: { word: "draw", glyph: "m4 20 1-5L16 4l4 4L9 19zM14 6l4 4", load: () => import("./tools/draw") },
  drukuj: { word: "print", glyph: "M7 9V3h10v6M7 17H4v-7h16v7h-3M7 14h10v7H7z", load: () => import("./tools/print") },
  udostepnij: { word: "share", glyph: "M8 12l8-5M8 12l8 5M6 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4M18 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4M18 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4", load: () => import("./tools/share") },
  coto: { word: "whatIsHere", glyph: "M12 17v.01M12 14c0-3 3-3 3-5.500a3 3 0 0 0-6 0M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", load: () => import("./tools/identify") },
  czas: { word: "inTime", glyph: "M12 7v5l3 3M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", load: () => import("./tools/time") },
  porownaj: { word: "compare", glyph: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z", load: () => import("./tools/compare") },
  dodaj: { word: "addData", glyph: "M12 5v14M5 12h14", load: () => import("./tools/add") },
  pomoc: { word: "help", glyph: "M12 8v.01M11 12h1v4h1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18", load: () => import("./tools/help") },
};

export class ToolPanel {
  private close: (() => void) | void = undefined;
  private current: string | undefined;

  constructor(
    private readonly panel: HTMLElement,
    private readonly button: HTMLElement,
    private readonly menu: HTMLElement,
    private readonly desk: Desk,
  ) {
    menu.replaceChildren(
      ...Object.entries(TOOLS).map(([id, { word, glyph }]) => {
        const item = h("button", { type: "button", role: "menuitem", class: "plain", tabindex: "-1", click: () => void this.open(id) }, icon(glyph), say(word));
        item.id = `narzedzie-${id}`;
        return item;
      }),
    );
    button.addEventListener("click", () => this.toggleMenu(Boolean(menu.hidden)));
    menu.addEventListener("keydown", (event) => this.key(event));
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget as Node | null) && event.relatedTarget !== button) menu.hidden = true;
    });
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.shut();
    });
  }

  /** Pixels of the map that the panel covers: [right, bottom]. */
  get covered(): [number, number] {
    if (this.panel.hidden) return [0, 0];
    const { width, height } = this.panel.getBoundingClientRect();
    return matchMedia("(min-width: 768px)").matches ? [width + 12, 0] : [0, height];
  }

  async open(id: string): Promise<void> {
    const kind = TOOLS[id];
    if (!kind) return;
    this.shut();
    this.menu.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    const body = h("div", { class: "tool-body" });
    const heading = h("h2", { tabindex: "-1", id: "narzedzie-tytul" }, say(kind.word));
    this.panel.replaceChildren(h("div", { class: "sheet-head" }, heading, h("button", { type: "button", class: "tool close", "aria-label": say("close"), click: () => this.shut() }, "✕")), body);
    this.panel.hidden = false;
    this.current = id;
    try {
      const { open } = await kind.load();
      this.close = open(body, this.desk);
      heading.focus({ preventScroll: true });
    } catch (error) {
      this.shut();
      toast(say("toolFailed"), { label: say("retry"), run: () => void this.open(id) });
      console.error(error);
    }
  }

  shut(): void {
    if (!this.current) return;
    this.close?.();
    this.close = undefined;
    this.current = undefined;
    this.desk.clicks.taken = false;
    const hadFocus = this.panel.contains(document.activeElement);
    this.panel.hidden = true;
    this.panel.replaceChildren();
    if (hadFocus) this.button.focus();
  }

  private toggleMenu(isOpen: boolean): void {
    this.menu.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.items()[0]?.focus();
  }

  private items(): HTMLElement[] {
    return [...this.menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }

  private key(event: KeyboardEvent): void {
    const items = this.items();
    const place = items.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) items[(next + items.length) % items.length]?.focus();
    else if (event.key === "Escape") {
      this.toggleMenu(false);
      this.button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export function icon(path: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
