// Small helps for the console. Every page works without this file; with it, times are local,
// long work shows itself, and the keyboard is quicker.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");

  // Times: the server writes UTC; the reader sees local time, and "3 min ago" keeps counting.
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const units = [["yr", 31557600], ["mo", 2629800], ["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  function relative(date) {
    const seconds = (date - Date.now()) / 1000;
    const length = Math.abs(seconds);
    if (length < 5) return "now";
    const [unit, size] = units.find(([, size]) => length >= size);
    const text = `${Math.floor(length / size)} ${unit}`;
    return seconds > 0 ? `in ${text}` : `${text} ago`;
  }
  function localise(from = document) {
    for (const time of all("time[data-time]", from)) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      time.title = exact.format(date);
      time.textContent = time.dataset.time === "relative" ? relative(date) : exact.format(date);
    }
  }

  // Streams: each `patch` event carries elements that replace those with the same id.
  function listen(from = document) {
    for (const element of all("[data-stream]:not([data-open])", from)) {
      element.dataset.open = "";
      const source = new EventSource(element.dataset.stream);
      source.addEventListener("patch", (event) => {
        const parsed = new DOMParser().parseFromString(event.data, "text/html");
        for (const fresh of [...parsed.body.children]) document.getElementById(fresh.id)?.replaceWith(fresh);
        refresh();
      });
      source.addEventListener("end", () => { source.close(); location.reload(); });
      addEventListener("pagehide", () => source.close(), { once: true });
    }
  }

  function count(list) {
    const boxes = all(".pick input[name]", list);
    const picked = boxes.filter((box) => box.checked).length;
    const head = list.querySelector("[data-pick-all]");
    if (head) {
      head.checked = picked > 0 && picked === boxes.length;
      head.indeterminate = picked > 0 && picked < boxes.length;
    }
    for (const label of all("[data-picked]", list)) label.textContent = String(picked);
  }

  async function copy(button) {
    const target = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    await navigator.clipboard.writeText(button.dataset.text ?? target?.textContent ?? "");
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = before; }, 1500);
  }

  // A link that asks first opens its confirmation page as a dialog.
  async function ask(link) {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    const confirm = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".confirm");
    if (!answer.ok || !confirm) { location.assign(link.href); return; }
    const dialog = document.createElement("dialog");
    dialog.append(confirm);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    localise(dialog);
  }

  // The filter builder writes the text of a condition; the text stays what counts.
  function build(button) {
    const builder = button.closest("[data-builder]");
    const part = (name) => builder.querySelector(`[data-part="${name}"]`).value;
    const [attribute, operator] = [part("attribute"), part("operator")];
    const value = `'${part("value").replaceAll("'", "''")}'`;
    const condition = {
      startswith: `startswith(${attribute},${value})`,
      endswith: `endswith(${attribute},${value})`,
      null: `${attribute} eq null`,
      notnull: `${attribute} ne null`,
    }[operator] ?? `${attribute} ${operator} ${value}`;
    const text = document.querySelector(builder.dataset.builder);
    const before = text.value.trim();
    text.value = before ? `(${before}) ${button.dataset.build} ${condition}` : condition;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = event.target.closest("[data-copy],[data-text],[data-theme-set],a[data-ask],[data-close],[data-keys-open],[data-build]");
    for (const open of all("details.pop[open]")) if (!open.contains(event.target)) open.open = false;
    if (!button) return;
    if (button.dataset.themeSet) root.dataset.theme = button.dataset.themeSet;
    if (button.dataset.themeSet) document.cookie = `theme=${button.dataset.themeSet};path=/;max-age=31536000;samesite=lax`;
    else if (button.matches("[data-keys-open]")) document.getElementById("keys").showModal();
    else if (button.matches("[data-build]")) build(button);
    else if (button.matches("a[data-ask]")) ask(button);
    else if (button.matches("[data-close]") && button.closest("dialog")) button.closest("dialog").close();
    else if (button.matches("[data-copy],[data-text]")) copy(button);
    else return;
    event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const list = event.target.closest(".list");
    if (list && event.target.matches("[data-pick-all]")) {
      for (const box of all(".pick input[name]", list)) box.checked = event.target.checked;
    }
    if (list) count(list);
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // Keys: "/" searches, "?" shows the list, "g" and a letter goes there. Never while somebody types.
  let prefix = "";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const open of all("details.pop[open]")) open.open = false;
      if (location.hash === "#navigation") location.hash = "#";
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input,textarea,select,[contenteditable],dialog")) return;
    const key = prefix ? `${prefix} ${event.key}` : event.key;
    prefix = event.key === "g" && !prefix ? "g" : "";
    const target = key === "?" ? document.getElementById("keys") : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("dialog")) target.showModal();
    else if (target.matches("a")) target.click();
    else target.focus();
  });

  function refresh() {
    localise();
    listen();
    all(".list").forEach(count);
  }
  document.addEventListener("htmx:after:swap", refresh);
  setInterval(() => localise(), 30000);
  refresh();
})();
