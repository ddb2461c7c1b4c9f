// What a person proves themselves with. Without it, codes still work; passkeys do not.
'use strict';

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

// The options as JSON (Web Authentication Level 3 §5.1.8), for browsers that do not read it themselves.
function read(options) {
  const listed = (list) => (list || []).map((entry) => ({ ...entry, id: bytes(entry.id) }));
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = listed(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = listed(options.excludeCredentials);
  return read;
}

function written(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[part]) answer[part] = text(response[part]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  const { id, type } = credential;
  const extensions = credential.getClientExtensionResults();
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response: answer, extensions });
}

// Keys of this browser, one for each person: made here, kept here, handed out to nobody, not even to this script.
const shelf = () => new Promise((done, failed) => {
  const asked = indexedDB.open('vestibule-mfa', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('keys');
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});
const on = async (mode, work) => {
  const keys = (await shelf()).transaction('keys', mode).objectStore('keys');
  return new Promise((done, failed) => {
    const asked = work(keys);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
};
const keyOf = (account) => on('readonly', (keys) => keys.get(account));

async function keyFor(account) {
  const known = await keyOf(account);
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const open = text(await crypto.subtle.exportKey('raw', made.publicKey));
  const key = { secret: made.privateKey, open };
  await on('readwrite', (keys) => keys.put(key, account));
  return key;
}

const sign = async (key, words) =>
  text(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.secret, new TextEncoder().encode(words)));

async function ask(address, body) {
  const answer = await fetch(address, { method: 'POST', headers: { accept: 'application/json' }, body });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// Shows that this browser has a key, by the form that goes on from there. No ceremony: the key is not one that counts there.
async function prove(form, key, address, body) {
  const { ceremony, text: words } = await ask(address, body);
  if (!ceremony) return;
  form.elements.ceremony.value = ceremony;
  form.elements.key.value = key.open;
  form.elements.signature.value = await sign(key, words);
  form.submit();
}

// What the person ticked stays ticked on every page of this one sign-in: after a wrong code, a code that was sent, a question
// elsewhere. Storage may be refused; then the page that is open counts.
const boxes = [...document.querySelectorAll('[data-keep] input')];
const signIn = document.querySelector('[data-device-options]')?.dataset.deviceOptions;
const stored = () => {
  try {
    const [of, ...words] = (sessionStorage.getItem('vestibule-keep') || '').split(' ');
    return of === signIn ? words : [];
  } catch { return []; }
};
const wishes = () => (boxes.length ? boxes.filter((box) => box.checked).map((box) => box.value) : stored());
for (const box of boxes) {
  box.checked = stored().includes(box.value);
  box.addEventListener('change', () => {
    try { sessionStorage.setItem('vestibule-keep', [signIn, ...wishes()].join(' ')); } catch { /* As said. */ }
  });
}

// It goes with whichever form proves them. That it does not work out spoils nothing.
async function keep(form) {
  const ticked = wishes();
  if (!ticked.length || !form.elements.keep) return;
  try {
    const { account, deviceOptions } = form.closest('[data-account]').dataset;
    const key = await keyFor(account);
    const { ceremony, text: words } = await ask(deviceOptions, new URLSearchParams());
    form.elements.keep_ceremony.value = ceremony;
    form.elements.keep_key.value = key.open;
    form.elements.keep_signature.value = await sign(key, words);
    form.elements.keep.value = ticked.join(' ');
  } catch { /* A browser that keeps no keys is not kept. */ }
}

async function ceremony(form, how = {}) {
  // At the portal the form's token goes along.
  const { ceremony, options } = await ask(form.dataset.options, new URLSearchParams(new FormData(form)));
  const publicKey = read(options.publicKey || options);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey, ...how });
  form.elements.ceremony.value = ceremony;
  form.elements.credential.value = written(credential);
  await keep(form);
  form.submit();
}

// Where a code is typed the browser offers the passkey too (conditional mediation, Web Authentication Level 3 §5.1.7). Whoever
// presses the button is not asked twice.
let offered = null;
async function offer(form) {
  const able = await window.PublicKeyCredential.isConditionalMediationAvailable?.();
  if (!able || !document.querySelector('input[autocomplete~=webauthn]')) return;
  offered = new AbortController();
  await ceremony(form, { mediation: 'conditional', signal: offered.signal });
}

function say(form, sentence) {
  let note = form.querySelector('[role=alert]');
  if (!note) {
    note = document.createElement('p');
    note.className = 'error';
    note.setAttribute('role', 'alert');
    form.append(note);
  }
  note.textContent = sentence;
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const button = form.querySelector('button');
  if (!window.PublicKeyCredential) {
    button.hidden = true;
    form.querySelector('[data-unable]').hidden = false;
    continue;
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    offered?.abort();
    ceremony(form).catch(() => say(form, form.dataset.failed)).finally(() => { button.disabled = false; });
  });
  // Given up, or never offered: there is the button.
  if (form.dataset.passkey === 'get') offer(form).catch(() => {});
}

for (const form of document.querySelectorAll('form[data-keeps]:not([data-passkey])')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    keep(form).finally(() => form.submit());
  });
}

// What is pressed twice is sent once: the second answer would be that the sign-in has ended. A form that a script takes over is
// that script's to guard.
document.addEventListener('submit', (event) => {
  if (!event.target.dataset.sent) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
addEventListener('submit', (event) => {
  if (!event.defaultPrevented) event.target.dataset.sent = 'yes';
});
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('[data-sent]')) delete form.dataset.sent;
});

// A browser that is remembered proves by itself. One that has a key for another purpose is told that it is not.
for (const form of document.querySelectorAll('form[data-device]')) {
  const { account, deviceOptions } = form.closest('[data-account]').dataset;
  (async () => {
    const key = await keyOf(account);
    if (key) await prove(form, key, deviceOptions, new URLSearchParams({ key: key.open }));
  })().catch(() => {});
}

// At the portal, this browser is made one that asks about sign-ins elsewhere.
for (const form of document.querySelectorAll('form[data-approve-here]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { account, approveHere, failed } = form.dataset;
    (async () => prove(form, await keyFor(account), approveHere, new URLSearchParams(new FormData(form))))()
      .catch(() => say(form, failed));
  });
}

// Another code can be sent in a while.
for (const button of document.querySelectorAll('[data-again]')) {
  const from = performance.now() + Number(button.dataset.again) * 1000;
  const shown = button.querySelector('[data-again-left]');
  const tick = () => {
    const left = Math.max(0, Math.ceil((from - performance.now()) / 1000));
    shown.textContent = left > 0 ? ` (${left} s)` : '';
    button.disabled = left > 0;
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// Looks again and again until something has happened; ends with the page. Only who has nothing to look at any more is led away:
// a server that is busy or away for a moment comes back.
const ENDED = [401, 403, 404, 409];
function watch(address, changed) {
  const timer = setInterval(async () => {
    if (document.visibilityState === 'hidden') return;
    try {
      const answer = await fetch(address, { headers: { accept: 'application/json' } });
      if (!answer.ok && !ENDED.includes(answer.status)) return;
      if (!answer.ok || changed(await answer.json())) {
        clearInterval(timer);
        location.replace(document.body.querySelector('[data-approve-state]') ? '/mfa/approve' : location.href);
      }
    } catch { /* The next look may find it. */ }
  }, 2000);
}
for (const part of document.querySelectorAll('[data-push]')) watch(part.dataset.push, ({ state }) => state !== 'waiting');
for (const part of document.querySelectorAll('[data-approve-state]')) {
  watch(part.dataset.approveState, ({ asked }) => asked !== part.dataset.asked);
}
document.querySelector('form[data-finish]')?.requestSubmit();

// The number is agreed to by this browser's key.
async function ownKeys() {
  const names = await on('readonly', (keys) => keys.getAllKeys());
  return Promise.all(names.map(keyOf));
}
for (const form of document.querySelectorAll('form[data-agree]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = form.elements.number.value.trim();
    (async () => {
      const key = await keyOf(form.closest('[data-account]').dataset.account);
      form.elements.signature.value = await sign(key, `vestibule-approve.${form.dataset.agree}.${number}`);
      form.submit();
    })().catch(() => say(form, form.dataset.failed));
  });
}

for (const part of document.querySelectorAll('[data-approve-begin]')) {
  const form = part.querySelector('form');
  const enter = (key) => prove(form, key, part.dataset.approveBegin, new URLSearchParams({ key: key.open }));
  (async () => {
    for (const key of await ownKeys()) {
      try { return await enter(key); } catch { /* Another person's, or not one that is asked. */ }
    }
    throw new Error('no key');
  })().catch(() => {
    part.querySelector('[data-looking]').hidden = true;
    part.querySelector('[data-unknown]').hidden = false;
  });
}

for (const part of document.querySelectorAll('[data-left]')) {
  // By the time since the page came: the clock on the wall may be wrong.
  const end = performance.now() + Number(part.dataset.left) * 1000;
  const shown = part.querySelector('[data-countdown] span');
  const tick = () => {
    const left = Math.max(0, Math.floor((end - performance.now()) / 1000));
    if (shown) shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    if (left > 0) return;
    clearInterval(timer);
    const note = document.createElement('p');
    note.setAttribute('role', 'alert');
    note.textContent = part.dataset.over;
    part.replaceChildren(note);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

document.querySelector('form[data-hand-over]')?.submit();
