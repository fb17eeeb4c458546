/**
 * The one style sheet of a page. Constant, so that its hash stands in the page's policy and
 * no text from outside can become style. No web fonts, no shadows, no boxes.
 */
import { CHART_CSS, PALETTE_CSS } from "../chart/palette.ts";

const BASE =
  "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}" +
  "body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system," +
  '"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif;' +
  "font-variant-numeric:tabular-nums;overflow-wrap:break-word}" +
  ".page{max-width:1168px;margin:0 auto;padding:32px 24px 64px}" +
  "h1,h2,h3,p{margin:0}h1{font-size:30px;line-height:39px;font-weight:650;" +
  "letter-spacing:-.015em;max-width:30em;margin-top:12px}" +
  "h2{font-size:22px;line-height:28px;font-weight:650}h3{font-size:16px;line-height:22px;" +
  "font-weight:650}a{color:var(--link);text-decoration:none}" +
  "a:hover,a:focus{text-decoration:underline}" +
  ":focus-visible{outline:2px solid var(--link);outline-offset:2px}" +
  'code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;' +
  "font-size:13px}pre{background:var(--panel);border:1px solid var(--rule);border-radius:4px;" +
  "padding:12px 16px;margin:0 0 16px;white-space:pre-wrap;overflow-wrap:anywhere}";

const HEAD =
  ".top{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 24px;font-size:13px;" +
  "color:var(--ink3);border-bottom:1px solid var(--rule);padding-bottom:12px;margin-bottom:24px}" +
  ".top b{color:var(--ink)}.question{font-size:18px;line-height:26px;color:var(--ink2);" +
  "max-width:46em}.verdict{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:baseline;" +
  "margin:16px 0 24px}.badge{border:1.5px solid;border-radius:4px;padding:2px 8px;" +
  "font-weight:650;font-size:13px}.badge.yes{color:var(--good)}.badge.no{color:var(--bad)}" +
  ".badge.unclear{color:var(--warn);border-style:dashed}.badge.answer{color:var(--link)}" +
  ".beware{flex:1 1 300px;margin:0;padding:0;list-style:none;color:var(--ink2);max-width:60em}" +
  ".figures,.scope{display:grid;grid-template-columns:repeat(4,1fr);margin:0;" +
  "border-top:1px solid var(--axis)}.figures{border-top:2px solid var(--ink)}" +
  ".figures>div,.scope>div{padding:12px 16px 12px 0}" +
  ".figures dt,.scope dt{font-size:13px;color:var(--ink3)}.figures dd,.scope dd{margin:0}" +
  ".figures .value{font-size:24px;line-height:32px;font-weight:650}" +
  ".figures .unit{font-size:15px;font-weight:400;color:var(--ink2)}" +
  ".figures .more,.scope dd{font-size:13px;line-height:18px;color:var(--ink2)}" +
  ".scope dt{font-weight:600;color:var(--ink)}.guide{border-top:1px solid var(--rule);" +
  "padding-top:12px;font-size:13px;color:var(--ink3)}.guide span{margin-right:16px}" +
  ".guide a{margin-right:4px;white-space:nowrap}";

const SECTIONS =
  "section{margin-top:52px;border-top:2px solid var(--ink);padding-top:12px}" +
  ".section-head{display:flex;justify-content:space-between;align-items:baseline;gap:16px}" +
  ".number{color:var(--ink3);font-weight:400;margin-right:8px}" +
  ".for,.sub{font-size:13px;line-height:18px;color:var(--ink3)}" +
  ".lede{color:var(--ink2);max-width:44em;margin:8px 0 24px}" +
  ".sub{margin:2px 0 12px;max-width:60em}" +
  ".figure{margin-bottom:32px}.figure h3+.scroll{margin-top:8px}.text{max-width:44em;" +
  "margin:0 0 16px;color:var(--ink2)}.block{margin-bottom:32px}" +
  ".notes{border-left:1px solid var(--axis);padding-left:16px;font-size:13.5px;" +
  "line-height:19px;color:var(--ink2);margin-bottom:32px}.notes h3{font-size:13.5px;" +
  "line-height:19px;color:var(--ink)}.notes p{margin-bottom:12px}" +
  ".chart{display:block;overflow:visible}.narrow{display:none}" +
  "details{margin:12px 0;font-size:13px}summary{color:var(--link);cursor:pointer}" +
  "footer{margin-top:52px;border-top:1px solid var(--rule);padding-top:12px;font-size:13px;" +
  "color:var(--ink3)}";

const TABLES =
  ".scroll{overflow-x:auto;max-width:100%}table{border-collapse:collapse;width:100%;" +
  "font-size:13.5px;line-height:19px}.caption{font-size:13px;line-height:18px;" +
  "color:var(--ink3);padding-bottom:8px;max-width:60em}th,td{text-align:left;vertical-align:top;" +
  "padding:8px 16px 8px 0;font-weight:400}thead th{font-size:13px;line-height:18px;" +
  "color:var(--ink3);border-bottom:1px solid var(--axis);vertical-align:bottom;" +
  "white-space:normal}" +
  "tbody tr{border-bottom:1px solid var(--rule)}.n{text-align:right;white-space:nowrap}" +
  "th:last-child,td:last-child{padding-right:0}tbody td:first-child{padding-left:0}" +
  ".second{display:block;font-size:12.5px;color:var(--ink3);font-weight:400}" +
  "tbody th:first-child{min-width:11em}.marked{background:var(--panel)}.marked>*{font-weight:600}" +
  ".marked>:first-child{border-left:3px solid var(--ink);padding-left:9px}" +
  ".sum{border-top:1.5px solid var(--ink)}.sum>*{font-weight:600}" +
  ".ok{color:var(--good);font-weight:600}.fail{color:var(--bad);font-weight:600}" +
  ".stale{color:var(--warn);white-space:nowrap}.muted{color:var(--ink3)}";

/** Wide drawings need their width; below it the narrow variant shows, never a scaled one. */
const SCREENS =
  "@media(min-width:1200px){.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));" +
  "gap:32px 40px}.pair.uneven{grid-template-columns:734px minmax(0,1fr)}}" +
  "@media(max-width:1199px){.w1120 .wide{display:none}.w1120 .narrow{display:block}}" +
  "@media(max-width:799px){.w734 .wide{display:none}.w734 .narrow{display:block}}" +
  "@media(max-width:900px){.page{padding:20px 16px 48px}" +
  ".figures,.scope{grid-template-columns:repeat(2,1fr)}}" +
  "@media(max-width:600px){.w540 .wide{display:none}.w540 .narrow{display:block}" +
  "h1{font-size:24px;line-height:31px}h2{font-size:20px;line-height:26px}" +
  ".question{font-size:16px;line-height:23px}section{margin-top:40px}" +
  ".section-head{display:block}.figures,.scope{grid-template-columns:1fr}" +
  ".figures>div,.scope>div{border-bottom:1px solid var(--rule)}" +
  ".figures .value{font-size:20px;line-height:26px}" +
  ".cards,.cards tbody{display:block}.cards thead{display:none}" +
  "tbody th{min-width:8em}" +
  ".cards tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:6px 12px;" +
  "padding:12px 8px}.cards th{grid-column:1/-1;font-weight:600}.cards tr>*{display:block;" +
  "padding:0;text-align:left;white-space:normal;overflow-wrap:anywhere}" +
  ".cards td::before{content:attr(data-label);display:block;font-size:12px;line-height:16px;" +
  "color:var(--ink3);font-weight:400}.cards td:last-child{grid-column:1/-1}}";

const PRINT =
  "@media print{@page{margin:11mm 14mm 12mm}body{font-size:10pt}.page{padding:0;max-width:none}" +
  "h1{font-size:17pt;line-height:22pt}h2{font-size:12pt;line-height:15pt}" +
  ".question{font-size:11.5pt}section{margin-top:14pt}" +
  "details,.guide{display:none}.wide{display:none!important}.narrow{display:block!important}" +
  ".narrow svg{zoom:.86}.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));" +
  "gap:14pt}tr,.figure,.notes,.figures>div{break-inside:avoid}h2,h3,.lede{break-after:avoid}" +
  "thead{display:table-header-group}table{font-size:8pt;line-height:10.5pt}" +
  "th,td{padding:2pt 8pt 2pt 0}.scroll{overflow:visible}}" +
  "@media(forced-colors:active){.chart{forced-color-adjust:auto}}";

export const PAGE_CSS = PALETTE_CSS + BASE + HEAD + SECTIONS + TABLES + CHART_CSS + SCREENS + PRINT;
