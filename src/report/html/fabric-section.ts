/** 3 Fabric: drawings of what was simulated, and the collectives with those that lost. */
import { bytes, duration, fixed, percent } from "../../base/format.ts";
import type { Drawing } from "../../records/drawing.ts";
import type { CollectiveSummary, PointRow } from "../../records/result.ts";
import { fabricChart } from "../chart/drawing.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { busiestTier } from "../chart/load-key.ts";
import { limitWords } from "../words.ts";
import { figure } from "./figure.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

export async function fabricSection(
  drawings: readonly Drawing[],
  points: readonly PointRow[],
): Promise<Section> {
  return {
    title: "Fabric",
    reader: "the architect",
    lede: ledeOf(drawings),
    body: [await drawingFigures(drawings), collectivesTable(points)],
  };
}

function ledeOf(drawings: readonly Drawing[]): string {
  const parts = drawings.flatMap((drawing) => {
    const tier = busiestTier(drawing.tiers);
    if (tier === undefined) return [];
    return [`${drawing.name}: ${tier.name}, ${percent(tier.utilizationMax, 0)}`];
  });
  const busiest = parts.length === 0 ? "" : ` Busiest links: ${parts.join("; ")}.`;
  return `Drawn from the graphs that were simulated; counts are theirs.${busiest}`;
}

/** Wide drawings below each other, narrow ones in pairs. */
async function drawingFigures(drawings: readonly Drawing[]): Promise<HtmlPart[]> {
  const ordinals = new Map<string, number>();
  const wide: Html[] = [];
  const half: Html[] = [];
  for (const drawing of drawings) {
    const ordinal = (ordinals.get(drawing.family) ?? 0) + 1;
    ordinals.set(drawing.family, ordinal);
    const chart = fabricChart(drawing, ordinal);
    (chart.wide[0] > 540 ? wide : half).push(await figure(chart));
  }
  return [wide, half.length === 0 ? undefined : html`<div class="pair">${half}</div>`];
}

interface CollectiveLine {
  readonly point: PointRow;
  readonly summary: CollectiveSummary;
}

function collectivesTable(points: readonly PointRow[]): HtmlPart {
  const linesOf = (some: readonly PointRow[]): CollectiveLine[] =>
    some.flatMap((point) => point.collectives.map((summary) => ({ point, summary })));
  const [first, others] = [linesOf(points.slice(0, 1)), linesOf(points.slice(1))];
  if (first.length === 0) return undefined;
  const sizes = [...new Set(points.map((point) => fixed(point.rankCount)))].join(", ");
  const caption = `With ${sizes} accelerators; times of one call, the losers behind.`;
  const rest =
    others.length === 0
      ? undefined
      : html`<details>
          <summary>Collectives on the other clusters</summary>
          ${table(COLUMNS, others, { caption })}
        </details>`;
  return html`<div class="block">
    <h3>Collectives of a step: the fastest algorithm was taken</h3>
    ${table(COLUMNS, first, { caption })} ${rest}
  </div>`;
}

const COLUMNS: readonly Column<CollectiveLine>[] = [
  { head: "Cluster", cell: ({ point }) => point.clusterName },
  { head: "Collective", cell: ({ summary }) => summary.collective },
  { head: "Size", isNumber: true, cell: ({ summary }) => bytes(summary.sizeBytes) },
  { head: "Calls", isNumber: true, cell: ({ summary }) => fixed(summary.calls) },
  { head: "Algorithm", cell: ({ summary }) => summary.algorithm },
  { head: "One call", isNumber: true, cell: ({ summary }) => duration(summary.durationS) },
  { head: "Limit", cell: ({ summary }) => limitWords(summary.limit) },
  { head: "Slower", cell: ({ summary }) => loserWords(summary.losers) },
];

export const loserWords = (losers: CollectiveSummary["losers"]): string =>
  losers.length === 0
    ? "no other fits"
    : losers.map((one) => `${one.algorithm} ${duration(one.durationS)}`).join(" · ");
