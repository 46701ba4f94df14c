/** Two maps in one, on the right of a divider the layers that a person chooses; or two maps side by side. */
import type BaseLayer from "ol/layer/Base";
import { getRenderPixel } from "ol/render";
import type RenderEvent from "ol/render/Event";
import { h } from "../dom";
import type { Open } from "../tool";
import { twin } from "../twin";
import type { Twin } from "../twin";
import { say } from "../words";

export const open: Open = (body, desk) => {
  let share = 50;
  let cut: BaseLayer[] = [];
  let beside: Twin | undefined;
  const divider = h("div", { class: "divider", role: "slider", tabindex: "0", "aria-label": say("divider"), "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "50" });
  desk.target.append(divider);

  const before = (event: RenderEvent): void => {
    const pen = event.context as CanvasRenderingContext2D;
    const [width = 0, height = 0] = desk.map.getSize() ?? [];
    const at = (width * share) / 100;
    const corners = [[at, 0], [width, 0], [width, height], [at, height]].map((pixel) => getRenderPixel(event, pixel));
    pen.save();
    pen.beginPath();
    corners.forEach(([x = 0, y = 0], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.clip();
  };
  const after = (event: RenderEvent): void => (event.context as CanvasRenderingContext2D).restore();
  const free = (): void => {
    for (const layer of cut) {
      layer.un("prerender" as never, before as never);
      layer.un("postrender" as never, after as never);
    }
    cut = [];
  };
  const select = (id: string): void => {
    free();
    const ids = id === "all" ? desk.stack.visible.map(({ info }) => info.id) : [id];
    if (beside) {
      beside.show(ids);
      return;
    }
    if (id !== "all") desk.stack.show([id], true);
    cut = desk.stack.layers.filter(({ info }) => ids.includes(info.id)).flatMap(({ all }) => all);
    for (const layer of cut) {
      layer.on("prerender" as never, before as never);
      layer.on("postrender" as never, after as never);
    }
    desk.map.render();
  };
  const move = (to: number): void => {
    share = Math.max(0, Math.min(100, to));
    divider.style.left = `${share}%`;
    divider.setAttribute("aria-valuenow", String(Math.round(share)));
    divider.setAttribute("aria-valuetext", `${Math.round(share)}%`);
    desk.map.render();
  };
  divider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -5, ArrowRight: 5, PageDown: -20, PageUp: 20 }[event.key];
    if (step !== undefined) move(share + step);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(100);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  divider.addEventListener("pointerdown", (event) => {
    event.stopPropagation();
    divider.setPointerCapture(event.pointerId);
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = desk.target.getBoundingClientRect();
    move(((event.clientX - left) / width) * 100);
  });

  const windows = h("input", { type: "checkbox", id: "porownaj-okna" });
  windows.addEventListener("change", () => {
    divider.hidden = windows.checked;
    beside?.close();
    beside = windows.checked ? twin(desk, say("secondMap")) : undefined;
    select(field.value);
    desk.map.render();
  });
  const options = [{ id: "all", title: say("allLayers") }, ...desk.stack.layers.map(({ info }) => info).reverse()];
  const field = h("select", { id: "porownaj-co" }, ...options.map(({ id, title }) => h("option", { value: id }, title)));
  field.addEventListener("change", () => select(field.value));
  body.append(h("label", { for: "porownaj-co" }, say("onTheRight")), field, h("label", { class: "choice" }, windows, h("span", {}, say("twoWindows"))), h("p", { class: "small soft" }, say("howToCompare")));
  select("all");
  move(50);
  return () => {
    free();
    beside?.close();
    divider.remove();
    desk.map.render();
  };
};
