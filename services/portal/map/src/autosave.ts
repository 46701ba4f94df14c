/** A form that keeps itself while one types; what is wrong in it is kept too. */
import { toast } from "./toast";
import { say } from "./words";

const QUIET_MS = 1500;
const LONGEST_MS = 8000;

export function autosave(form: HTMLFormElement): void {
  const note = form.querySelector<HTMLElement>("[data-saved]");
  let timer = 0;
  let isTold = false;
  let saving: Promise<void> | undefined;
  const save = async (): Promise<void> => {
    const typed = new FormData(form);
    typed.set("autozapis", "1");
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name); // files go with the button
    try {
      const response = await fetch(location.pathname, { method: "POST", body: typed, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LONGEST_MS) });
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
    timer = window.setTimeout(() => {
      saving = save().finally(() => (saving = undefined));
    }, QUIET_MS);
  });
  // What is on its way holds older words: were it to arrive after the form, it would take the newer ones back.
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    void saving.then(() => {
      delete form.dataset["sent"];
      form.requestSubmit(event.submitter);
    });
  });
}
