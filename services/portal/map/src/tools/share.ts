/** Ways to give the view away: its address, a short one, a QR code, a frame for other pages. */
import { token } from "../ask";
import { h } from "../dom";
import { share } from "../share";
import { toast } from "../toast";
import type { Open } from "../tool";
import { say } from "../words";
import type { Word } from "../words";

export const open: Open = (body, desk) => {
  const field = (id: string, word: Word, give: (text: string) => void, rows = 2): HTMLTextAreaElement => {
    const area = h("textarea", { id: `daj-${id}`, rows: String(rows), readonly: true, spellcheck: "false" });
    area.addEventListener("focus", () => area.select());
    body.append(h("label", { for: area.id }, say(word)), area, h("button", { type: "button", class: "button quiet", click: () => give(area.value) }, say("copy")));
    return area;
  };
  const address = (url: string): void => void share(url, document.title);
  const whole = field("adres", "address", address);
  const short = field("skrot", "shortAddress", address, 1);
  const qr = h("img", { alt: say("qrOfView"), width: "180", height: "180", class: "qr" });
  const saveQr = h("a", { class: "button quiet", download: "mapa-qr.svg" }, say("saveQr"));
  body.append(qr, saveQr);
  const height = h("input", { type: "number", id: "daj-wysokosc", min: "200", max: "2000", step: "50", value: "450" });
  body.append(h("label", { for: height.id }, say("frameHeight")), height);
  const frame = field("ramka", "embedCode", (text) => void copy(text), 4);
  let asked = "";
  let timer = 0;

  const shorten = async (view: string): Promise<void> => {
    try {
      const response = await fetch("/mapa/skrot", { method: "POST", headers: { "X-CSRFToken": token(), Accept: "application/json" }, body: new URLSearchParams({ widok: view }) });
      const said = (await response.json()) as { url?: string; description?: string };
      if (view === asked) short.value = said.url ?? said.description ?? "";
    } catch {
      short.value = "";
      toast(say("shortFailed"));
    }
  };
  const show = (): void => {
    const view = desk.forOthers();
    if (view === asked) return;
    asked = view;
    const url = new URL(`/mapa/${view}`, location.origin).href;
    whole.value = url;
    qr.src = saveQr.href = `/mapa/qr.svg?widok=${encodeURIComponent(view)}`;
    frame.value = `<iframe src="${url}&osadzona=1" title="${say("mapOf")}" width="100%" height="${Number(height.value) || 450}" style="border:0" loading="lazy" allowfullscreen></iframe>`;
    short.value = "…";
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void shorten(view), 400);
  };
  height.addEventListener("input", () => {
    asked = "";
    show();
  });
  desk.map.on("moveend", show);
  desk.stack.onChange(show);
  show();
  return () => {
    window.clearTimeout(timer);
    desk.map.un("moveend", show);
  };
};

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(say("copiedCode"));
  } catch {
    toast(say("copyFailed"));
  }
}
