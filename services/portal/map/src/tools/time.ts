/** The map as it stood on a day: a date, a slider over the days on which plans changed, and a button that plays them. */
import { answer } from "../added";
import { h } from "../dom";
import { announce } from "../toast";
import type { Open } from "../tool";
import { day as dayText, say } from "../words";

const STEP_MS = 1800;

interface Span {
  properties: { in_force_from: string | null; in_force_to: string | null };
}

export const open: Open = (body, desk) => {
  const today = new Date().toLocaleDateString("sv-SE");
  const field = h("input", { type: "date", id: "czas-dzien", min: "1950-01-01", max: "2100-01-01", value: desk.day() ?? today });
  const slider = h("input", { type: "range", id: "czas-suwak", min: "0", max: "0", value: "0", disabled: true });
  const label = h("output", { for: "czas-suwak" });
  const play = h("button", { type: "button", class: "button quiet", disabled: true, "aria-pressed": "false" }, say("play"));
  const note = h("p", { class: "small soft", role: "status" });
  let days: string[] = [];
  let timer = 0;

  const show = (day: string): void => {
    field.value = day;
    label.textContent = dayText(day);
    slider.value = String(Math.max(0, days.findLastIndex((one) => one <= day)));
    slider.setAttribute("aria-valuetext", dayText(day));
    desk.setDay(day === today ? undefined : day);
    announce(day === today ? say("today") : say("asOfDay", { day: dayText(day) }));
  };
  const stop = (): void => {
    window.clearInterval(timer);
    timer = 0;
    play.setAttribute("aria-pressed", "false");
    play.textContent = say("play");
  };
  field.addEventListener("change", () => field.value && field.checkValidity() && show(field.value));
  slider.addEventListener("input", () => show(days[Number(slider.value)] ?? today));
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.setAttribute("aria-pressed", "true");
    play.textContent = say("pause");
    if (Number(slider.value) >= days.length - 1) show(days[0] ?? today);
    timer = window.setInterval(() => {
      const next = days[Number(slider.value) + 1];
      if (next) show(next);
      else stop();
    }, STEP_MS);
  });

  void (async () => {
    try {
      const older = desk.ground.info?.days_url;
      const pictures = older ? await answer<{ days: string[] }>(older) : undefined;
      const response = await fetch("/ogc/collections/plans/items?datetime=../..&limit=1000&skipGeometry=true", { headers: { Accept: "application/geo+json" } });
      const { features } = (await response.json()) as { features: Span[] };
      const changes = features.flatMap(({ properties }) => [properties.in_force_from, properties.in_force_to]).filter((one): one is string => Boolean(one));
      if (typeof pictures === "object") changes.push(...pictures.days);
      days = [...new Set([...changes.filter((one) => one <= today), today])].sort();
    } catch {
      note.textContent = say("daysFailed");
      return;
    }
    slider.max = String(days.length - 1);
    slider.disabled = play.disabled = days.length < 2;
    slider.value = String(Math.max(0, days.findLastIndex((one) => one <= field.value)));
    label.textContent = dayText(field.value);
  })();

  body.append(
    h("label", { for: "czas-dzien" }, say("day")),
    field,
    h("label", { for: "czas-suwak" }, say("planChanges")),
    slider,
    label,
    h("div", { class: "actions" }, play, h("button", { type: "button", class: "button quiet", click: () => show(today) }, say("today"))),
    note,
    h("p", { class: "small soft" }, say("timeNote")),
  );
  return stop;
};
