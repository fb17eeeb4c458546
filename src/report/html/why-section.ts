/** 2 Why: where the step goes, how far it scales, and what was changed on purpose. */
import { fixed, percent } from "../../base/format.ts";
import type { CompareResult, PointRow, WhatIf } from "../../records/result.ts";
import { scaling } from "../chart/scaling.ts";
import { waterfall } from "../chart/waterfall.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { comparisonSize, mainPoint, strongRows } from "../options.ts";
import { ranked } from "../chart/tornado.ts";
import { timeScale } from "../round.ts";
import { isLink, limitWords, signedPercent } from "../words.ts";
import { figure, notes } from "./figure.ts";
import { second, table } from "./table.ts";
import type { Column } from "./table.ts";
import type { Section } from "./section.ts";

export async function whySection(result: CompareResult): Promise<Section> {
  const point = mainPoint(result);
  const strong = strongRows(result);
  return {
    title: "Why",
    reader: "the architect",
    lede: point === undefined ? "No size of any cluster was computed." : stepLede(point),
    body: [
      point === undefined ? undefined : await stepBody(point, result),
      strong.length === 0 ? undefined : await scalingBody(result, strong),
      result.whatIfs.map((whatIf) => whatIfTable(whatIf, strong)),
    ],
  };
}

export function stepLede(point: PointRow): string {
  const compute = point.computeS / point.stepTimeS;
  const exposed = point.exposedCommS / point.stepTimeS;
  return (
    `Compute takes ${percent(compute)} of the step and exposed communication ` +
    `${percent(exposed)}; what binds the step is ${limitWords(point.limit)}.`
  );
}

export async function stepBody(
  point: PointRow,
  result: Pick<CompareResult, "sensitivities">,
): Promise<Html> {
  const drawing = await figure(waterfall(point));
  return html`<div class="pair uneven">${drawing}${notes(remarks(point, result))}</div>`;
}

function remarks(
  point: PointRow,
  { sensitivities }: Pick<CompareResult, "sensitivities">,
): (readonly [string, string])[] {
  const { limit } = point;
  const groups = ranked(sensitivities);
  const governing = sensitivities.find((one) => one.pointer === limit.pointer);
  const moves =
    governing === undefined
      ? ""
      : ` 10 % more there moves the ${governing.metric} by ` +
        `${signedPercent(governing.whenHigher, 2)}.`;
  const share = isLink(limit)
    ? ` It takes ${percent(point.limitShare, 0)} of the exposed communication.`
    : "";
  const inert = groups.flatMap((group) => group.inert.map((one) => one.name));
  return [
    ["Limit", `${limitWords(limit)}.${share}${moves}`],
    ["Does not matter here", inert.length === 0 ? "Every input moves it." : inertWords(inert)],
    [
      "Held equal",
      `Global batch ${fixed(point.globalBatch)} sequences, ${fixed(point.microBatch)} a ` +
        `forward pass, ${fixed(point.accumulation)} passes a step; optimizer ` +
        `${point.sharding === "zero-1" ? "sharded (ZeRO-1)" : "replicated"}.`,
    ],
    ["Model flop utilization", `${percent(point.mfu)} of the dense bf16 peak.`],
  ];
}

const SHOWN_INERT = 6;

function inertWords(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length - SHOWN_INERT;
  const rest = more > 0 ? ` and ${fixed(more)} more (section “What could change it”)` : "";
  return `Below 0.1 % for 10 %: ${unique.slice(0, SHOWN_INERT).join("; ")}${rest}.`;
}

async function scalingBody(result: CompareResult, strong: readonly PointRow[]): Promise<Html> {
  const { efficiencyMin, baseRankCount, recommended } = result;
  const chart = scaling({
    rows: strong,
    efficiencyMin,
    baseRankCount,
    title: scalingTitle(result),
    ...(recommended === undefined ? {} : { recommendedId: recommended.clusterId }),
  });
  return html`<div class="pair">
      <div>${await figure(chart)}</div>
      <div>${replayTable(result.replays)}</div>
    </div>
    ${weakTable(result)}`;
}

function scalingTitle(result: CompareResult): string {
  const size = comparisonSize(result);
  const point = mainPoint(result);
  if (point?.efficiency === undefined) return "Throughput by number of accelerators";
  const next = strongRows(result, point.clusterId).find((row) => row.rankCount > size);
  const after =
    next?.efficiency === undefined
      ? ""
      : `; at ${fixed(next.rankCount)} it is ${percent(next.efficiency)}`;
  return `${point.clusterName} keeps ${percent(point.efficiency)} at ${fixed(size)}${after}`;
}

/** Efficiency of all clusters at all sizes of one scaling. */
function efficiencyTable(rows: readonly PointRow[], caption: string): Html {
  const sizes = [...new Set(rows.map((row) => row.rankCount))].toSorted((a, b) => a - b);
  const names = [...new Set(rows.map((row) => row.clusterName))];
  const columns: Column<string>[] = [
    { head: "Cluster", cell: (name) => name },
    ...sizes.map((size) => ({
      head: fixed(size),
      isNumber: true,
      cell: (name: string): HtmlPart => {
        const row = rows.find((one) => one.clusterName === name && one.rankCount === size);
        return row === undefined ? "not built" : percent(row.efficiency ?? 1);
      },
    })),
  ];
  return table(columns, names, { caption });
}

function weakTable(result: CompareResult): HtmlPart {
  const weak = result.rows.filter((row) => row.scaling === "weak");
  const largest = weak.toSorted((a, b) => b.rankCount - a.rankCount)[0];
  if (largest === undefined) return undefined;
  const lowest = Math.min(
    ...weak.filter((row) => row.rankCount === largest.rankCount).map((row) => row.efficiency ?? 1),
  );
  const each = fixed(largest.globalBatch / largest.rankCount);
  return html`<div class="block">
    <h3>Weak scaling stays at ${percent(lowest)} or above at ${fixed(largest.rankCount)}</h3>
    ${efficiencyTable(
      weak,
      `Weak-scaling efficiency against ${fixed(result.baseRankCount)} accelerators, ` +
        `${each} sequences on each; columns: accelerators.`,
    )}
  </div>`;
}

/** The changed rows and those of the question, side by side at every size. */
function whatIfTable(whatIf: WhatIf, strong: readonly PointRow[]): Html {
  const ids = [...new Set(whatIf.rows.map((row) => row.clusterId))];
  const rows = [
    ...whatIf.rows.map((row) => ({
      ...row,
      clusterName: `${row.clusterName}, ${whatIf.name}`,
    })),
    ...strong
      .filter((row) => ids.includes(row.clusterId))
      .map((row) => ({ ...row, clusterName: `${row.clusterName}, as answered` })),
  ].toSorted((a, b) => ids.indexOf(a.clusterId) - ids.indexOf(b.clusterId));
  const scale = timeScale(Math.max(...whatIf.rows.map((row) => row.stepTimeS)));
  const columns: Column<PointRow>[] = [
    { head: "Cluster", cell: (row) => row.clusterName },
    { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
    {
      head: `Step time, ${scale.unit}`,
      isNumber: true,
      cell: (row) => fixed(row.stepTimeS * scale.perS, scale.decimals),
    },
    { head: "Limit", cell: (row) => limitWords(row.limit) },
  ];
  return html`<div class="block">
    <h3>What if: ${whatIf.name}</h3>
    <p class="text">${whatIf.finding}</p>
    ${efficiencyTable(rows, "Efficiency with the change and without; columns: accelerators.")}
    <details>
      <summary>Step times and limits with the change</summary>
      ${table(columns, whatIf.rows, { caption: `What if: ${whatIf.name}` })}
    </details>
  </div>`;
}

function replayTable(replays: readonly PointRow[]): HtmlPart {
  if (replays.length === 0) return undefined;
  const columns: Column<PointRow>[] = [
    { head: "Cluster", cell: (row) => [row.clusterName, second(row.model)] },
    { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
    { head: "Step time, ms", isNumber: true, cell: (row) => fixed(row.stepTimeS * 1e3, 3) },
    { head: "Exposed, ms", isNumber: true, cell: (row) => fixed(row.exposedCommS * 1e3, 3) },
    { head: "Limit", cell: (row) => limitWords(row.limit) },
  ];
  return html`<div class="block">
    <h3>The small step that was really trained, replayed</h3>
    ${table(columns, replays, {
      caption:
        "The step recorded on this machine, with its ops timed by the accelerators’ models; " +
        "measured times are not used here.",
    })}
  </div>`;
}
