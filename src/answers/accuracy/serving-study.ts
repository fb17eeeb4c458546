/**
 * Errors of the law of serving: fitted, and with a model or a part left out, whose rows the
 * constants then have not seen. A coordinate search from neutral values, on the soft L1 of log
 * errors; each part under each engine weighs the root of its rows.
 */
import type { ServingConstants } from "../../serving/engine-law.ts";
import { SERVING } from "../../serving/engine-law.ts";
import type { ServedTimes } from "./predict-serving.ts";
import { servedTimes } from "./predict-serving.ts";
import type { ServingReading } from "./read-serving.ts";
import { readServing } from "./read-serving.ts";
import type { Row } from "./row.ts";
import { cell, configurationOf, number } from "./row.ts";

export type ServingQuantity = "throughput" | "first token" | "further token";

/** One figure that a row prints. */
export interface ServingRun {
  readonly id: string;
  readonly reading: ServingReading;
  readonly quantity: ServingQuantity;
  /** Of throughput the seconds a token of all replicas together. */
  readonly measuredS: number;
  readonly model: string;
  readonly part: string;
  readonly engine: string;
  /** Why it has no vote; empty where it has. */
  readonly excluded: string;
}

export interface JudgedServing {
  readonly run: ServingRun;
  readonly errorShare: number;
}

export interface ServingStudy {
  readonly constants: ServingConstants;
  readonly fitted: readonly JudgedServing[];
  readonly left: readonly { readonly by: string; readonly judged: readonly JudgedServing[] }[];
}

export function servingRuns(rows: readonly Row[]): ServingRun[] {
  return rows.flatMap((row) => {
    const reading = readServing(configurationOf(row));
    const run = {
      ...{ id: cell(row, "id"), reading, part: reading.part.id },
      model: cell(row, "model").replace(/[- ](?:FP8|Instruct).*$/i, ""),
      engine: cell(row, "engine").replace(/ \(.*$/, ""),
    };
    return figuresOf(row, reading).map(({ quantity, measuredS }) => {
      return { ...run, quantity, measuredS, excluded: excludedBy(row, quantity) };
    });
  });
}

function figuresOf(row: Row, { gpus }: ServingReading) {
  const each = number(row, "output_tokens_per_s_per_gpu");
  const rate = number(row, "output_tokens_per_s") ?? (each && each * gpus);
  const figures: readonly (readonly [ServingQuantity, number | undefined])[] = [
    ["throughput", rate && 1 / rate],
    ["first token", milliseconds(row, "ttft_ms") ?? milliseconds(row, "prefill_ms")],
    ["further token", milliseconds(row, "tpot_ms") ?? milliseconds(row, "decode_ms_per_token")],
  ];
  return figures.flatMap(([quantity, measuredS]) =>
    measuredS === undefined ? [] : [{ quantity, measuredS }],
  );
}

function milliseconds(row: Row, column: string): number | undefined {
  const found = number(row, column);
  return found === undefined ? undefined : found / 1e3;
}

/** A rule on the figures alone: output tokens and their time are the same thing said twice. */
function excludedBy(row: Row, quantity: ServingQuantity): string {
  const [rate, first, further] = ["output_tokens_per_s", "ttft_ms", "tpot_ms"].map((name) =>
    number(row, name),
  );
  const osl = number(row, "osl") ?? 1;
  const batch = number(row, "batch") ?? 1;
  if (rate === undefined || first === undefined || further === undefined) return "";
  const said = (1e3 * batch * osl) / (first + (osl - 1) * further);
  if (quantity !== "throughput" || Math.abs(Math.log(said / rate)) < 0.25) return "";
  return "throughput and time per token contradict each other";
}

export function predictedS({ reading, quantity }: ServingRun, constants: ServingConstants): number {
  const times: ServedTimes = servedTimes(reading, constants);
  if (quantity === "throughput") return 1 / times.tokensPerS;
  return quantity === "first token" ? times.startS : times.tokenS;
}

/** Of what the row prints: of throughput the rate, not its time. */
export function judge(run: ServingRun, constants: ServingConstants): JudgedServing {
  const slower = predictedS(run, constants) / run.measuredS;
  return { run, errorShare: (run.quantity === "throughput" ? 1 / slower : slower) - 1 };
}

export function servingStudy(runs: readonly ServingRun[]): ServingStudy {
  const voting = runs.filter(({ excluded }) => excluded === "");
  const leftOut = (nameOf: (run: ServingRun) => string): JudgedServing[] => {
    const names = [...new Set(voting.map(nameOf))];
    return names.flatMap((name) => {
      const constants = fitServing(voting.filter((run) => nameOf(run) !== name));
      const out = voting.filter((run) => nameOf(run) === name);
      return out.map((run) => judge(run, constants));
    });
  };
  return {
    constants: SERVING,
    fitted: runs.map((run) => judge(run, SERVING)),
    left: [
      { by: "model", judged: leftOut(({ model }) => model) },
      { by: "part", judged: leftOut(({ part }) => part) },
    ],
  };
}

const NAMES = Object.keys(SERVING) as (keyof ServingConstants)[];
/** Where every fit starts: neutral values, none of them fitted. */
const NEUTRAL: ServingConstants = {
  ...{ productShare: 0.7, fourBitFactor: 0.75, memoryShare: 0.8 },
  ...{ layerS: 70e-6, loneLayerS: 50e-6, rocmProductFactor: 0.8, rocmMemoryFactor: 0.9 },
  ...{ neuronProductFactor: 0.8, neuronAttentionFactor: 0.1, neuronKeyValueFactor: 0.5 },
  neuronRequestS: 5e-3,
};
const FIRST_STRIDE = 0.4;
const LAST_STRIDE = 0.01;
const SCALE = 0.05;
/** A pull to neutral, so that what no row touches stays there. */
const PULL = 0.02;

export function fitServing(runs: readonly ServingRun[]): ServingConstants {
  const counts = new Map<string, number>();
  const groupOf = ({ part, engine }: ServingRun): string => `${part} ${engine}`;
  for (const run of runs) counts.set(groupOf(run), (counts.get(groupOf(run)) ?? 0) + 1);
  const loss = (constants: ServingConstants): number => {
    let sum = 0;
    for (const run of runs) {
      // The time to a first token holds more that no row says.
      const scale = run.quantity === "first token" ? 3 * SCALE : SCALE;
      const error = Math.log(predictedS(run, constants) / run.measuredS) / scale;
      sum += (Math.sqrt(1 + error * error) - 1) / Math.sqrt(counts.get(groupOf(run)) ?? 1);
    }
    for (const name of NAMES) sum += PULL * Math.log(constants[name] / NEUTRAL[name]) ** 2;
    return sum;
  };
  let best = NEUTRAL;
  let least = loss(best);
  for (let stride = FIRST_STRIDE; stride >= LAST_STRIDE;) {
    let isBetter = false;
    for (const name of NAMES) {
      for (const factor of [1 + stride, 1 / (1 + stride)]) {
        const next = { ...best, [name]: best[name] * factor };
        const found = loss(next);
        if (found >= least - 1e-9) continue;
        [best, least, isBetter] = [next, found, true];
      }
    }
    if (!isBetter) stride /= 2;
  }
  return best;
}
