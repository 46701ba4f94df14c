/** The token that the server expects with what changes something; the page of the map carries it. */
export function token(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}
