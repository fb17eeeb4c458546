/** Failures of a job for a terminal and for programs. */
import { duration, fixed, percent } from "../base/format.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";

interface Shown {
  readonly request: { readonly acceleratorCount: number; readonly restartS: number };
  readonly rates: readonly { readonly name: string; readonly interruptsPerS: number }[];
  readonly mttiS: number;
  readonly writeS: number;
  readonly band: {
    readonly bestS: number;
    readonly shortestS: number;
    readonly longestS: number;
    readonly goodput: number;
  };
  readonly spareNodeCount: number;
  readonly finish?: {
    readonly p10S: number;
    readonly p50S: number;
    readonly p90S: number;
    readonly p99S: number;
    readonly interruptions: number;
  };
}

const DAY_S = 86_400;

export function goodputJson(answer: Shown): string {
  const { request, rates, band, finish } = answer;
  const shown = {
    accelerators: request.acceleratorCount,
    mttiHours: answer.mttiS / 3600,
    classes: rates.map(({ name, interruptsPerS }) => ({
      name,
      interruptionsPerDay: interruptsPerS * DAY_S,
    })),
    checkpoint: {
      writeS: answer.writeS,
      everyMinutes: band.bestS / 60,
      withinOnePointMinutes: [band.shortestS / 60, band.longestS / 60],
    },
    goodput: band.goodput,
    spareNodes: answer.spareNodeCount,
    days:
      finish === undefined
        ? null
        : {
            ...{ p10: finish.p10S / DAY_S, p50: finish.p50S / DAY_S },
            ...{ p90: finish.p90S / DAY_S, p99: finish.p99S / DAY_S },
          },
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

export function goodputText(answer: Shown): string {
  const { request, rates, band, finish } = answer;
  const table = layOut(
    [
      { head: "class", cell: ({ name }: Shown["rates"][number]) => name },
      {
        head: "a day",
        isNumber: true,
        cell: ({ interruptsPerS }) => fixed(interruptsPerS * DAY_S, 2),
      },
    ],
    rates,
    98,
  );
  const ends =
    finish === undefined
      ? []
      : [
          `days to the end: ${days(finish.p50S)} (p50), ${days(finish.p90S)} (p90), ` +
            `${days(finish.p99S)} (p99); about ${fixed(finish.interruptions)} interruptions`,
        ];
  return (
    [
      `${fixed(request.acceleratorCount)} accelerators stop once in ${duration(answer.mttiS)}:`,
      table.head,
      ...table.rows,
      `a checkpoint takes ${duration(answer.writeS)}; save every ${duration(band.bestS, 2)} ` +
        `(${duration(band.shortestS, 2)} to ${duration(band.longestS, 2)} lose at most a point)`,
      `goodput ${percent(band.goodput)} with restarts of ${duration(request.restartS)}`,
      `spare nodes: ${fixed(answer.spareNodeCount)} cover repairs in 99 of 100 moments`,
      ...ends,
    ]
      .map(plain)
      .join("\n") + "\n"
  );
}

const days = (seconds: number): string => fixed(seconds / DAY_S, 1);
