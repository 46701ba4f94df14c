/** The card's frame: a panel beside the map on wide screens, a bottom sheet with three stops on phones. */
import { h } from "./dom";
import { say } from "./words";

const STOPS = ["low", "half", "full"] as const;
type Stop = (typeof STOPS)[number];
const SHARE: Record<Stop, number> = { low: 0.26, half: 0.55, full: 0.9 };

export class Sheet {
  private readonly body = h("div", { class: "sheet-body" });
  private readonly title = h("h2", { id: "karta-tytul", tabindex: "-1" });
  private readonly grip = h("button", { type: "button", class: "grip", "aria-label": say("cardHeight") });
  private stop: Stop = "half";

  constructor(
    private readonly element: HTMLElement,
    private readonly onClose: () => void,
  ) {
    const close = h("button", { type: "button", class: "tool close", "aria-label": say("close"), click: () => onClose() }, "✕");
    element.replaceChildren(this.grip, h("div", { class: "sheet-head" }, this.title, close), this.body);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.onClose();
    });
    this.followGrip();
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Pixels of the map that the sheet covers: [left, bottom]. */
  get covered(): [number, number] {
    if (!this.isOpen) return [0, 0];
    const { width, height } = this.element.getBoundingClientRect();
    return this.isPanel ? [width + 12, 0] : [0, height];
  }

  show(title: string, ...content: (Node | string | null)[]): void {
    this.title.textContent = title;
    this.body.replaceChildren(...content.filter((part) => part !== null));
    this.body.scrollTop = 0;
    if (this.element.hidden) this.stopAt("half");
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }

  focus(): void {
    this.title.focus({ preventScroll: true });
  }

  private get isPanel(): boolean {
    return matchMedia("(min-width: 768px)").matches;
  }

  private stopAt(stop: Stop): void {
    this.stop = stop;
    this.element.dataset["stop"] = stop;
    this.element.style.removeProperty("--sheet");
  }

  private next(step: number): void {
    const place = STOPS.indexOf(this.stop) + step;
    this.stopAt(STOPS[Math.max(0, Math.min(STOPS.length - 1, place))] ?? "half");
  }

  private followGrip(): void {
    let startY = 0;
    let startHeight = 0;
    let hasMoved = false;
    this.grip.addEventListener("pointerdown", (event) => {
      this.grip.setPointerCapture(event.pointerId);
      startY = event.clientY;
      startHeight = this.element.offsetHeight;
      hasMoved = false;
    });
    this.grip.addEventListener("pointermove", (event) => {
      if (!this.grip.hasPointerCapture(event.pointerId)) return;
      hasMoved ||= Math.abs(event.clientY - startY) > 6;
      if (hasMoved) this.element.style.setProperty("--sheet", `${startHeight + startY - event.clientY}px`);
    });
    this.grip.addEventListener("pointerup", () => {
      if (!hasMoved) return;
      const share = this.element.offsetHeight / (this.element.parentElement?.clientHeight ?? innerHeight);
      const nearest = STOPS.reduce((best, stop) => (Math.abs(SHARE[stop] - share) < Math.abs(SHARE[best] - share) ? stop : best));
      if (share < SHARE.low * 0.6) this.onClose();
      else this.stopAt(nearest);
    });
    this.grip.addEventListener("click", () => {
      if (hasMoved) hasMoved = false;
      else this.stopAt(STOPS[(STOPS.indexOf(this.stop) + 1) % STOPS.length] ?? "half");
    });
    this.grip.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp") this.next(1);
      else if (event.key === "ArrowDown") this.next(-1);
      else return;
      event.preventDefault();
    });
  }
}
