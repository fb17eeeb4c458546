/**
 * What a sweep's page does beyond showing: filters over every input, sliders over every figure,
 * a table that follows them. A constant, so that its hash can stand in the page's policy. It makes
 * elements and sets text, never markup. Without it the page shows its best points all the same.
 */
export const SWEEP_SCRIPT = `"use strict";(() => {
const data = JSON.parse(document.getElementById("fabricast-data").textContent);
const root = document.getElementById("explore");
const make = (tag, text, into) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (into) into.append(element);
  return element;
};
const first = data.axes.length;
const grouped = (number) => {
  const [whole, rest] = String(number).split(".");
  return whole.replace(/\\B(?=(\\d{3})+$)/g, ",") + (rest === undefined ? "" : "." + rest);
};
const shown = (column, value) => value === null ? "–"
  : typeof value === "string" || column < first ? String(value)
  : grouped(Number(value.toPrecision(4)));
const off = data.axes.map(() => new Set());
const limits = data.numbers.map((_, i) => {
  const all = data.rows.map((row) => row[first + i]).filter((value) => value !== null);
  return { low: Math.min(...all), high: Math.max(...all) };
});
const now = limits.map((limit) => ({ ...limit }));
let sort = { column: data.by, up: data.least };

const filters = make("div", undefined, root);
filters.className = "filters";
data.axes.forEach((axis, i) => {
  if (axis.values.length < 2) return;
  const group = make("fieldset", undefined, filters);
  make("legend", axis.name, group);
  axis.values.forEach((value) => {
    const label = make("label", undefined, group);
    const box = make("input", undefined, label);
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) off[i].delete(value);
      else off[i].add(value);
      update();
    });
    label.append(" " + value);
  });
});
data.numbers.forEach((name, i) => {
  const { low, high } = limits[i];
  if (!(high > low)) return;
  const group = make("fieldset", undefined, filters);
  make("legend", name, group);
  for (const end of ["low", "high"]) {
    const label = make("label", end === "low" ? "at least " : "at most ", group);
    const slider = make("input", undefined, label);
    const value = make("output", shown(first + i, limits[i][end]), label);
    slider.type = "range";
    slider.min = 0;
    slider.max = 200;
    slider.value = end === "low" ? 0 : 200;
    const isLog = low > 0 && high / low > 20;
    slider.addEventListener("input", () => {
      const t = slider.value / 200;
      // The ends are the very numbers: rounding must not hide the best point.
      now[i][end] = t === 0 ? low : t === 1 ? high
        : isLog ? low * (high / low) ** t : low + (high - low) * t;
      value.textContent = shown(first + i, now[i][end]);
      update();
    });
  }
});
const count = make("p", undefined, root);
count.setAttribute("aria-live", "polite");
const names = [...data.axes.map((axis) => axis.name), ...data.numbers];
const scroll = make("div", undefined, root);
scroll.className = "scroll";
scroll.tabIndex = 0;
const table = make("table", undefined, scroll);
make("caption", "Points that the filters leave, best first; a head sorts", table);
const head = make("tr", undefined, make("thead", undefined, table));
const body = make("tbody", undefined, table);
const heads = names.map((name, column) => {
  const cell = make("th", undefined, head);
  cell.scope = "col";
  if (column >= first) cell.className = "n";
  const button = make("button", name, cell);
  button.type = "button";
  button.addEventListener("click", () => {
    sort = { column, up: sort.column === column ? !sort.up : true };
    update();
  });
  return cell;
});
const dots = ["wide", "narrow"].map((size) =>
  [...document.querySelectorAll(".figure ." + size + " circle")]);

const passes = (row) =>
  data.axes.every((_, i) => !off[i].has(row[i])) &&
  now.every((limit, i) => {
    const value = row[first + i];
    const isWhole = limit.low === limits[i].low && limit.high === limits[i].high;
    return isWhole || (value !== null && value >= limit.low && value <= limit.high);
  });
function update() {
  const left = [];
  data.rows.forEach((row, i) => {
    const isIn = passes(row);
    if (isIn) left.push(row);
    for (const list of dots) if (list[i]) list[i].classList.toggle("off", !isIn);
  });
  const { column, up } = sort;
  const order = (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1 : (a < b) === up ? -1 : 1;
  left.sort((a, b) => order(a[column], b[column]));
  heads.forEach((cell, i) =>
    cell.setAttribute("aria-sort", i !== column ? "none" : up ? "ascending" : "descending"));
  count.textContent = grouped(left.length) + " of " + grouped(data.rows.length) +
    " shown points are left" +
    (left.length > 50 ? "; the first 50:" : "");
  body.replaceChildren(...left.slice(0, 50).map((row) => {
    const line = make("tr");
    row.forEach((value, i) => {
      make("td", shown(i, value), line).className = i < first ? "" : "n";
    });
    return line;
  }));
}
root.hidden = false;
update();
})();`;

export const SWEEP_CSS =
  ".off{display:none}.filters{display:grid;gap:8px 16px;margin-bottom:16px;" +
  "grid-template-columns:repeat(auto-fill,minmax(220px,1fr))}" +
  ".filters fieldset{border:1px solid var(--rule);border-radius:4px;padding:4px 12px 8px;" +
  "margin:0;min-width:0;font-size:13px}.filters legend{color:var(--ink3);padding:0 4px}" +
  '.filters label{margin-right:12px;white-space:nowrap}.filters input[type="range"]' +
  "{width:92px;vertical-align:middle}.filters label:has([type=range]){display:block}" +
  "#explore button{font:inherit;color:inherit;background:none;border:0;padding:0;" +
  "cursor:pointer;text-align:inherit}#explore caption{text-align:left;color:var(--ink3)}" +
  "#explore th[aria-sort=ascending] button::after{content:' ↑'}" +
  "#explore th[aria-sort=descending] button::after{content:' ↓'}" +
  "@media print{#explore{display:none}}";
