/** Hits under a search box while one types: a combobox with a listbox, as WAI-ARIA describes it. */
import { h } from "./dom";
import { announce } from "./toast";
import { say } from "./words";

export interface Hit {
  kind: string;
  /** heading of the kind in the language of the page */
  kind_name: string;
  label: string;
  detail: string;
  id: string | null;
  url: string;
  lon: number;
  lat: number;
  bbox: [number, number, number, number];
}

interface Answer {
  results: Hit[];
  message: string | null;
  /** where national services are asked the same, when we found nothing */
  wider_url?: string | null;
}

const PAUSE_MS = 180;

/** ``form``: a form of its own, or a part of another one with the address of the search in ``action``. */
export function suggest(form: HTMLElement): void {
  const input = form.querySelector("input");
  if (!input) return;
  const list = h("div", { role: "listbox", id: `${input.id}-wyniki`, class: "hits", "aria-label": input.labels?.[0]?.innerText ?? "" });
  const note = h("p", { class: "hits note", role: "status" });
  list.hidden = note.hidden = true;
  form.append(list, note);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
  })) {
    input.setAttribute(name, value);
  }

  let hits: Hit[] = [];
  let active = -1;
  let timer = 0;
  let request: AbortController | undefined;

  const close = (): void => {
    window.clearTimeout(timer);
    request?.abort();
    list.hidden = note.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const pick = (hit: Hit): void => {
    close();
    const event = new CustomEvent<Hit>("pick", { detail: hit, cancelable: true, bubbles: true });
    if (form.dispatchEvent(event)) location.assign(hit.url);
    else input.value = hit.label;
  };

  const option = (hit: Hit, index: number): HTMLElement =>
    h(
      "div",
      // pointerdown, because a click would come after the box lost focus and closed the list
      { role: "option", class: "hit", id: `${list.id}-${index}`, "aria-selected": "false", pointerdown: (event) => { event.preventDefault(); pick(hit); } },
      h("strong", {}, hit.label),
      h("span", {}, hit.detail),
    );

  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>("[role=option]")];

  const mark = (index: number): void => {
    active = hits.length ? (index + hits.length) % hits.length : -1;
    options().forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    const item = options()[active];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };

  const show = (answer: Answer): void => {
    hits = answer.results;
    active = -1;
    list.replaceChildren(...groupsOf(hits, option));
    list.hidden = hits.length === 0;
    note.hidden = hits.length > 0 || !answer.message;
    note.replaceChildren(answer.message ?? "");
    if (answer.wider_url) {
      const url = `${answer.wider_url}&f=json`;
      // pointerdown, because a click would come after the box lost focus and closed the note
      note.append(" ", h("button", { type: "button", class: "plain", pointerdown: (event) => event.preventDefault(), click: () => void ask(url) }, say("wider")));
    }
    input.setAttribute("aria-expanded", String(hits.length > 0));
    if (hits.length) announce(say("found", { count: hits.length }));
  };

  const ask = async (wider?: string): Promise<Hit[]> => {
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(wider ?? `${form.getAttribute("action") ?? ""}?${new URLSearchParams({ q: input.value, f: "json" })}`, { signal: request.signal });
      const body = (await response.json()) as Answer & { description?: string };
      show(response.ok ? body : { results: [], message: body.description ?? say("searchFailed") });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) show({ results: [], message: say("searchFailed") });
    }
    return hits;
  };

  const pickFirst = async (): Promise<void> => {
    const [first] = await ask();
    if (first) pick(first);
  };

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (input.value.trim().length < 2) close();
    else timer = window.setTimeout(() => void ask(), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) void ask().then(() => mark(0));
      else mark(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === "Escape" && (!list.hidden || !note.hidden)) {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      const hit = hits[active];
      if (hit && !list.hidden) {
        event.preventDefault();
        pick(hit);
      } else if (!(form instanceof HTMLFormElement)) {
        event.preventDefault();
        void pickFirst();
      }
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) close();
  });
  form.addEventListener("submit", (event) => {
    if (!form.hasAttribute("data-stay")) return;
    event.preventDefault();
    void pickFirst();
  });
}

/** Hits of one kind stand together under its name. */
function groupsOf(hits: Hit[], option: (hit: Hit, index: number) => HTMLElement): HTMLElement[] {
  const groups = new Map<string, HTMLElement>();
  hits.forEach((hit, index) => {
    let group = groups.get(hit.kind);
    if (!group) {
      group = h("div", { role: "group", "aria-label": hit.kind_name }, h("p", { class: "hit-kind", "aria-hidden": "true" }, hit.kind_name));
      groups.set(hit.kind, group);
    }
    group.append(option(hit, index));
  });
  return [...groups.values()];
}
