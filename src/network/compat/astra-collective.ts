/**
 * Collectives as ASTRA-sim runs them: chunks of C bytes through the phases of their dimensions. A
 * phase takes, where x(b) is a message of b bytes between neighbors of a step, e the
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
 *               one reduction short, as the program has it; the other two are its halves
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type {
  AstraCollective,
  AstraDimension,
  AstraNetwork,
  AstraSystem,
  AstraTopology,
} from "../../records/astra.ts";
import type { AstraBackend } from "./astra-message.ts";
import { hopCount, messageNs, refuseDimensions } from "./astra-message.ts";
import { chunksNs, phasesOf } from "./astra-phases.ts";

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
  { dimensions }: AstraNetwork,
  system: AstraSystem,
  {
    collective,
    bytes,
    queueCount = 1,
  }: {
    readonly collective: AstraCollective;
    readonly bytes: number;
    readonly queueCount?: number | undefined;
  },
): AstraTime {
  refuseDimensions(backend, dimensions);
  refuseActiveChunks(backend, system);
  const rankCounts = dimensions.map(({ npuCount }) => npuCount);
  const rankCount = rankCounts.reduce((product, n) => product * n, 1);
  const split = Math.floor(bytes / system.splitCount);
  // Smaller ones become a byte a rank, and the whole as many of them as were asked for.
  const isRaised = collective !== "all-gather" && rankCount > split;
  const chunkBytes = isRaised ? rankCount : split;
  if (chunkBytes === 0) throw tooSmall(bytes, system.splitCount);
  const phases = phasesOf(collective, rankCounts, system, chunkBytes).map((phase) => ({
    dimensionIndex: phase.dimensionIndex,
    durationNs: phaseNs(backend, at(dimensions, phase.dimensionIndex), system, {
      ...phase,
      word: system.algorithms[collective][phase.dimensionIndex] ?? "ring",
    }),
  }));
  const chunkCount = isRaised ? system.splitCount : Math.ceil(bytes / chunkBytes);
  const chunkNs = phases.reduce((sum, { durationNs }) => sum + durationNs, 0);
  const isBandwidthAware = system.isBandwidthAware && collective === "all-reduce";
  const rules = { ...system, queueCount, isBandwidthAware };
  return { chunkCount, chunkNs, totalNs: chunksNs(phases, chunkCount, rules) };
}

function phaseNs(
  backend: AstraBackend,
  dimension: AstraDimension,
  system: AstraSystem,
  phase: { readonly collective: AstraCollective; readonly sizeBytes: number; word: string },
): number {
  const { npuCount: n, topology } = dimension;
  const algorithm = phase.word
    .replace(/^one(?=[A-Z])/, "")
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  const hops = algorithm === "ring" ? hopCount(dimension, 0, 1) : hopCount(dimension, 0, n - 1);
  const step: Step = {
    n,
    chunkBytes: phase.sizeBytes,
    delayNs: system.endpointDelayNs,
    sendNs: (size) => messageNs(backend, dimension, hops, size),
    reduceNs: (size) => reductionNs(system, size),
  };
  return chunkTime(algorithm, phase.collective, step, { topology, backend });
}

function tooSmall(bytes: number, splits: number): Refusal {
  return new Refusal({
    code: "out-of-range",
    pointer: "/preferred-dataset-splits",
    found: `${bytes} bytes in ${splits} chunks`,
    expected: "a byte at least in each chunk",
    nextStep: "take a larger size or fewer splits",
  });
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
  { topology, backend }: { readonly topology: AstraTopology; readonly backend: AstraBackend },
): number {
  if (algorithm === "ring") return ringNs(collective, step);
  const isDirect = algorithm === "direct";
  const isHalving = algorithm === "halvingDoubling" && collective !== "all-to-all";
  // Pairs that exchange share no link behind a switch; all at once they do, if it is known of.
  const isSwitched = topology === "Switch";
  const isApart = topology === "FullyConnected" || (isSwitched && backend === "astra-unaware");
  if (isDirect && isApart) return directNs(collective, step);
  if (isHalving && (isApart || isSwitched)) return halvingNs(collective, step);
  throw new Refusal({
    code: "not-simulated",
    pointer: `/${collective}-implementation`,
    found: `${algorithm} for ${collective} on a ${topology} dimension`,
    expected: "ring anywhere; direct, or halvingDoubling for all-reduce, where links are apart",
    nextStep: "choose one of these; other combinations were never checked against the program",
  });
}

function ringNs(collective: AstraCollective, { n, chunkBytes, delayNs, ...step }: Step): number {
  const part = Math.floor(chunkBytes / n);
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
  const part = Math.floor(chunkBytes / n);
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

/** Sizes halve on the way in, C/2^j, and double on the way out; a gather starts with its part. */
function halvingNs(collective: AstraCollective, step: Step): number {
  const { n, chunkBytes, delayNs, sendNs, reduceNs } = step;
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
  const ways = collective === "all-reduce" ? 2 : 1;
  let time = (ways * rounds + 1) * delayNs;
  for (let j = 1; j <= rounds; j++) {
    if (collective === "all-gather") {
      time += sendNs(chunkBytes * 2 ** (j - 1));
      continue;
    }
    const part = Math.floor(chunkBytes / 2 ** j);
    time += ways * sendNs(part) + (j === 1 ? 0 : reduceNs(part));
  }
  return time;
}

function refuseActiveChunks(backend: AstraBackend, { activeChunkCount }: AstraSystem): void {
  if (activeChunkCount === 1 || backend === "astra-unaware") return;
  throw new Refusal({
    code: "not-simulated",
    pointer: "/active-chunks-per-dimension",
    found: `${activeChunkCount} chunks at once, whose messages meet on links`,
    expected: "1 with astra-aware",
    nextStep: "set active-chunks-per-dimension to 1, or take astra-unaware",
  });
}
