// A reader of barcodes ends each number with Enter: it leads to the next field, behind the last one to the button.
const form = document.querySelector("[data-stack]");
const stops = form ? [...form.querySelectorAll("[data-number], [data-save]")] : [];

form?.addEventListener("keydown", (event) => {
  const at = stops.indexOf(event.target);
  if (event.key !== "Enter" || at < 0 || at === stops.length - 1) return;
  event.preventDefault();
  stops[at + 1].focus();
  stops[at + 1].select?.();
});
