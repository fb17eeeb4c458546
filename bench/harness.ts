/**
 * A benchmark: seeded work on one hot path, measured. Small under `npm test`, so that it
 * cannot rot; large under `npm run bench`, where its figures count.
 */

/** One figure. `bound` is a ceiling for times and sizes, a floor for rates and shares. */
export interface BenchRow {
  readonly case: string;
  readonly threads: number;
  readonly value: number;
  readonly unit: string;
  readonly bound: number | null;
}

export type BenchSize = "small" | "large";

/** `name` is the file's: bench/startup.bench.ts exports a `bench` called "startup". */
export interface Bench {
  readonly name: string;
  run(size: BenchSize): Promise<readonly BenchRow[]>;
}

/**
 * The shortest of several runs, in seconds: noise on a shared machine only ever adds. The
 * first run also warms up caches and compilers, so take three at least.
 */
export async function shortestS(runs: number, work: () => void | Promise<void>): Promise<number> {
  let shortest = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work();
    shortest = Math.min(shortest, (performance.now() - start) / 1000);
  }
  return shortest;
}

/** The middle one of several runs, in seconds; of a few, warm up before. */
export async function medianS(runs: number, work: () => void | Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
