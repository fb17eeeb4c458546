/**
 * SimAI's analytical mode (aliyun/SimAI, Layer.cc and calbusbw.cc, its rings). Of a collective of M
 * bytes among n ranks, f = (n−1)/n, twice that for an all-reduce:
 *
 *     1 < M < 2^20   a fixed time by n, none for counts that have none
 *     else           ⌊M / 2^30 / (ratio · bus) · 10^9 · f⌋ ns
 *     bus            NVLink in a node; else min(NVLink, NICs), where NICs faster than NVLink raise
 *                    that to NVLink·g/(g−1), g ranks a node; all-to-all NIC·q/g·(N−1)/((k−1)·g)
 *
 * Quirks: gigabytes are 2^30 bytes in time and as given in bandwidth; small messages jump at a
 * mebibyte; what is exposed is rounded to 24 bits; computation and groups follow one another.
 */
import { Refusal } from "../../base/errors.ts";
import type {
  SimaiColumn,
  SimaiGroup,
  SimaiMachine,
  SimaiOp,
  SimaiWorkload,
} from "../../records/simai.ts";
import type { SimaiTable } from "./simai-ratios.ts";
import { simaiRatio } from "./simai-ratios.ts";

const float = Math.fround;

const SMALL_NS: ReadonlyMap<number, number> = new Map([
  [2, 10_000],
  [4, 12_000],
  [8, 15_000],
  [16, 66_000],
  [32, 135_000],
  [64, 200_000],
  [128, 320_000],
]);

type Degrees = Pick<SimaiWorkload, "tensorRanks" | "expertRanks" | "pipelineRanks">;

export function simaiGroupRanks(group: SimaiGroup, degrees: Degrees, rankCount: number): number {
  const dataRanks = Math.trunc(rankCount / (degrees.tensorRanks * degrees.pipelineRanks));
  if (group === "TP") return degrees.tensorRanks;
  if (group === "EP") return degrees.expertRanks;
  return group === "DP" ? dataRanks : Math.trunc(dataRanks / degrees.expertRanks);
}

/** Nodes, ranks a node and NICs a node of a group. */
type Shape = readonly [nodes: number, ranks: number, nics: number];

/** All divisions cut off what is left. */
function shapeOf(group: SimaiGroup, n: number, degrees: Degrees, machine: SimaiMachine): Shape {
  const { ranksPerServer: perServer, nicsPerServer: nics } = machine;
  const { tensorRanks: t, expertRanks: e } = degrees;
  const part = (whole: number, by: number) => Math.trunc(whole / by);
  const alone = [n, 1, part(nics, perServer)] as const;
  switch (group) {
    case "TP":
      return t <= perServer ? [1, t, nics] : [part(t, perServer), perServer, nics];
    case "EP":
      if (t * n <= perServer) return [1, part(perServer, t), nics];
      return [
        part(t * n, perServer),
        Math.max(1, part(perServer, t)),
        t > perServer ? part(nics, perServer) : part(nics, t),
      ];
    case "DP":
      return t <= perServer ? [n, part(perServer, t), part(nics, t)] : alone;
    case "DP_EP":
      return t * e <= perServer ? [n, part(perServer, t * e), part(nics, t * e)] : alone;
  }
}

interface Bus {
  readonly gibPerS: number;
  readonly isNvlink: boolean;
}

function busOf(op: SimaiOp, [nodes, g, q]: Shape, machine: SimaiMachine): Bus {
  const [nvlink, nic] = [float(machine.nvlinkGibPerS), float(machine.nicGibPerS)];
  if (nodes * g === 1 || q < 1 || nodes < 1) refuse(`${nodes} nodes of ${g} ranks and ${q} NICs`);
  const nics = float(nic * q);
  if (op === "alltoall") {
    if (nodes === 1) return { gibPerS: nvlink, isNvlink: true };
    const rest = float(float(nics / g) * (nodes * g - 1));
    return { gibPerS: float(rest / ((nodes - 1) * g)), isNvlink: false };
  }
  if (nodes === 1) return { gibPerS: nvlink, isNvlink: false };
  if (g === 1) return { gibPerS: nics, isNvlink: false };
  const inside = nics > nvlink ? float(float(nvlink * g) / (g - 1)) : nvlink;
  return inside < nics ? { gibPerS: inside, isNvlink: true } : { gibPerS: nics, isNvlink: false };
}

function ratioOf(
  { op, group, sizeBytes }: SimaiColumn,
  n: number,
  { tensorRanks: t }: Degrees,
  { ranksPerServer: perServer }: SimaiMachine,
  { isNvlink }: Bus,
): number {
  const ratio = (table: SimaiTable, nodes: number) => simaiRatio(table, sizeBytes, nodes);
  const nodes = Math.trunc(t / perServer);
  if (group === "TP" && (op === "allgather" || op === "reducescatter")) {
    return ratio(isNvlink ? "nvlink" : "nic", t < perServer ? 1 : nodes);
  }
  if (op !== "alltoall") return 1;
  if (group === "TP") return ratio("all-to-all", t <= perServer ? 1 : nodes);
  if (group !== "EP") return 1;
  if (t * n <= perServer) return ratio("all-to-all", 1);
  return ratio("all-to-all", t >= perServer ? 9 : Math.trunc((t * n) / perServer));
}

/** Time of a column's collective, ns. */
export function simaiCollectiveNs(
  column: SimaiColumn,
  degrees: Degrees,
  machine: SimaiMachine,
): number {
  const { op, group, sizeBytes } = column;
  if (op === undefined) return 0;
  const n = simaiGroupRanks(group, degrees, machine.rankCount);
  if (1 < sizeBytes && sizeBytes < 2 ** 20) return SMALL_NS.get(n) ?? 0;
  if (group !== "TP" && n <= 1) return 0;
  const bus = busOf(op, shapeOf(group, n, degrees, machine), machine);
  const rate = float(float(ratioOf(column, n, degrees, machine, bus)) * bus.gibPerS);
  const aloneNs = ((sizeBytes * (1 / 2 ** 30)) / rate) * 1e9;
  return Math.trunc(((op === "allreduce" ? aloneNs * 2 : aloneNs) * (n - 1)) / n);
}

function refuse(found: string): never {
  throw new Refusal({
    code: "does-not-divide",
    pointer: "",
    found: `a collective over ${found}`,
    expected: "two ranks and a NIC at least in each group; SimAI divides by nothing there",
    nextStep: "change the degrees, --simai n_p_s, or the workload",
  });
}

export interface SimaiLayerTime {
  readonly name: string;
  readonly computeNs: number;
  readonly commNs: number;
  readonly exposedNs: number;
}

export interface SimaiTime {
  /** Its columns, microseconds: DP, DP_EP, TP, EP, PP, bubble, compute, exposed, total. */
  readonly microseconds: Readonly<Record<string, number>>;
  readonly layers: readonly SimaiLayerTime[];
}

/** 1 minus the share that hides, as the program's single precision has it. */
function exposed(timeNs: number, overlap: number): number {
  return Math.trunc(float(float(timeNs) * float(1 - float(overlap))));
}

export function simaiTime(workload: SimaiWorkload, machine: SimaiMachine): SimaiTime {
  const sums = { DP: 0, DP_EP: 0, TP: 0, EP: 0 };
  let [bubbleUs, computeUs, exposedUs] = [0, 0, 0];
  const { overlaps } = machine;
  const layers = workload.layers.map(({ name, forward, inputGradient, weightGradient }) => {
    const timeNs = (column: SimaiColumn) => simaiCollectiveNs(column, workload, machine);
    const [fw, ig, wg] = [timeNs(forward), timeNs(inputGradient), timeNs(weightGradient)];
    const computeNs = forward.computeNs + inputGradient.computeNs + weightGradient.computeNs;
    if (name !== "embedding_layer") bubbleUs += (fw + computeNs + ig) / 1000;
    const wide = weightGradient.group === "DP_EP" ? "DP_EP" : "DP";
    const near = forward.group === "EP" ? "EP" : "TP";
    const shown = {
      wg: exposed(wg, overlaps.DP),
      fw: exposed(fw, overlaps[near]),
      ig: exposed(ig, overlaps[near]),
    };
    sums[wide] += shown.wg / 1000;
    sums[near] += (shown.fw + shown.ig) / 1000;
    computeUs += computeNs / 1000;
    exposedUs += (shown.fw + shown.wg + shown.ig) / 1000;
    const exposedNs = shown.fw + shown.wg + shown.ig;
    return { name, computeNs, commNs: fw + ig + wg, exposedNs };
  });
  const { pipelineRanks, chunks, microBatches, pipelineBytes } = workload;
  bubbleUs *= (pipelineRanks - 1) / (microBatches * chunks);
  const sentNs = (pipelineBytes * (1 / 2 ** 30)) / overlaps.PP;
  const passes = 2 * chunks * microBatches;
  const pipelineUs = exposed(Math.trunc((passes * sentNs * 1e9) / 1000), overlaps.PP);
  const totalUs = computeUs + exposedUs + bubbleUs + pipelineUs;
  const microseconds = {
    ...{ "Expose DP comm": sums.DP, "Expose DP_EP comm": sums.DP_EP },
    ...{ "Expose TP comm": sums.TP, Expose_EP_comm: sums.EP, Expose_PP_comm: pipelineUs },
    ...{ "bubble time": bubbleUs, "total comp": computeUs },
    ...{ "total exposed comm": exposedUs, "Total time": totalUs },
  };
  return { microseconds, layers };
}
