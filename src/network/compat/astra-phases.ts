/**
 * A collective over several dimensions as ASTRA-sim schedules it. Each chunk goes through phases,
 * one dimension after another; a dimension works on so many chunks at once, and of those that wait
 * it takes the highest priority: the newest chunk under LIFO, the oldest under FIFO. All ranks do
 * the same at the same time, so one is enough. An all-reduce runs in each dimension in turn,
 * or, `localBWAware`, scatters through all but the last, reduces there, and gathers back.
 */
import { assert, at } from "../../base/assert.ts";
import type { AstraCollective, AstraSystem } from "../../records/astra.ts";

export interface AstraPhase {
  readonly dimensionIndex: number;
  readonly collective: AstraCollective;
  /** What the phase starts with: the full buffer, or a rank's part of a gather. */
  readonly sizeBytes: number;
}

/** The phases of one chunk over dimensions of so many ranks each. */
export function phasesOf(
  collective: AstraCollective,
  rankCounts: readonly number[],
  { isBandwidthAware }: Pick<AstraSystem, "isBandwidthAware">,
  chunkBytes: number,
): AstraPhase[] {
  const dimensions = [...rankCounts.keys()];
  const kinds: (readonly [number, AstraCollective])[] =
    collective === "all-reduce" && isBandwidthAware
      ? [
          ...dimensions.slice(0, -1).map((d) => [d, "reduce-scatter"] as const),
          [dimensions.length - 1, "all-reduce"],
          ...dimensions
            .slice(0, -1)
            .toReversed()
            .map((d) => [d, "all-gather"] as const),
        ]
      : (collective === "all-gather" ? dimensions.toReversed() : dimensions).map((d) => [
          d,
          collective,
        ]);
  let sizeBytes = chunkBytes;
  return kinds.map(([dimension, kind]) => {
    const phase = { dimensionIndex: dimension, collective: kind, sizeBytes };
    const n = at(rankCounts, dimension);
    if (kind === "reduce-scatter") sizeBytes = Math.floor(sizeBytes / n);
    if (kind === "all-gather") sizeBytes *= n;
    return phase;
  });
}

export interface TimedPhase {
  readonly dimensionIndex: number;
  readonly durationNs: number;
}

export interface ChunkRules extends Pick<AstraSystem, "isLifo" | "activeChunkCount"> {
  /** num-queues-per-dim: chunks take them in turn. */
  readonly queueCount?: number;
  /** Two ways through a dimension: the first half of its queues inward, the second back. */
  readonly isBandwidthAware?: boolean;
}

/** When the last of so many equal chunks is through all phases, ns. */
export function chunksNs(
  phases: readonly TimedPhase[],
  chunkCount: number,
  rules: ChunkRules,
): number {
  const { isLifo, activeChunkCount, queueCount = 1 } = rules;
  const most = Math.ceil(activeChunkCount / queueCount);
  const queues = queuesOf(phases, chunkCount, rules);
  const queueTotal = queues.flat().reduce((high, queue) => Math.max(high, queue + 1), 0);
  const waiting: number[][] = Array.from({ length: queueTotal }, () => []);
  const running = new Int32Array(queueTotal);
  const phase = new Int32Array(chunkCount);
  const endNs = new Float64Array(chunkCount).fill(Infinity);
  const priority = (chunk: number) => (isLifo ? chunk : -chunk);
  const queueOf = (chunk: number) => at(at(queues, chunk), at(phase, chunk));
  let nowNs = 0;
  const start = (place: number): void => {
    const queue = at(waiting, place);
    while (queue.length > 0 && at(running, place) < most) {
      const chunk = at(queue.splice(0, 1), 0);
      running[place] = at(running, place) + 1;
      endNs[chunk] = nowNs + at(phases, at(phase, chunk)).durationNs;
    }
  };
  const join = (chunk: number): number => {
    const queue = at(waiting, queueOf(chunk));
    const place = queue.findIndex((other) => priority(other) < priority(chunk));
    queue.splice(place === -1 ? queue.length : place, 0, chunk);
    return queueOf(chunk);
  };
  // The first starts before the second is there, whatever its priority.
  for (let chunk = 0; chunk < chunkCount; chunk++) start(join(chunk));
  for (let left = chunkCount * phases.length; left > 0; left--) {
    const chunk = endNs.reduce((best, end, i) => (end < at(endNs, best) ? i : best), 0);
    nowNs = at(endNs, chunk);
    assert(Number.isFinite(nowNs), "a chunk is on its way");
    endNs[chunk] = Infinity;
    const queue = queueOf(chunk);
    phase[chunk] = at(phase, chunk) + 1;
    running[queue] = at(running, queue) - 1;
    const next = at(phase, chunk) < phases.length ? join(chunk) : undefined;
    start(queue);
    if (next !== undefined) start(next);
  }
  return nowNs;
}

/** The queue of each phase of each chunk, all queues of a dimension in turn, or its two halves. */
function queuesOf(
  phases: readonly TimedPhase[],
  chunkCount: number,
  { queueCount = 1, isBandwidthAware = false }: ChunkRules,
): number[][] {
  const half = Math.floor(queueCount / 2);
  const isSplit = isBandwidthAware && half > 0;
  const turns = new Map<string, number>();
  const middle = (phases.length - 1) / 2;
  return Array.from({ length: chunkCount }, () =>
    phases.map(({ dimensionIndex: dimension }, i) => {
      const isBack = isSplit && i > middle;
      const key = `${dimension} ${isBack}`;
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      const size = !isSplit ? queueCount : isBack ? queueCount - half : half;
      return dimension * queueCount + (isBack ? half : 0) + (turn % size);
    }),
  );
}
