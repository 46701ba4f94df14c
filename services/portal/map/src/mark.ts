/** How a tool marks what it found or drew: over every layer, seen on light and dark grounds. */
import { Circle, Fill, Stroke, Style } from "ol/style";

/** ``colour`` is #rrggbb. */
export function mark(colour: string): Style {
  return new Style({
    stroke: new Stroke({ color: colour, width: 3 }),
    fill: new Fill({ color: `${colour}26` }),
    image: new Circle({ radius: 6, fill: new Fill({ color: colour }), stroke: new Stroke({ color: "#ffffff", width: 2 }) }),
  });
}
