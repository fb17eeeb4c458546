/**
 * Collectives of one dimension as ASTRA-sim runs them. The buffer is cut into k chunks of C = S/k
 * bytes, done one after another; x(b) is a message of b bytes between neighbors of a step, e the
 * endpoint delay and r(b) = 3·⌊b / memory bandwidth⌋ the reduction of b bytes:
 *
 *     ring:     all-reduce      2(n−1)·x(C/n) + (n−1)·r(C/n) + (2n−1)·e
 *               reduce-scatter  (n−1)·x(C/n) + (n−1)·r(C/n) + n·e
 *               all-gather      (n−1)·x(C) + n·e, C being one rank's part
 *               all-to-all      n(n−1)/2·x(C/n) + (n(n−1)/2 + 1)·e
 *     direct:   all-reduce      2·x(C/n) + r(C/n) + 3·e
 *               reduce-scatter  x(C/n) + r(C/n) + 2·e
 *               all-gather      x(C) + 2·e
 *               all-to-all      x(C/n) + 2·e
 *     halvingDoubling: all-reduce 2·Σ_{j=1…log₂n} x(C/2^j) + Σ_{j=2…} r(C/2^j) + (2·log₂n + 1)·e,
 *               one reduction short, as the program has it
 */
import { Refusal } from "../../base/errors.ts";
import type {
  AstraCollective,
  AstraDimension,
  AstraNetwork,
  AstraSystem,
} from "../../records/astra.ts";
import type { AstraBackend } from "./astra-message.ts";
import { hopCount, messageNs } from "./astra-message.ts";

export interface AstraTime {
  readonly chunkCount: number;
  readonly chunkNs: number;
  readonly totalNs: number;
}

interface Step {
  readonly n: number;
  readonly chunkBytes: number;
  readonly delayNs: number;
  /** x and r. */
  readonly sendNs: (bytes: number) => number;
  readonly reduceNs: (bytes: number) => number;
}

/** Of `bytes` a rank: the full buffer, or a rank's part for all-gather. */
export function astraCollectiveNs(
  backend: AstraBackend,
  network: AstraNetwork,
  system: AstraSystem,
  { collective, bytes }: { readonly collective: AstraCollective; readonly bytes: number },
): AstraTime {
  const dimension = onlyDimension(network);
  const { npuCount: n } = dimension;
  refuseActiveChunks(system);
  const word = system.algorithms[collective][0] ?? "ring";
  const algorithm = word.replace(/^one(?=[A-Z])/, "").replace(/^[A-Z]/, (c) => c.toLowerCase());
  const split = Math.floor(bytes / system.splitCount);
  const chunkBytes = collective === "all-gather" ? split : Math.max(split, n);
  const hops = algorithm === "ring" ? hopCount(dimension, 0, 1) : hopCount(dimension, 0, n - 1);
  const step: Step = {
    n,
    chunkBytes,
    delayNs: system.endpointDelayNs,
    sendNs: (size) => messageNs(backend, dimension, hops, size),
    reduceNs: (size) => reductionNs(system, size),
  };
  const chunkNs = chunkTime(algorithm, collective, step, dimension);
  const chunkCount = Math.ceil(bytes / chunkBytes);
  return { chunkCount, chunkNs, totalNs: chunkCount * chunkNs };
}

function reductionNs({ memoryBytesPerNs }: AstraSystem, bytes: number): number {
  if (memoryBytesPerNs === undefined) return 0;
  // Seconds first, as the program divides, so that the same fraction is cut off.
  return 3 * Math.floor((bytes / (memoryBytesPerNs * 1e9)) * 1e9);
}

function chunkTime(
  algorithm: string,
  collective: AstraCollective,
  step: Step,
  { topology }: AstraDimension,
): number {
  if (algorithm === "ring") return ringNs(collective, step);
  const isDirect = algorithm === "direct";
  const isHalving = algorithm === "halvingDoubling" && collective === "all-reduce";
  if (topology === "FullyConnected" && isDirect) return directNs(collective, step);
  if (topology === "FullyConnected" && isHalving) return halvingNs(step);
  throw new Refusal({
    code: "not-simulated",
    pointer: `/${collective}-implementation`,
    found: `${algorithm} for ${collective} on a ${topology} dimension`,
    expected: "ring anywhere; direct, or halvingDoubling for all-reduce, on FullyConnected",
    nextStep: "choose one of these; other combinations were never checked against the program",
  });
}

function ringNs(collective: AstraCollective, { n, chunkBytes, delayNs, ...step }: Step): number {
  const part = chunkBytes / n;
  const rounds = n - 1;
  const [send, reduce] = [step.sendNs(part), step.reduceNs(part)];
  switch (collective) {
    case "all-reduce":
      return rounds * (2 * send + reduce) + (2 * n - 1) * delayNs;
    case "reduce-scatter":
      return rounds * (send + reduce) + n * delayNs;
    case "all-gather":
      return rounds * step.sendNs(chunkBytes) + n * delayNs;
    case "all-to-all":
      return ((n * rounds) / 2) * send + ((n * rounds) / 2 + 1) * delayNs;
  }
}

function directNs(collective: AstraCollective, { n, chunkBytes, delayNs, ...step }: Step): number {
  const part = chunkBytes / n;
  const [send, reduce] = [step.sendNs(part), step.reduceNs(part)];
  switch (collective) {
    case "all-reduce":
      return 2 * send + reduce + 3 * delayNs;
    case "reduce-scatter":
      return send + reduce + 2 * delayNs;
    case "all-gather":
      return step.sendNs(chunkBytes) + 2 * delayNs;
    case "all-to-all":
      return send + 2 * delayNs;
  }
}

function halvingNs({ n, chunkBytes, delayNs, sendNs, reduceNs }: Step): number {
  const rounds = Math.log2(n);
  if (!Number.isInteger(rounds)) {
    throw new Refusal({
      code: "does-not-divide",
      pointer: "/npus_count",
      found: `${n} ranks with halvingDoubling`,
      expected: "a power of two",
      nextStep: "use ring or direct",
    });
  }
  let time = (2 * rounds + 1) * delayNs;
  for (let j = 1; j <= rounds; j++) {
    const part = chunkBytes / 2 ** j;
    time += 2 * sendNs(part) + (j === 1 ? 0 : reduceNs(part));
  }
  return time;
}

function onlyDimension({ dimensions }: AstraNetwork): AstraDimension {
  const [dimension, ...more] = dimensions;
  if (dimension !== undefined && more.length === 0) return dimension;
  throw new Refusal({
    code: "not-simulated",
    pointer: "/topology",
    found: `a collective over ${dimensions.length} dimensions`,
    expected: "one dimension: more were never checked against the program",
    nextStep: "use one dimension, or time single messages over several",
  });
}

function refuseActiveChunks({ activeChunkCount }: AstraSystem): void {
  if (activeChunkCount === 1) return;
  throw new Refusal({
    code: "not-simulated",
    pointer: "/active-chunks-per-dimension",
    found: `${activeChunkCount} chunks at once`,
    expected: "1: more were never checked against the program",
    nextStep: "set active-chunks-per-dimension to 1",
  });
}
