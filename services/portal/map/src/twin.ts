/** A second map beside the first: one view moves both. */
import VectorTileLayer from "ol/layer/VectorTile";
import OlMap from "ol/Map";
import { h } from "./dom";
import type { Desk } from "./tool";

export interface Twin {
  /** the layers that stand on the right */
  show: (ids: string[]) => void;
  close: () => void;
}

export function twin(desk: Desk, label: string): Twin {
  const element = h("div", { class: "map twin", role: "application", "aria-label": label, tabindex: "0" });
  element.style.backgroundColor = desk.target.style.backgroundColor;
  desk.target.after(element);
  desk.target.classList.add("halved");
  const map = new OlMap({ target: element, view: desk.map.getView(), controls: [], keyboardEventTarget: element });
  desk.map.updateSize();
  return {
    show: (ids) => {
      map.setLayers(
        desk.stack.layers
          .filter(({ info }) => ids.includes(info.id))
          .map(({ info, vector }) => {
            const source = vector.getSource();
            const style = vector.getStyle();
            return new VectorTileLayer({ ...(source ? { source } : {}), ...(style ? { style } : {}), minZoom: info.from - 0.01, declutter: true, renderBuffer: 64, opacity: vector.getOpacity() });
          }),
      );
    },
    close: () => {
      map.setTarget(undefined);
      element.remove();
      desk.target.classList.remove("halved");
      desk.map.updateSize();
    },
  };
}
