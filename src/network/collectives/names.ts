/** How others spell collectives and algorithms, and nccl-tests' bandwidth factors. */
import type { Collective } from "../../records/schedule.ts";
import { ALGORITHMS } from "./table.ts";

export const COLLECTIVES: readonly Collective[] = [
  "all-reduce",
  "reduce-scatter",
  "all-gather",
  "all-to-all",
  "uneven-all-to-all",
  "broadcast",
  "reduce",
  "gather",
  "scatter",
  "send-receive",
  "barrier",
];

/** Other spellings, in letters only; an algorithm's own name needs none. */
const ALIASES: Readonly<Record<string, string>> = {
  recursivehalvingdoubling: "halving-doubling",
  rabenseifner: "halving-doubling",
  rhd: "halving-doubling",
  hierarchicalring: "hierarchical",
  threelevels: "hierarchical-3",
  multiring: "torus",
  tree: "double-binary-tree",
  pat: "aggregated-trees",
  channels: "ring-channels",
  bidirectionalring: "ring-both-ways",
  collnet: "sharp",
};

/** nccl-tests' words for collectives that are called otherwise here. */
const OTHER_WORDS: Readonly<Record<string, Collective>> = {
  sendrecv: "send-receive",
  alltoallv: "uneven-all-to-all",
};

/** "all_reduce", "all_reduce_perf", "AllReduce", "allreduce" … → "all-reduce". */
export function collectiveFromName(text: string): Collective | undefined {
  const plain = letters(text).replace(/perf$/, "");
  if (Object.hasOwn(OTHER_WORDS, plain)) return OTHER_WORDS[plain];
  return COLLECTIVES.find((collective) => letters(collective) === plain);
}

/** "auto", or an algorithm's own name for any spelling of it. */
export function algorithmFromName(text: string): string | undefined {
  const plain = lettersAndDigits(text);
  if (plain === "auto") return "auto";
  if (Object.hasOwn(ALIASES, plain)) return ALIASES[plain];
  return ALGORITHMS.find(({ name }) => lettersAndDigits(name) === plain)?.name;
}

/**
 * Bus bandwidth / algorithm bandwidth: all-reduce 2(n−1)/n; broadcast, reduce and sendrecv
 * 1; else (n−1)/n, so that it compares with a link's rate. Source: NVIDIA/nccl-tests,
 * doc/PERFORMANCE.md.
 */
export function busbwFactor(collective: Collective, rankCount: number): number {
  const half = (rankCount - 1) / rankCount;
  if (collective === "broadcast" || collective === "reduce") return 1;
  if (collective === "send-receive") return 1;
  if (collective === "barrier") return 0;
  return collective === "all-reduce" ? 2 * half : half;
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, "");
}

function lettersAndDigits(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
