import { toast } from "./toast";
import { say } from "./words";

/** Gives an address away: by the system's sheet on phones, else through the clipboard. */
export async function share(path: string, title: string): Promise<void> {
  const url = new URL(path, location.origin).href;
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    await navigator.share({ title, url }).catch(() => undefined); // closed by the person
    return;
  }
  try {
    await navigator.clipboard.writeText(url);
    toast(say("copied"));
  } catch {
    toast(say("copyFailed"));
  }
}
