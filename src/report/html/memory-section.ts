/** 6 Memory: what one accelerator holds, against what it has. */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { PointRow } from "../../records/result.ts";
import { closing, printedDifference } from "../round.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

export function memorySection(points: readonly PointRow[]): Section {
  const share = (point: PointRow): number => point.memory.totalBytes / point.memory.capacityBytes;
  const fullest = points.toSorted((a, b) => share(b) - share(a))[0];
  const rows = points.map((point) => ({ point, shown: shownOf(point) }));
  type Row = (typeof rows)[number];
  const parts = ["Weights", "Gradients", "Optimizer", "Activations"];
  const columns: Column<Row>[] = [
    { head: "Cluster", cell: ({ point }) => point.clusterName },
    { head: "Accelerators", isNumber: true, cell: ({ point }) => fixed(point.rankCount) },
    ...parts.map((head, index) => ({
      head: `${head}, GB`,
      isNumber: true,
      cell: ({ shown }: Row) => fixed(at(shown, index), DECIMALS),
    })),
    { head: "Sum, GB", isNumber: true, cell: ({ point }) => gb(point.memory.totalBytes) },
    { head: "Capacity, GB", isNumber: true, cell: ({ point }) => gb(point.memory.capacityBytes) },
    { head: "Free, GB", isNumber: true, cell: ({ point }) => freeWords(point) },
  ];
  return {
    title: "Memory",
    reader: "the architect",
    lede:
      fullest === undefined
        ? "No size of any cluster was computed."
        : `At most ${percent(share(fullest))} of an accelerator’s memory is used, on ` +
          `${fullest.clusterName}.`,
    body: table(columns, rows, {
      caption: "Memory of one accelerator; a GB is a billion bytes. Parts sum to the sum.",
    }),
  };
}

const DECIMALS = 2;
const gb = (value: number): string => fixed(value / 1e9, DECIMALS);

function shownOf({ memory }: PointRow): number[] {
  const { weightBytes, gradientBytes, optimizerBytes, activationBytes } = memory;
  const parts = [weightBytes, gradientBytes, optimizerBytes, activationBytes];
  return closing(
    parts.map((value) => value / 1e9),
    DECIMALS,
    memory.totalBytes / 1e9,
  );
}

function freeWords({ memory }: PointRow): string {
  const { capacityBytes, totalBytes } = memory;
  return fixed(printedDifference(capacityBytes / 1e9, totalBytes / 1e9, DECIMALS), DECIMALS);
}
