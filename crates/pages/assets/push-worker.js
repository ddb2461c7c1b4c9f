// Tells a person of a sign-in while the page on which they agree is closed. What arrives is encrypted for this browser alone
// (RFC 8291) and holds words, nothing to decide by: whoever opens the page is asked for its key as always.
'use strict';

const page = '/mfa/approve';

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('push', (event) => {
  let told = {};
  try { told = event.data.json(); } catch { /* Whatever cannot be read says that there is something to look at. */ }
  const { title = 'Vestibule', body = '', lang = 'en' } = told;
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag: 'sign-in', renotify: true }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const there = open.find(({ url }) => new URL(url).pathname.startsWith(page));
    return there ? there.focus() : self.clients.openWindow(page);
  })());
});
