/** The page of a sweep: its best point, what is traded for what, and the points to explore. */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { AxisValue, SweepView } from "../../records/sweep.ts";
import { scatter } from "../chart/scatter.ts";
import { escapeMarkup, html, trusted } from "../escape.ts";
import { numberName, pointName, shownNumber, valueText } from "../sweep-words.ts";
import { figure } from "./figure.ts";
import { page } from "./page.ts";
import type { Section } from "./section.ts";
import { SWEEP_CSS, SWEEP_SCRIPT } from "./sweep-script.ts";
import { table } from "./table.ts";

export interface SweepReport {
  readonly view: SweepView;
  readonly asOf: string;
  readonly catalog: string;
  readonly version: string;
  readonly reproduce: string;
}

type Row = SweepView["points"][number];

const BEST_ROWS = 25;

export async function sweepPage({ view, reproduce, ...head }: SweepReport): Promise<string> {
  const { by, order, points, states } = view;
  const column = columnOf(view, by);
  const ranked = rankedBy(view, column);
  const kept = states.reduce((sum, { count }) => sum + count, 0);
  const fitting = states.find(({ state }) => state === "ok")?.count ?? 0;
  const best = ranked[0];
  return page({
    result: {
      ...{ ...head, kind: "sweep", seed: 1, question: view.question },
      answer: {
        sentence: sentenceOf(view, best, fitting),
        verdict: "answer",
        beware: [
          `${fixed(points.length)} of ${fixed(fitting)} points that fit are in this page: the ` +
            "best, the best of each value, the front and every so many-th; all are in results.csv.",
        ],
      },
    },
    figures: [
      ...(best === undefined ? [] : [bestFigure(view, best, column)]),
      { name: "Points", value: fixed(view.pointCount), unit: "", more: "all combinations" },
      {
        ...{ name: "Kept by the filters", value: fixed(kept), unit: "" },
        more: states
          .map(({ state, count }) => `${fixed(count)} ${STATE[state] ?? state}`)
          .join("; "),
      },
    ],
    scope: [],
    sections: [
      ...(points.length === 0 ? [] : [await tradeSection(view)]),
      ...(best === undefined ? [] : [inputsSection(view, column)]),
      bestSection(view, ranked.slice(0, BEST_ROWS), order),
      reproduceSection(reproduce),
    ],
    living: {
      embedded: embeddedOf(view),
      tools: { script: SWEEP_SCRIPT, css: SWEEP_CSS },
      isRedacted: false,
      footer:
        "By the analytical law, no range: `simulate` tells one for a point. One file, no network " +
        "access; its script only filters and sorts.",
    },
  });
}

const reproduceSection = (line: string): Section => ({
  title: "Reproduce",
  reader: "the auditor",
  lede: "Same file, same bytes, for any number of workers, machines and interruptions.",
  body: trusted(`<pre tabindex="0">${escapeMarkup(line)}</pre>`),
});

const STATE: Readonly<Record<string, string>> = {
  ok: "fit",
  "does-not-fit": "do not fit into memory",
  "does-not-divide": "do not divide",
};

function columnOf({ axes, numbers }: SweepView, name: string): number {
  return axes.length + numbers.indexOf(name);
}

const numberAt = (row: Row, column: number): number => {
  const value = row.values[column];
  return typeof value === "number" ? value : Number.NaN;
};

function rankedBy({ points, order }: SweepView, column: number): Row[] {
  const sign = order === "least" ? 1 : -1;
  return points
    .filter((row) => Number.isFinite(numberAt(row, column)))
    .toSorted(
      (a, b) => sign * (numberAt(a, column) - numberAt(b, column)) || a.keyIndex - b.keyIndex,
    );
}

function sentenceOf(view: SweepView, best: Row | undefined, fitting: number): string {
  if (best === undefined) return "No point fits.";
  const { by, order } = view;
  const [name = by, unit = ""] = numberName(by).split(", ");
  const value = valueText(by, best.values[columnOf(view, by)] ?? null);
  return (
    `${name}: ${order} ${value} ${unit}`.trim() +
    ` with ${pointName(view, best.values)}; ${fixed(fitting)} points fit.`
  );
}

function bestFigure({ by, order, ...view }: SweepView, best: Row, column: number) {
  const [name = by, unit = ""] = numberName(by).split(", ");
  return {
    name: `${name}, ${order}`,
    value: valueText(by, best.values[column] ?? null),
    unit,
    more: pointName(view, best.values),
  };
}

async function tradeSection(view: SweepView): Promise<Section> {
  const { by, against, points } = view;
  const [y, x] = [columnOf(view, by), columnOf(view, against)];
  const [yName, xName] = [numberName(by), numberName(against)];
  const front = points.filter(({ isOnFront }) => isOnFront);
  const chart = scatter({
    title: `${fixed(front.length)} points are beaten by no other in both`,
    subject: `${yName} against ${xName}`,
    ...{ xName, yName },
    // All of them: the page's script finds a point's mark by its place.
    points: points.map((row) => ({
      x: shownNumber(against, numberAt(row, x)),
      y: shownNumber(by, numberAt(row, y)),
      name: pointName(view, row.values),
      isOnFront: row.isOnFront,
    })),
  });
  return {
    title: "What is traded for what",
    reader: "everybody",
    lede: `${yName} against ${xName}, over all inputs of the sweep.`,
    body: await figure(chart),
  };
}

/** What the best point costs if one input is held at each of its values. */
function inputsSection(view: SweepView, column: number): Section {
  const { axes, points, by, order } = view;
  const pick = order === "least" ? Math.min : Math.max;
  const rows = axes.flatMap(({ name, values }, i) => {
    if (values.length < 2) return [];
    return values.map((value) => {
      const own = points.filter((row) => row.values[i] === value);
      const all = own.map((row) => numberAt(row, column)).filter(Number.isFinite);
      return { name, value, best: all.length === 0 ? undefined : pick(...all) };
    });
  });
  const all = rows.flatMap(({ best }) => best ?? []);
  const whole = pick(...all);
  const off = (best: number): string => percent(best / whole - 1);
  return {
    title: "What each input is worth",
    reader: "the architect",
    lede: `The ${order} ${numberName(by)} with one input held and all others free.`,
    body: table(
      [
        { head: "Input", cell: (row) => `${row.name} = ${row.value}` },
        {
          ...{ head: numberName(by), isNumber: true },
          cell: (row) => (row.best === undefined ? "none fits" : valueText(by, row.best)),
        },
        {
          ...{ head: "Against the best, %", isNumber: true },
          cell: (row) => (row.best === undefined ? "–" : off(row.best)),
        },
      ],
      rows,
      { caption: "Exact over all points", isMarked: ({ best }) => best === whole },
    ),
  };
}

function bestSection(view: SweepView, rows: readonly Row[], order: string): Section {
  const { axes, by } = view;
  const varied = axes.flatMap(({ name, values }, i) => (values.length < 2 ? [] : [{ name, i }]));
  const columns = [
    ...varied.map(({ name, i }) => ({
      head: name,
      isNumber: typeof at(axes, i).values[0] === "number",
      cell: (row: Row) => String(row.values[i] ?? "–"),
    })),
    ...shownFirst(view).map(({ name, i }) => ({
      head: numberName(name),
      isNumber: true,
      cell: (row: Row) => valueText(name, row.values[axes.length + i] ?? null),
    })),
  ];
  return {
    title: "The points",
    reader: "everybody",
    lede: `The ${fixed(rows.length)} best by ${numberName(by)}, ${order} first.`,
    body: html`${table(columns, rows, { caption: "Best points of the sweep" })}
      <div id="explore" hidden><h3>Explore the ${fixed(view.points.length)} points</h3></div>`,
  };
}

/** What it is ranked by, what that is traded for, then what explains it. */
function shownFirst({ numbers, by, against }: SweepView) {
  const left = new Set(["stepS", "tokensPerS", "tokensPerSPerAccelerator", "memoryBytes"]);
  const rest = numbers.filter((name) => name !== by && name !== against && !left.has(name));
  return [by, against, ...rest].map((name) => ({ name, i: numbers.indexOf(name) }));
}

/** The script's data: shown units, rows in the order of the marks. */
function embeddedOf(view: SweepView): string {
  const { axes, numbers, points, by, order } = view;
  const shown = (value: AxisValue | null, i: number): AxisValue | null =>
    typeof value === "number" && i >= axes.length
      ? Number(shownNumber(numbers[i - axes.length] ?? "", value).toPrecision(6))
      : value;
  return JSON.stringify({
    axes: axes.map(({ name, values }) => ({ name, values })),
    numbers: numbers.map(numberName),
    by: columnOf(view, by),
    least: order === "least",
    rows: points.map(({ values }) => values.map(shown)),
  });
}
