// Shows what the office pushes, and opens its page. Safari 18.4 reads the same JSON without this file.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json().notification : null;
  if (!said) return;
  const { title, body, lang, dir, tag, navigate } = said;
  event.waitUntil(self.registration.showNotification(title, { body, lang, dir, tag, data: { navigate } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.navigate));
});
