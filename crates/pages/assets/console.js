// Small helps for the console. Every page works without this file; with it, times are local,
// long work shows itself, and the keyboard is quicker.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");

  // Times: the server writes UTC; the reader sees local time, and "3 min ago" keeps counting.
  // As the reader's browser writes them, but never in English on a page of another language.
  const spoken = root.lang === "en" || navigator.language.startsWith(root.lang) ? undefined : root.lang;
  const exact = new Intl.DateTimeFormat(spoken, { dateStyle: "medium", timeStyle: "short" });
  const units = [["yr", 31557600], ["mo", 2629800], ["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  function relative(date) {
    const seconds = (date - Date.now()) / 1000;
    const length = Math.abs(seconds);
    if (length < 5) return "now";
    const [unit, size] = units.find(([, size]) => length >= size);
    return seconds > 0 ? `in ${Math.round(length / size)} ${unit}` : `${Math.floor(length / size)} ${unit} ago`;
  }
  function localise(from = document) {
    for (const time of all("time[data-time]", from)) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      time.title = exact.format(date);
      time.textContent = time.dataset.time === "relative" ? relative(date) : exact.format(date);
    }
  }

  // A fresh element takes the place of the old one; what somebody has opened or stands on stays so.
  function patch(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    for (const fresh of [...parsed.body.children]) {
      const old = document.getElementById(fresh.id);
      if (!old || old.isEqualNode(fresh)) continue;
      const open = all("details", old).map((details) => details.open);
      all("details", fresh).forEach((details, index) => { details.open = open[index] ?? details.open; });
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      const place = focused?.getAttribute("href") ?? focused?.getAttribute("formaction");
      old.replaceWith(fresh);
      if (place) (fresh.querySelector(`[href="${CSS.escape(place)}"],[formaction="${CSS.escape(place)}"]`))?.focus({ preventScroll: true });
    }
    refresh();
  }

  // Live parts: a stream that can be paused, and rests while nobody looks.
  function live(box) {
    box.dataset.open = "";
    const [state, toggle] = [box.querySelector("[data-live-state]"), box.querySelector("[data-live-toggle]")];
    let source = null;
    const say = (text, mood) => {
      if (state.textContent !== text) state.textContent = text;
      box.dataset.mood = mood;
      toggle.textContent = mood === "paused" ? "Go on" : "Pause";
    };
    const stop = () => { source?.close(); source = null; };
    const start = () => {
      stop();
      source = new EventSource(box.dataset.live);
      source.addEventListener("open", () => say("Live", "live"));
      source.addEventListener("patch", (event) => { say("Live", "live"); patch(event.data); });
      source.addEventListener("error", () => say("Connecting", "waiting"));
    };
    toggle.addEventListener("click", () => {
      if (box.dataset.mood === "paused") { say("Connecting", "waiting"); start(); } else { stop(); say("Paused", "paused"); }
    });
    document.addEventListener("visibilitychange", () => {
      if (box.dataset.mood === "paused") return;
      if (document.hidden) stop(); else start();
    });
    addEventListener("pagehide", stop);
    say("Connecting", "waiting");
    start();
  }

  // Streams: each `patch` event carries elements that replace those with the same id.
  function listen(from = document) {
    for (const box of all("[data-live]:not([data-open])", from)) live(box);
    for (const element of all("[data-stream]:not([data-open])", from)) {
      element.dataset.open = "";
      const source = new EventSource(element.dataset.stream);
      source.addEventListener("patch", (event) => patch(event.data));
      source.addEventListener("end", () => { source.close(); location.reload(); });
      addEventListener("pagehide", () => source.close(), { once: true });
    }
  }

  // Choosing people and groups by name: a list below the field, moved through by the arrow keys (ARIA combobox).
  function picker(box) {
    box.dataset.open = "";
    const [input, chosen] = [box.querySelector("[data-find]"), box.querySelector(".picked")];
    const list = document.createElement("ul");
    const note = document.createElement("span");
    Object.assign(list, { id: `${input.id}-list`, hidden: true, className: "options" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.querySelector("legend").textContent);
    note.className = "sr";
    note.setAttribute("role", "status");
    input.parentElement.append(list, note);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
    let [active, timer, asked] = [-1, 0, 0];
    const options = () => all("[role=option]", list);
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) { active = -1; input.removeAttribute("aria-activedescendant"); }
    };
    const move = (to) => {
      const found = options();
      if (!found.length) return;
      active = (to + found.length) % found.length;
      found.forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
      input.setAttribute("aria-activedescendant", found[active].id);
      found[active].scrollIntoView({ block: "nearest" });
    };
    const choose = (option) => {
      const { value, title, sub } = option.dataset;
      let field = all("input", chosen).find((other) => other.value === value);
      if (!field) {
        if (box.dataset.kind === "radio") chosen.replaceChildren();
        const [item, label, name] = ["li", "label", "span"].map((tag) => document.createElement(tag));
        field = Object.assign(document.createElement("input"), { type: box.dataset.kind, name: box.dataset.name, value });
        label.className = "choice";
        name.textContent = title;
        label.append(field, name);
        if (sub) {
          const hint = Object.assign(document.createElement("span"), { className: "hint", textContent: sub });
          label.append(hint);
        }
        item.append(label);
        chosen.append(item);
      }
      field.checked = true;
      note.textContent = `${title} chosen`;
      input.value = "";
      show(false);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const ask = async () => {
      const turn = ++asked;
      const text = input.value.trim();
      if (!text) { show(false); note.textContent = ""; return; }
      const source = box.closest("form")?.querySelector("[name=source]")?.value ?? "";
      const query = new URLSearchParams({ q: text, source });
      const answer = await fetch(`${box.dataset.picker}&${query}`, { headers: { "HX-Request": "true" } });
      if (turn !== asked || !answer.ok) return;
      const parsed = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, "text/html");
      list.replaceChildren(...parsed.querySelectorAll("[role=option]"));
      options().forEach((option, index) => { option.id = `${list.id}-${index}`; option.setAttribute("aria-selected", "false"); });
      const found = options().length;
      note.textContent = found ? `${found} found` : "Nothing of this name";
      if (!found) list.replaceChildren(Object.assign(document.createElement("li"), { className: "muted", textContent: "Nothing of this name is in the directory" }));
      show(true);
      active = -1;
    };
    // What is typed here is a question, not yet a change of the form.
    input.addEventListener("input", (event) => { event.stopPropagation(); clearTimeout(timer); timer = setTimeout(ask, 180); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) ask(); else move(event.key === "ArrowDown" ? active + 1 : active <= 0 ? -1 : active - 1);
      } else if (event.key === "Enter") {
        event.preventDefault();
        const option = options()[Math.max(active, 0)];
        if (!list.hidden && option) choose(option); else ask();
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        event.preventDefault();
        show(false);
      }
    });
    input.addEventListener("blur", () => setTimeout(() => show(false), 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
  }

  // Boxes of a list: Shift picks the rows between, as in any mail program.
  let last = null;
  function between(box) {
    const boxes = all(".pick input[name]", box.closest(".list"));
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
    if (from < 0) return;
    for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
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
    for (const row of all("tbody > tr", list)) row.classList.toggle("picked-row", row.querySelector(".pick input")?.checked ?? false);
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

  // A file is read here, into a text that is sent with the form.
  document.addEventListener("change", async (event) => {
    const into = event.target.dataset?.file && document.querySelector(event.target.dataset.file);
    const [file] = event.target.files ?? [];
    if (into && file) into.value = await file.text();
  });

  let shift = false;
  for (const kind of ["keydown", "keyup", "mousedown"]) addEventListener(kind, (event) => { shift = event.shiftKey; }, true);

  document.addEventListener("change", (event) => {
    const list = event.target.closest(".list");
    if (list && event.target.matches(".pick input[name]")) {
      if (shift && last && last !== event.target) between(event.target);
      last = event.target;
    }
    if (list && event.target.matches("[data-pick-all]")) {
      for (const box of all(".pick input[name]", list)) box.checked = event.target.checked;
    }
    if (list) count(list);
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // On a row's box: j and k go to the next and the former one, x picks, * picks all, Shift+Space picks up to here.
  function pickByKey(event) {
    const box = event.target.closest?.(".pick input");
    const list = (box ?? document).closest?.(".list") ?? document.querySelector(".list:has(.pick input[name])");
    if (!list || (!box && event.target.closest("input,textarea,select,[contenteditable],dialog"))) return false;
    const boxes = all(".pick input[name]", list);
    if (!boxes.length) return false;
    const at = boxes.indexOf(box);
    if (event.key === "j") boxes[Math.min(at + 1, boxes.length - 1)].focus();
    else if (event.key === "k") boxes[Math.max(at - 1, 0)].focus();
    else if (event.key === "x" && box) box.click();
    else if (event.key === "*") list.querySelector("[data-pick-all]")?.click();
    else return false;
    event.preventDefault();
    return true;
  }

  // Keys: "/" searches, "?" shows the list, "g" and a letter goes there. Never while somebody types.
  let prefix = "";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const open of all("details.pop[open]")) open.open = false;
      if (location.hash === "#navigation") location.hash = "#";
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (pickByKey(event)) return;
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
    for (const box of all("[data-picker]:not([data-open])")) picker(box);
    all(".list").forEach(count);
  }
  document.addEventListener("htmx:after:swap", refresh);
  setInterval(() => localise(), 30000);
  refresh();
})();
