/**
 * Colors, each with one meaning in every chart: fills after Okabe & Ito 2008 in light mode,
 * lightened cousins in dark mode, every fill with an outline of its hue (`-l`) of at least
 * 3:1 against the page. Text is never set in a data hue.
 */
const LIGHT: Readonly<Record<string, string>> = {
  bg: "#FFFFFF",
  panel: "#F5F6F8",
  ink: "#15181C",
  ink2: "#434A52",
  ink3: "#5F6770",
  rule: "#D8DCE1",
  grid: "#E8EBEE",
  axis: "#8A929B",
  link: "#0B5A8F",
  bad: "#A84300",
  good: "#00664A",
  warn: "#7A5600",
  u0: "#F1F3F5",
  u1: "#D6DBE0",
  u2: "#AFB7C0",
  u3: "#7E8892",
  u4: "#485059",
  u5: "#D55E00",
  total: "#2B3138",
  "on-total": "#FFFFFF",
  "on-u2": "#15181C",
  "on-u3": "#15181C",
  "on-u4": "#FFFFFF",
  "on-u5": "#15181C",
  comp: "#0072B2",
  "comp-l": "#005C91",
  comp2: "#6BAED6",
  "comp2-l": "#2F86B8",
  mem: "#56B4E9",
  "mem-l": "#1F82B8",
  dp: "#E69F00",
  "dp-l": "#A87300",
  bub: "#C3C9D0",
  "bub-l": "#7B848E",
};

const DARK: Readonly<Record<string, string>> = {
  bg: "#111418",
  panel: "#1A1E24",
  ink: "#E9EBEE",
  ink2: "#BCC3CB",
  ink3: "#98A1AB",
  rule: "#323941",
  grid: "#262C33",
  axis: "#6F7985",
  link: "#7CC4F5",
  bad: "#FF9A5C",
  good: "#5FD3AC",
  warn: "#F2C14E",
  u0: "#1C2127",
  u1: "#333B44",
  u2: "#525C67",
  u3: "#7F8A95",
  u4: "#C2C9D1",
  u5: "#F07A2B",
  total: "#D5DADF",
  "on-total": "#111418",
  "on-u2": "#E9EBEE",
  "on-u3": "#111418",
  "on-u4": "#111418",
  "on-u5": "#111418",
  comp: "#3B9BDC",
  "comp-l": "#7CC0EE",
  comp2: "#2A6C9A",
  "comp2-l": "#5FA6D6",
  mem: "#7CCBF7",
  "mem-l": "#A6DDFB",
  dp: "#EFB02E",
  "dp-l": "#F8CF7C",
  bub: "#5A636D",
  "bub-l": "#8B95A0",
};

const declared = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");

/** Light by default and on paper, dark on screens that ask for it. */
export const PALETTE_CSS =
  `:root{color-scheme:light dark;${declared(LIGHT)}}` +
  `@media screen and (prefers-color-scheme:dark){:root{${declared(DARK)}}}`;

const filled = ["comp", "comp2", "mem", "dp", "bub"]
  .map((name) => `.f-${name}{fill:var(--${name});stroke:var(--${name}-l);stroke-width:.8}`)
  .join("");

/** Utilization of capacity as a grey ramp, vermillion from 90 % on. */
const loads = [0, 1, 2, 3, 4, 5]
  .map((step) => {
    const word = step < 2 ? "ink" : `on-u${step}`;
    return (
      `.u${step}{fill:var(--u${step})}.l-u${step}{stroke:var(--u${step});stroke-width:3}` +
      `.chart .on-u${step}{fill:var(--${word})}`
    );
  })
  .join("");

const FONTS =
  'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",' +
  '"DejaVu Sans",sans-serif';

/** Classes of shapes and texts in drawings. */
export const CHART_CSS =
  `.chart text{font-family:${FONTS};font-size:12px;fill:var(--ink2);` +
  "font-variant-numeric:tabular-nums}" +
  ".chart .t-heading{font-size:16px;font-weight:650;fill:var(--ink)}" +
  ".chart .t-name,.chart .t-on-fill{font-weight:600;fill:var(--ink)}" +
  ".chart .t-bad{font-weight:600;fill:var(--bad)}" +
  ".chart .t-axis{fill:var(--ink3)}.chart .t-small{font-size:11.5px;fill:var(--ink3)}" +
  ".chart .t-on-total{fill:var(--on-total)}" +
  ".halo{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}" +
  ".axis{stroke:var(--axis);stroke-width:1;fill:none}.grid{stroke:var(--grid);stroke-width:1}" +
  ".step{stroke:var(--axis);stroke-width:1}.leader{stroke:var(--axis);stroke-width:1;fill:none}" +
  ".limit{stroke:var(--bad);stroke-width:1.4;stroke-dasharray:5 3}" +
  ".now{stroke:var(--ink);stroke-width:1.6}.hatch{stroke:var(--ink);stroke-width:1.6;fill:none}" +
  ".total{fill:var(--total)}.box{fill:var(--panel);stroke:var(--axis);stroke-width:1}" +
  ".cells{fill:var(--u2)}.frame{fill:none;stroke:var(--axis);stroke-width:1}" +
  ".vertex-rim,.vertex{fill:none;stroke-linecap:round}" +
  ".vertex-rim{stroke:var(--u4);stroke-width:8}.vertex{stroke:var(--bg);stroke-width:5}" +
  ".ring{fill:none;stroke:var(--bad);stroke-width:2}" +
  ".arrow{stroke:var(--ink3);stroke-width:1.2}.arrow-head{fill:var(--ink3)}" +
  ".dotted{stroke:var(--ink3);stroke-width:1.2;stroke-dasharray:2 3;fill:none}" +
  ".s-main{stroke:var(--ink);stroke-width:2.4;fill:none}.d-main{fill:var(--ink)}" +
  ".s-1,.s-2,.s-3{stroke:var(--u3);stroke-width:1.4;fill:none}" +
  ".s-1{stroke-dasharray:2 3}.s-2{stroke-dasharray:7 4}.s-3{stroke-dasharray:8 3 2 3}" +
  ".d-other{fill:var(--bg);stroke:var(--u3);stroke-width:1.4}" +
  filled +
  loads;

/** For drawings that stand alone: many viewers know no variables, so values are baked in. */
export function bakedChartCss(): string {
  const css = `.chart{background:var(--bg)}${CHART_CSS}`;
  return css.replace(/var\(--([a-z0-9-]+)\)/g, (_, name: string) => LIGHT[name] ?? "#000");
}

/** The class number of a utilization: < 10, 30, 50, 70, 90 %, and from 90 % on. */
export function loadClass(utilization: number): 0 | 1 | 2 | 3 | 4 | 5 {
  if (utilization < 0.1) return 0;
  if (utilization < 0.3) return 1;
  if (utilization < 0.5) return 2;
  if (utilization < 0.7) return 3;
  return utilization < 0.9 ? 4 : 5;
}
