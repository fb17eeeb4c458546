/**
 * What a page that carries its data has besides: colors of further parts of a step, lines to
 * sign on paper, and the script that sorts tables. Both texts are constants, so that their
 * hashes stand in the page's policy; without the script everything is there.
 */
const FILLS: readonly (readonly [name: string, light: string, dark: string])[] = [
  ["tp", "#CC79A7", "#D98DB6"],
  ["tp-l", "#A9487F", "#F0B5D3"],
  ["pp", "#009E73", "#2DB78E"],
  ["pp-l", "#007A59", "#6FD9B8"],
  ["ep", "#F0E442", "#F0E442"],
  ["ep-l", "#8A8100", "#FFF7A0"],
  ["rec", "#B9DCF0", "#1F4E70"],
  ["rec-l", "#3D8FBE", "#4E93C2"],
  ["nogo", "#D55E0012", "#F07A2B1C"],
];

const declared = (column: 1 | 2): string =>
  FILLS.map((one) => `--${one[0]}:${one[column]}`).join(";");

const filled = ["tp", "pp", "ep", "rec"]
  .map((name) => `.f-${name}{fill:var(--${name});stroke:var(--${name}-l);stroke-width:.8}`)
  .join("");

export const LIVING_CSS =
  `:root{${declared(1)}}` +
  `@media screen and (prefers-color-scheme:dark){:root{${declared(2)}}}` +
  filled +
  ".nogo{fill:var(--nogo)}.front{stroke:var(--u2);stroke-width:2.2;fill:none}" +
  ".dot{fill:var(--u2)}.whisker{stroke:var(--u3);stroke-width:1.4;fill:none}" +
  ".ringed{fill:none;stroke:var(--ink);stroke-width:1.4}" +
  ".m-low{fill:var(--u3)}.m-high{fill:var(--u2)}.m-late{fill:var(--u5)}" +
  ".sign,.on-paper{display:none}.items{margin:8px 0 0;padding-left:18px;color:var(--ink2);" +
  "max-width:62em}.items li{margin-bottom:4px}" +
  "th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--link)}" +
  'th[aria-sort="ascending"] button::after{content:" ▲"}' +
  'th[aria-sort="descending"] button::after{content:" ▼"}' +
  ".whole{white-space:nowrap}thead th.n{white-space:normal}.marked .second{font-weight:400}" +
  "@media print{.for{display:none}thead th,.second,.stale{font-size:7.5pt;line-height:9.5pt}" +
  "tbody th:first-child{min-width:9em}#s1 tbody th:first-child{min-width:15em}" +
  ".cards{font-size:7.5pt;line-height:9.5pt}" +
  "table{table-layout:auto}td,th{overflow-wrap:anywhere}.off-paper{display:none}" +
  ".on-paper{display:block}.sign{display:grid;" +
  "grid-template-columns:repeat(3,1fr);gap:18pt;margin-top:34pt;break-inside:avoid}" +
  ".sign p{border-top:1px solid var(--ink);padding-top:4pt;font-size:8.5pt;" +
  "color:var(--ink2)}#s1{break-after:page}#s2{margin-top:0}" +
  ".figures,.scope{grid-template-columns:repeat(4,1fr)}" +
  ".figures .value{font-size:15pt;line-height:20pt}.figures .unit{font-size:10pt}" +
  ".figures .more,.scope dd,.figures dt,.scope dt,.caption,.sub,.for,.items{font-size:8pt;" +
  "line-height:10.5pt}.figures>div,.scope>div{padding:5pt 8pt 5pt 0}" +
  ".lede{margin:3pt 0 6pt;font-size:9pt;line-height:11.5pt}" +
  ".verdict{margin:6pt 0;font-size:9pt;line-height:12pt}.question{line-height:15pt}" +
  "h1{margin-top:6pt}.notes p{margin-bottom:6pt}.block,.figure,.notes{margin-bottom:8pt}" +
  ".notes{font-size:8pt;" +
  "line-height:10.5pt}h3,.notes h3{font-size:9.5pt;line-height:12pt}" +
  ".narrow svg{zoom:.72}#s3 .w1120 svg{zoom:.7}@page{margin:9mm 13mm 9mm}" +
  "table{font-size:7.5pt;line-height:9.6pt}section{clear:both}" +
  ".w1120{float:left;width:49%;margin-right:2%}" +
  "#s3 .pair{display:block}#s3 .pair,#s3 .pair>div{overflow:hidden}" +
  "th,td{padding:1.6pt 6pt 1.6pt 0}" +
  "section{padding-top:3pt;margin-top:7pt}.lede{max-width:none}" +
  "pre{font-size:7.5pt;padding:5pt 8pt;margin:0 0 6pt}" +
  "footer{margin-top:8pt;padding-top:4pt;font-size:8pt}.top{font-size:8pt;" +
  "padding-bottom:5pt;margin-bottom:8pt}}";

export const LIVING_SCRIPT = `
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const text = (row) => (row.cells[column].firstChild || row.cells[column]).textContent.trim();
      const digits = (row) => text(row).replace(/[,\\u2713\\u2717\\u00a0 ]/g, "");
      const number = (row) => parseFloat(digits(row).replace("\\u2212", "-"));
      const all = [...body.rows].filter((row) => !row.classList.contains("sum"));
      const sums = [...body.rows].filter((row) => row.classList.contains("sum"));
      all.sort((a, b) => {
        const [x, y] = [number(a), number(b)];
        const order = isNaN(x) || isNaN(y) ? text(a) < text(b) ? -1 : 1 : x - y;
        return up ? order : -order;
      });
      body.append(...all, ...sums);
    });
  });
}
`;
