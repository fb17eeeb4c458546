/** The other simulators of `compare engines`: a time, or why the question has no words there. */
import { at } from "../base/assert.ts";
import { CALCULON_OPS } from "../records/calculon.ts";
import type { CalculonOp } from "../records/calculon.ts";
import { astraCollectiveNs } from "../network/compat/astra-collective.ts";
import type { AstraBackend } from "../network/compat/astra-message.ts";
import { rankMessageNs } from "../network/compat/astra-message.ts";
import { stormArrivalsNs } from "../network/compat/astra-storm.ts";
import { loggopsFinishNs } from "../network/compat/loggops.ts";
import { messagesAsGoal } from "../network/compat/messages-as-goal.ts";
import {
  ASTRA_BARE,
  ASTRA_COLLECTIVES,
  SIMAI_OPS,
  astraDimension,
  farthest,
  simgridLinks,
  simgridMessages,
  wayOf,
} from "../network/compat/same-question.ts";
import { simaiCollectiveNs } from "../network/compat/simai.ts";
import type { SimgridModel } from "../network/compat/simgrid.ts";
import { SIMGRID_MODELS, simgridArrivalsS } from "../network/compat/simgrid.ts";
import { networkS } from "../workload/calculon/machine.ts";
import type { EngineQuestion } from "./engines.ts";

interface OtherEngine {
  readonly engine: string;
  readonly time: (question: EngineQuestion) => number | string;
  readonly why: string;
}

/** Messages above this make the others, which know no symmetry, take minutes. */
const MESSAGES_MOST = 10_000;

export const OTHER_ENGINES: readonly OtherEngine[] = [
  {
    engine: "loggops",
    time: loggopsS,
    why:
      "no link is shared, and bytes are paid by the receiver's processor after the first is " +
      "there: an incast queues, crossing ways do not; one latency and rate, of the farthest pair",
  },
  {
    engine: "astra-unaware",
    time: (question) => astraS("astra-unaware", question),
    why: "2^30 bytes in a gigabyte (7.4 % faster than 10^9), no link is shared, whole nanoseconds",
  },
  {
    engine: "astra-aware",
    time: (question) => astraS("astra-aware", question),
    why: "2^30 too, and store-and-forward: each hop waits for the whole message",
  },
  {
    engine: "simgrid-cm02",
    time: (question) => simgridS("simgrid-cm02", question),
    why: "max-min too; 5 % of each flow on the way back, and TCP's window of 4 MiB a round trip",
  },
  {
    engine: "simgrid-lv08",
    time: (question) => simgridS("simgrid-lv08", question),
    why: "the same with TCP's slow start: latencies 13.01 times, rates 0.97",
  },
  {
    engine: "simai-analytical",
    time: simaiS,
    why: "no latency; 2^30; fixed times below a mebibyte; all NICs of a server at once, by tables",
  },
  {
    engine: "calculon",
    time: calculonS,
    why: "one latency a collective, however many steps; its bytes over the slowest link",
  },
];

function loggopsS({ graph, messages }: EngineQuestion): number | string {
  const goal = messagesAsGoal(messages, graph.rankCount);
  if (goal === undefined) return "a message waits for one between other ranks";
  const { latencyS, leastBytesPerS } = farthest(graph);
  const finishNs = loggopsFinishNs(goal, {
    ...{ latencyNs: latencyS * 1e9, overheadNs: 0, overheadNsPerByte: 0, gapNs: 0 },
    ...{ gapNsPerByte: 1e9 / leastBytesPerS, eagerBytes: 1e15 },
  });
  return finishNs.reduce((most, ns) => Math.max(most, ns), 0) / 1e9;
}

function astraS(backend: AstraBackend, { graph, messages, collective }: EngineQuestion) {
  const dimension = astraDimension(graph);
  if (dimension === undefined) return "the fabric is no ring, switch or full mesh of equal links";
  if (collective === undefined) {
    const { source, target, sizeBytes, startS, after } = messages;
    if (after.length > 0 || startS.some((s) => s > 0)) return "messages there all start at once";
    if (source.length > MESSAGES_MOST) return `more than ${MESSAGES_MOST} messages`;
    const all = Array.from(source, (fromRank, m) => ({
      ...{ fromRank, toRank: at(target, m), sizeBytes: Math.round(at(sizeBytes, m)) },
    }));
    const network = { dimensions: [dimension] };
    const alone = () =>
      all.map((one) => rankMessageNs(backend, network, one.fromRank, one.toRank, one.sizeBytes));
    const times = backend === "astra-aware" ? stormArrivalsNs(dimension, all) : alone();
    return Math.max(...times) / 1e9;
  }
  const name = ASTRA_COLLECTIVES.find((one) => one === collective.name);
  if (name === undefined) return `it has no ${collective.name}`;
  // A gather there is told by one rank's part.
  const part = name === "all-gather" ? graph.rankCount : 1;
  const asked = { collective: name, bytes: Math.round(collective.sizeBytes / part) };
  return astraCollectiveNs(backend, { dimensions: [dimension] }, ASTRA_BARE, asked).totalNs / 1e9;
}

function simgridS(model: SimgridModel, { graph, messages }: EngineQuestion): number | string {
  const all = simgridMessages(messages);
  if (all === undefined) return "the program has gates between steps";
  if (all.length > MESSAGES_MOST) return `more than ${MESSAGES_MOST} messages`;
  const ways = new Map<number, readonly number[]>();
  const route = (source: number, target: number): readonly number[] => {
    const key = source * graph.rankCount + target;
    const links = ways.get(key) ?? wayOf(graph, source, target).links;
    ways.set(key, links);
    return links;
  };
  const platform = { links: simgridLinks(graph), route };
  return Math.max(...simgridArrivalsS(platform, all, SIMGRID_MODELS[model]));
}

function simaiS({ graph, collective }: EngineQuestion): number | string {
  const op = collective && SIMAI_OPS[collective.name];
  if (op === undefined) return "only all-reduce, reduce-scatter, all-gather and all-to-all";
  const { rankCount, ranksPerNode } = graph;
  if (rankCount > ranksPerNode && rankCount % ranksPerNode !== 0) return "servers are not full";
  const inside = ranksPerNode > 1 ? wayOf(graph, 0, 1) : farthest(graph);
  const machine = {
    ...{ rankCount, ranksPerServer: ranksPerNode, nicsPerServer: ranksPerNode },
    nvlinkGibPerS: inside.leastBytesPerS / 1e9,
    nicGibPerS: farthest(graph).leastBytesPerS / 1e9,
    overlaps: { TP: 0, EP: 0, DP: 0, PP: 1 },
  };
  const degrees = { tensorRanks: rankCount, expertRanks: 1, pipelineRanks: 1 };
  const { sizeBytes = 0 } = collective ?? {};
  const column = { computeNs: 0, op, group: "TP" as const, sizeBytes: Math.round(sizeBytes) };
  return simaiCollectiveNs(column, degrees, machine) / 1e9;
}

function calculonS({ graph, collective }: EngineQuestion): number | string {
  const word = collective?.name.replaceAll("-", "_");
  const op = CALCULON_OPS.find((one) => one === word);
  if (collective === undefined || op === undefined) {
    return "only all-reduce, reduce-scatter and all-gather, as parts of a step";
  }
  const { latencyS, leastBytesPerS } = farthest(graph);
  const ops: Readonly<Record<CalculonOp, readonly [number, number]>> = {
    ...{ p2p: [1, 0], all_reduce: [2, -1], reduce_scatter: [1, -1], all_gather: [1, -1] },
  };
  const network = {
    ...{ peakBytesPerS: leastBytesPerS, efficiency: 1, rankCount: graph.rankCount, latencyS, ops },
    ...{ isToBeFilled: false, processorShare: 0 },
  };
  return networkS(network, op, { bytes: collective.sizeBytes, rankCount: graph.rankCount });
}
