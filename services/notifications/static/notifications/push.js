// Connects this browser with Web Push, when the person asks for it; the page works without.
const panel = document.querySelector("[data-push-key]");
const button = panel?.querySelector("button");
const note = panel?.querySelector("[role=status]");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

async function keep(subscription, query = "") {
  const token = panel.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(panel.dataset.address + query, { method: "POST", headers, body: JSON.stringify(subscription) });
  if (!answer.ok) throw Object.assign(new Error(), { said: (await answer.json()).description });
}

async function connect() {
  if ((await Notification.requestPermission()) !== "granted") {
    note.textContent = panel.dataset.denied;
    return;
  }
  const worker = await navigator.serviceWorker.register(panel.dataset.worker);
  await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(panel.dataset.pushKey) };
  await keep(await worker.pushManager.subscribe(options));
  location.reload();
}

// A subscription changes by itself now and then: what this browser has is said again at each visit, but
// one that the person has disconnected stays so.
async function refresh() {
  const worker = await navigator.serviceWorker.getRegistration(panel.dataset.worker);
  const subscription = await worker?.pushManager.getSubscription();
  if (subscription) await keep(subscription, "?znana");
}

if (button && "PushManager" in window && "serviceWorker" in navigator) {
  panel.hidden = false;
  // what the browser says of its own faults is English and of no use to people
  button.addEventListener("click", () => connect().catch((error) => (note.textContent = error.said ?? panel.dataset.failed)));
  refresh().catch(() => undefined);
}
