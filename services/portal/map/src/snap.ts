/** Corners and sides of the parcels in view catch the pointer while one draws. */
import Snap from "ol/interaction/Snap";
import { unByKey } from "ol/Observable";
import RenderFeature, { toFeature } from "ol/render/Feature";
import VectorSource from "ol/source/Vector";
import type { Desk } from "./tool";

export interface Snapping {
  /** again the first to see the pointer, after another interaction was added */
  onTop: () => void;
  close: () => void;
}

const MOST = 1500;

export function snapping(desk: Desk): Snapping {
  const source = new VectorSource();
  const snap = new Snap({ source, pixelTolerance: 10 });
  const gather = (): void => {
    source.clear();
    const layer = desk.stack.get("parcels");
    if (!layer?.isVisible) return;
    const found = layer.vector.getFeaturesInExtent(desk.map.getView().calculateExtent(desk.map.getSize()));
    if (found.length > MOST) return; // too far away to aim
    source.addFeatures(found.filter((one) => one instanceof RenderFeature).map((one) => toFeature(one)));
  };
  const key = desk.map.on("rendercomplete", () => {
    if (!source.getFeatures().length) gather();
  });
  const moved = desk.map.on("moveend", gather);
  gather();
  return {
    onTop: () => {
      desk.map.removeInteraction(snap);
      desk.map.addInteraction(snap);
    },
    close: () => {
      unByKey([key, moved]);
      desk.map.removeInteraction(snap);
    },
  };
}
