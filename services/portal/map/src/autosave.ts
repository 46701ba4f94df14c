/** A form that keeps itself while one types; what is wrong in it is kept too. */
import { toast } from "./toast";
import { say } from "./words";

const QUIET_MS = 1500;

export function autosave(form: HTMLFormElement): void {
  const note = form.querySelector<HTMLElement>("[data-saved]");
  let timer = 0;
  let isTold = false;
  const save = async (): Promise<void> => {
    const typed = new FormData(form);
    typed.set("autozapis", "1");
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name); // files go with the button
    try {
      const response = await fetch(location.pathname, { method: "POST", body: typed, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const { saved_at } = (await response.json()) as { saved_at: string };
      if (note) note.textContent = say("savedAt", { at: saved_at });
      isTold = false;
    } catch {
      if (!isTold) toast(say("notSaved"));
      isTold = true; // once, until it works again
    }
  };
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(), QUIET_MS);
  });
  form.addEventListener("submit", () => window.clearTimeout(timer));
}
