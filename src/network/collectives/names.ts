/** How others spell collectives and algorithms, and nccl-tests' bandwidth factors. */
import type { Collective } from "../../records/schedule.ts";
import type { AlgorithmName } from "./table.ts";

export const COLLECTIVES: readonly Collective[] = [
  "all-reduce",
  "reduce-scatter",
  "all-gather",
  "all-to-all",
  "broadcast",
];

const ALIASES: Readonly<Record<string, AlgorithmName>> = {
  ring: "ring",
  halvingdoubling: "halving-doubling",
  recursivehalvingdoubling: "halving-doubling",
  rabenseifner: "halving-doubling",
  rhd: "halving-doubling",
  hierarchical: "hierarchical",
  hierarchicalring: "hierarchical",
  hierarchicalhalvingdoubling: "hierarchical-halving-doubling",
  torus: "torus",
  torusalllinks: "torus-all-links",
  multiring: "torus",
  disjointrings: "disjoint-rings",
  bruck: "bruck",
  tree: "double-binary-tree",
  doublebinarytree: "double-binary-tree",
  direct: "direct",
  pairwise: "pairwise",
  binomial: "binomial",
  scatterallgather: "scatter-all-gather",
};

/** "all_reduce", "all_reduce_perf", "AllReduce", "allreduce" … → "all-reduce". */
export function collectiveFromName(text: string): Collective | undefined {
  const plain = letters(text).replace(/perf$/, "");
  return COLLECTIVES.find((collective) => letters(collective) === plain);
}

/** "auto", or an algorithm's own name for any spelling of it. */
export function algorithmFromName(text: string): AlgorithmName | "auto" | undefined {
  const plain = letters(text);
  if (plain === "auto") return "auto";
  return Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined;
}

/**
 * Bus bandwidth / algorithm bandwidth: all-reduce 2(n−1)/n, broadcast 1, else (n−1)/n, so that it
 * compares with a link's rate. Source: NVIDIA/nccl-tests, doc/PERFORMANCE.md.
 */
export function busbwFactor(collective: Collective, rankCount: number): number {
  const half = (rankCount - 1) / rankCount;
  if (collective === "broadcast") return 1;
  return collective === "all-reduce" ? 2 * half : half;
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, "");
}
