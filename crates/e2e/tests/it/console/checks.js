// What is wrong with the page that is open, as sentences. Each check names the success criterion of WCAG 2.2 behind it.
const faults = [];
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const short = (element) => {
  const text = (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
  return `<${element.localName}${element.id ? `#${element.id}` : ""}${element.className?.baseVal === undefined && element.className ? `.${element.className.trim().replace(/\s+/g, ".")}` : ""}> ${text}`;
};
const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const hidden = (element) => element.closest("[aria-hidden=true]") !== null;

// The name that is spoken: enough of the accessible name computation for what the console is made of.
const spoken = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute("aria-hidden") === "true") return "";
  if (node.hasAttribute("aria-label")) return node.getAttribute("aria-label");
  if (node.localName === "img") return node.alt;
  if (node.localName === "svg") return "";
  return [...node.childNodes].map(spoken).join("");
};
const name = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(/\s+/).map((id) => spoken(document.getElementById(id) ?? document.createTextNode(""))).join(" ").trim();
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label").trim();
  if (element.labels?.length) return [...element.labels].map(spoken).join(" ").trim();
  return spoken(element).trim();
};

// 3.1.1, 2.4.2: language and title; the title begins with what the page is.
if (!document.documentElement.lang) faults.push("the page has no language");
const title = document.title.trim();
if (!title || title === "Vestibule") faults.push(`the title says nothing: "${title}"`);

// 1.3.1, 2.4.6: one main heading, and no level is left out.
let level = 0;
const headings = all("h1, h2, h3, h4, h5, h6").filter((heading) => shown(heading) && heading.closest("main, .gate"));
for (const heading of headings) {
  const here = Number(heading.localName[1]);
  if (here > level + 1) faults.push(`a level of headings is left out before ${short(heading)}`);
  if (!name(heading)) faults.push(`an empty heading: ${short(heading)}`);
  level = here;
}
if (headings.filter((heading) => heading.localName === "h1").length !== 1) faults.push("there is not exactly one main heading");

// 1.3.1: everything that can be read is in a landmark, and landmarks of one kind have names.
const landmarks = "main, nav, header, footer, aside, dialog, [role=search], .skip";
for (const element of all("body *")) {
  const said = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (said && shown(element) && !element.closest(landmarks) && !["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName)) {
    faults.push(`outside every landmark: ${short(element)}`);
  }
}
const regions = all("nav, aside, [role=search]").filter(shown).map((region) => `${region.localName} "${region.getAttribute("aria-label") ?? ""}"`);
for (const [index, region] of regions.entries()) {
  if (regions.indexOf(region) !== index) faults.push(`two landmarks are called the same: ${region}`);
}

// 4.1.2, 2.4.4: every control and every link has a name.
for (const control of all("input:not([type=hidden]), select, textarea, button, summary, a[href]")) {
  if (control.checkVisibility() && !hidden(control) && !name(control)) faults.push(`without a name: ${short(control)}`);
}
// 2.5.3: what is written on a control is part of its name.
for (const control of all("button, summary, a[href]").filter(shown)) {
  const [written, said] = [control.innerText.trim().toLowerCase(), name(control).toLowerCase()];
  if (control.hasAttribute("aria-label") && written && !said.includes(written)) faults.push(`says "${said}" and shows "${written}"`);
}
// 2.4.3: the order of the keyboard is that of the page.
for (const element of all("[tabindex]")) if (element.tabIndex > 0) faults.push(`jumps the order of the keyboard: ${short(element)}`);
// 2.5.8: what is pressed is large enough, or a line of text.
for (const control of all("button, input:not([type=hidden], [type=checkbox], [type=radio]), select, .button, summary").filter(shown)) {
  const { width, height } = control.getBoundingClientRect();
  if (!control.closest(".sr") && (width < 24 || height < 20)) faults.push(`too small to press, ${width} by ${height}: ${short(control)}`);
}

// 4.1.1 as it was, and 1.3.1: ids once, references that lead somewhere, tables that say what they hold.
const ids = all("[id]").map((element) => element.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push(`the id ${id} stands twice`);
for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
  for (const element of all(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/)) {
      if (!document.getElementById(id)) faults.push(`${attribute} names ${id}, which is not there`);
    }
  }
}
for (const table of all("table")) {
  if (!table.caption?.textContent.trim()) faults.push(`a table has no caption: ${short(table)}`);
  if (all("th:not([scope])", table).length) faults.push(`a head of a table does not say what it is the head of: ${short(table)}`);
}
for (const picture of all("img:not([alt])")) faults.push(`a picture without words: ${picture.src}`);

// 1.4.10: nothing is wider than the window.
const wide = document.documentElement;
if (wide.scrollWidth > wide.clientWidth) faults.push(`the page is ${wide.scrollWidth} wide in a window of ${wide.clientWidth}`);

// 1.4.3: words stand out from what is behind them.
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const paint = canvas.getContext("2d", { willReadFrequently: true });
const known = new Map();
const rgba = (color) => {
  if (!known.has(color)) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = paint.getImageData(0, 0, 1, 1).data;
    known.set(color, [red, green, blue, alpha / 255]);
  }
  return known.get(color);
};
const over = (top, below) => [0, 1, 2].map((part) => top[part] * top[3] + below[part] * (1 - top[3])).concat(1);
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const color = rgba(getComputedStyle(at).backgroundColor);
    if (color[3] > 0) layers.push(color);
    if (color[3] === 1) break;
  }
  return layers.reduceRight((below, top) => over(top, below), rgba(getComputedStyle(document.body).backgroundColor));
};
const light = ([red, green, blue]) => {
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
};
for (const element of all("body *")) {
  const said = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (!said || !shown(element) || element.closest("svg, .sr, .skip, [disabled], [aria-disabled=true], option")) continue;
  const style = getComputedStyle(element);
  const ground = behind(element);
  const ink = over(rgba(style.color), ground);
  const [high, low] = [light(ink), light(ground)].sort((one, other) => other - one);
  const contrast = (high + 0.05) / (low + 0.05);
  const size = parseFloat(style.fontSize);
  const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  if (contrast < needed) faults.push(`a contrast of ${contrast.toFixed(2)} where ${needed} is needed: ${short(element)}`);
}

// Ours: what has a name is called by it. Ids stand only where they can be copied or are part of a text as it was sent.
const words = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
while (words.nextNode()) {
  const node = words.currentNode;
  const bare = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.test(node.textContent);
  if (bare && shown(node.parentElement) && !node.parentElement.closest("code, pre, .mono, .copy, .copyable")) {
    faults.push(`an id where a name belongs: ${node.textContent.trim().slice(0, 80)}`);
  }
}
// Ours: a list that is empty says what that means.
for (const empty of all(".empty").filter(shown)) {
  if (!empty.querySelector("p, .actions")) faults.push(`an empty list says no more than "${empty.textContent.trim()}"`);
}
return [...new Set(faults)];
