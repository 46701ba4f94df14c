/** Places in forms and cases; their maps load when somebody looks at them. */
import { byId, h } from "./dom";
import { toast } from "./toast";
import { say } from "./words";

export type Kind = "parcels" | "point" | "area";
export type Field = HTMLInputElement | HTMLTextAreaElement;

/** What the page says of a question about a place. */
export interface Asked {
  kind: Kind;
  field: Field;
  label: string;
  /** west, south, east, north in degrees */
  extent: [number, number, number, number];
  most: number;
}

/** A button that opens the map of the question; a shape drawn before opens it at once. */
export function offerMap(frame: HTMLElement): void {
  const { place, field, extent, most, label } = frame.dataset;
  const input = byId(field ?? "") as Field | null;
  if (!input || !extent) return;
  const asked: Asked = { kind: place as Kind, field: input, label: label ?? "", extent: extent.split(",").map(Number) as Asked["extent"], most: Number(most) || 1 };
  const room = h("div", { id: `${input.id}-mapa` });
  let opened: Promise<void> | undefined;

  const toggle = (): void => {
    room.hidden = !room.hidden;
    button.setAttribute("aria-expanded", String(!room.hidden));
    button.textContent = say(room.hidden ? "pointOnMap" : "hideMap");
    if (!room.hidden) opened ??= load().catch(failed);
  };
  const load = async (): Promise<void> => (await import("./picking")).pick(room, asked);
  const failed = (): void => {
    opened = undefined;
    toggle();
    toast(say("toolFailed"));
  };
  const button = h("button", { type: "button", class: "button quiet", "aria-expanded": "false", "aria-controls": room.id, click: toggle }, say("pointOnMap"));
  room.hidden = true;
  frame.replaceChildren(button, room);
  if (isDrawn(input.value)) toggle();
}

export function showShapes(frame: HTMLElement): void {
  void import("./picking").then(({ show }) => show(frame));
}

/** Whether the text is what the map wrote of areas. */
export function isDrawn(text: string): boolean {
  return text.trimStart().startsWith("{");
}
