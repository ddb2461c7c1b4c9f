// Being told of sign-ins while the page is closed, by the browser's push service (W3C Push API). Without it the page tells as
// long as it is open. What is common to these pages is in mfa.js, before this one.
'use strict';
{
  const worker = '/mfa/approve/worker.js';
  const scope = '/mfa/approve';
  const able = isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  // iPhones and iPads tell pages on the home screen alone; they say whether this one is there.
  const installable = isSecureContext && navigator.standalone === false;

  // The subscription of this browser, made for the server's key where there is none for it.
  const subscribed = async (key) => {
    await navigator.serviceWorker.register(worker, { scope });
    const { pushManager } = await navigator.serviceWorker.ready;
    const known = await pushManager.getSubscription();
    if (known && text(known.options.applicationServerKey) === key) return known;
    await known?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  };

  const fill = (form, subscription) => {
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.p256dh.value = text(subscription.getKey('p256dh'));
    form.elements.auth.value = text(subscription.getKey('auth'));
  };

  for (const part of document.querySelectorAll('[data-closed]')) {
    const form = part.querySelector('form[data-tell]');
    const button = form.querySelector('button');
    const show = (name) => { part.querySelector(`[data-${name}]`).hidden = false; };
    if (!able) show(installable ? 'install' : 'unable');
    else if (Notification.permission === 'denied') show('blocked');
    else if (part.dataset.closed === 'off') form.hidden = false;
    // Browsers change their subscriptions now and then: what is told here is the present one.
    else if (Notification.permission === 'granted') {
      (async () => {
        fill(form, await subscribed(part.dataset.key));
        await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      })().catch(() => {});
    }

    form.addEventListener('submit', (event) => {
      event.preventDefault();
      button.disabled = true;
      (async () => {
        const answer = await Notification.requestPermission();
        if (answer === 'denied') {
          form.hidden = true;
          show('blocked');
        } else if (answer === 'granted') {
          fill(form, await subscribed(part.dataset.key));
          form.submit();
        }
      })().catch(() => say(form, form.dataset.failed)).finally(() => { button.disabled = false; });
    });

    part.querySelector('form[data-tell-no-longer]')?.addEventListener('submit', (event) => {
      event.preventDefault();
      (async () => {
        // Somebody else may be told in this browser too.
        if ((await ownKeys()).length > 1) return;
        const registration = await navigator.serviceWorker.getRegistration(scope);
        await (await registration?.pushManager.getSubscription())?.unsubscribe();
      })().catch(() => {}).finally(() => event.target.submit());
    });
  }
}
