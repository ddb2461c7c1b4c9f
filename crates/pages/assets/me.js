// Copying and printing at a person's own portal; without it, people select and print by their browser's menu.
'use strict';

for (const button of document.querySelectorAll('[data-take]')) {
  const label = button.querySelector('span');
  const before = label.textContent;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.value ?? document.querySelector(button.dataset.take).textContent);
    label.textContent = button.dataset.taken;
    setTimeout(() => { label.textContent = before; }, 1500);
  });
}

for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
