/**
 * A sample of published runs with their wires run as messages on the flow engine, beside the
 * closed form: rings of the tensor-parallel groups, of the data-parallel groups inside nodes and
 * between them, all groups at once, on a fat tree that blocks nothing, with the NICs of the row.
 *
 *   kept share of a wire = closed form / engine, the slower phase of the data ring deciding
 *
 * The step is then taken again with the shares. It says how far the two tiers are apart.
 */
import { at } from "../../base/assert.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import type { Sourced } from "../../records/sourced.ts";
import { groupRing } from "../../network/group-ring.ts";
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import { groupBytesPerS } from "../../workload/dense/exposure.ts";
import { parameterCount } from "../../workload/dense/parameters.ts";
import type { DenseRun, FabricShares } from "../../workload/dense/types.ts";
import { Evaluator } from "../evaluator.ts";
import { relativeError } from "./errors.ts";
import type { Judged } from "./study.ts";
import { predictStepS } from "./predict-train.ts";

/** The shipped cluster whose switches and latencies stand for those of a row. */
export const ENGINE_CLUSTER = "h100-fat-tree-1to1";

const SAMPLE = 100;
/** Ports of switches large enough for any of the runs in two tiers. */
const RADIX = 4096;
const NODES_PER_LEAF = 4;

export interface EngineStep {
  readonly judged: Judged;
  readonly engineS: number;
  /** Engine against closed form. */
  readonly differenceShare: number;
  /** Engine against what was measured. */
  readonly errorShare: number;
}

/** Every n-th run on GPUs with a vote, in the order of the tables. */
export function sampleOf(judged: readonly Judged[]): readonly Judged[] {
  const voting = judged.filter(({ step: { kind, excluded } }) => {
    return excluded === "" && (kind === "dense" || kind === "experts");
  });
  if (voting.length <= SAMPLE) return voting;
  return Array.from({ length: SAMPLE }, (_, i) =>
    at(voting, Math.floor((i * voting.length) / SAMPLE)),
  );
}

export function engineStudy(judged: readonly Judged[], template: Cluster): EngineStep[] {
  const evaluator = new Evaluator();
  return sampleOf(judged).map((one) => {
    const { reading, measuredS } = one.step;
    const cluster = clusterOf(template, reading.run, reading.gpus);
    const { graph } = evaluator.network(cluster, reading.gpus);
    const fabric = engineShares(reading.run, graph, CONSTANTS);
    const engineS = predictStepS({ ...reading, run: { ...reading.run, fabric } });
    return {
      judged: one,
      engineS,
      differenceShare: relativeError(engineS, one.predictedS),
      errorShare: relativeError(engineS, measuredS),
    };
  });
}

/** The template with the domain, the ring and the NICs of a run. */
function clusterOf(template: Cluster, { part }: DenseRun, gpus: number): Cluster {
  const { node, fabric } = template;
  if (fabric.kind !== "fat-tree" || node.scaleUp === undefined) {
    throw new TypeError("the template is a fat tree of nodes");
  }
  let acceleratorCount = Math.min(part.domainRanks, gpus);
  while (gpus % acceleratorCount > 0) acceleratorCount -= 1;
  const rate = (known: Sourced, value: number): Sourced => ({ ...known, value });
  const nic = part.nicBytesPerS * CONSTANTS.nicShare;
  const ports = NODES_PER_LEAF * acceleratorCount;
  return {
    ...template,
    node: {
      ...node,
      acceleratorCount,
      scaleUp: {
        ...node.scaleUp,
        rateBytesPerS: rate(node.scaleUp.rateBytesPerS, part.ringBytesPerS),
      },
    },
    fabric: {
      ...{ ...fabric, portCount: ports * RADIX, portsPerLeaf: ports, uplinksPerLeaf: ports },
      spineRadix: RADIX * ports,
      link: { ...fabric.link, rateBytesPerS: rate(fabric.link.rateBytesPerS, nic) },
      uplink: { ...fabric.uplink, rateBytesPerS: rate(fabric.uplink.rateBytesPerS, nic) },
    },
  };
}

function engineShares(run: DenseRun, graph: Graph, c: DenseConstants): FabricShares {
  return {
    dataShare: dataShare(run, graph, c),
    expertShare: 1,
    tensorShare: tensorShare(run, graph, c),
  };
}

/** What the engine takes beyond the start and the steps that the closed form counts as well. */
function tensorShare({ model, layout, part }: DenseRun, graph: Graph, c: DenseConstants): number {
  const tp = layout.tensorRanks;
  if (tp === 1 || graph.ranksPerNode % tp > 0) return 1;
  const tokens = (layout.microBatch * layout.seqTokens) / layout.contextRanks;
  const bytes = Math.round(2 * tokens * model.hiddenSize);
  const { durationS } = groupRing(graph, { name: "", rankStep: 1, memberCount: tp }, bytes);
  const wireS = (((tp - 1) / tp) * bytes) / part.ringBytesPerS;
  const startS = c.ringStartS + (tp - 1) * c.ringStepS;
  return wireS / Math.max(durationS - startS, wireS / 2);
}

/** Inside nodes, then between them: chunks of one ring after the other fill both at once. */
function dataShare(run: DenseRun, graph: Graph, c: DenseConstants): number {
  const { model, layout, software } = run;
  const ranks = layout.replicas * layout.contextRanks;
  const { ranksPerNode, rankCount } = graph;
  const inside = Math.floor(ranksPerNode / layout.tensorRanks);
  const nodes = (ranks * layout.tensorRanks) / ranksPerNode;
  const isWhole = Number.isInteger(nodes) && inside * layout.tensorRanks === ranksPerNode;
  if (!isWhole || nodes < 2 || rankCount % (nodes * ranksPerNode) > 0) return 1;
  const layers = model.layers / layout.stages;
  const stage = parameterCount(model, { layers, expertRanks: layout.expertRanks });
  const each = layout.sharding.startsWith("fsdp") ? 2 / layers : software.gradientBytes;
  const bytes = Math.round((stage / layout.tensorRanks) * each);
  const between = { name: "", rankStep: ranksPerNode, memberCount: nodes };
  const farS = groupRing(graph, between, Math.round(bytes / inside)).durationS;
  const near = { name: "", rankStep: layout.tensorRanks, memberCount: inside };
  const nearS = inside < 2 ? 0 : groupRing(graph, near, bytes).durationS;
  const closedS = (((ranks - 1) / ranks) * bytes) / groupBytesPerS(run, ranks, c);
  return closedS / Math.max(nearS, farS);
}
