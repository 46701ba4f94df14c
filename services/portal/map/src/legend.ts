import { h } from "./dom";
import type { MapLayer } from "./layers";
import { darkness } from "./layers";
import { say } from "./words";
import type { GroupName } from "./zones";
import { groups, swatch } from "./zones";

/** The panel of layers: a box for each, "zoom in" where the scale hides it, and the legend of zones. */
export class LayerPanel {
  private readonly hints = new Map<MapLayer, HTMLElement>();
  private readonly boxes = new Map<MapLayer, HTMLInputElement>();
  private readonly legend = h("ul", { class: "legend" });

  constructor(
    private readonly panel: HTMLElement,
    private readonly button: HTMLElement,
    layers: MapLayer[],
    private readonly onSwitch: () => void,
  ) {
    const close = h("button", { type: "button", class: "tool close", "aria-label": say("close"), click: () => this.toggle(false) }, "✕");
    panel.replaceChildren(
      h("div", { class: "sheet-head" }, h("h2", {}, say("layers")), close),
      h("ul", { class: "layer-list" }, ...[...layers].reverse().map((layer) => this.row(layer))),
      h("h3", {}, say("legend")),
      this.legend,
    );
    button.addEventListener("click", () => this.toggle(Boolean(panel.hidden)));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
    this.paint();
  }

  toggle(isOpen: boolean): void {
    this.panel.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.panel.querySelector<HTMLElement>("input")?.focus();
    else this.button.focus();
  }

  zoomed(zoom: number): void {
    for (const [layer, hint] of this.hints) hint.hidden = zoom >= layer.from;
  }

  /** The boxes say what the layers are. */
  sync(): void {
    for (const [layer, box] of this.boxes) box.checked = layer.layer.getVisible();
  }

  paint(): void {
    const rows = (Object.keys(groups) as GroupName[]).map((name) => {
      const box = h("span", { class: "swatch", "aria-hidden": "true" });
      box.style.backgroundImage = `url(${swatch(name, darkness.matches).toDataURL()})`;
      box.style.backgroundSize = "16px";
      return h("li", {}, box, say(groups[name].word));
    });
    this.legend.replaceChildren(...rows);
  }

  private row(layer: MapLayer): HTMLElement {
    const box = h("input", { type: "checkbox", checked: layer.layer.getVisible() });
    box.addEventListener("change", () => {
      layer.layer.setVisible(box.checked);
      this.onSwitch();
    });
    this.boxes.set(layer, box);
    const hint = h("small", { class: "soft" }, say("zoomIn"));
    this.hints.set(layer, hint);
    return h("li", {}, h("label", { class: "choice" }, box, h("span", {}, say(layer.word), h("br"), hint)));
  }
}
