/** Small comforts for every page; each page works without them. */
import "./site.css";
import "./plan.css";
import { byId, h } from "./dom";
import { autosave } from "./autosave";
import { offerMap, showShapes } from "./places";
import { share } from "./share";
import { suggest } from "./suggest";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-search]")) suggest(form);

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-share]")) {
  button.hidden = false;
  button.addEventListener("click", () => void share(button.dataset["share"] ?? location.href, document.title));
}

// One press sends a form once; the page that comes back has the button alive again.
for (const form of document.querySelectorAll<HTMLFormElement>("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
});

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-autosave]")) autosave(form);

for (const frame of document.querySelectorAll<HTMLElement>("[data-place]")) offerMap(frame);
for (const frame of document.querySelectorAll<HTMLElement>("[data-shapes]")) showShapes(frame);

// Messages of scripts need a place on pages that have none of their own.
if (!byId("komunikat")) document.body.append(h("div", { id: "komunikat", class: "toasts", role: "status", "aria-live": "polite" }));
