/** `traffic`: when does each message arrive, which links are busy, how much do jobs suffer? */
import { assert, at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { bytes, duration, fixed, percent } from "../base/format.ts";
import { expandedProgram } from "../network/engine/expand.ts";
import { placedJobs } from "../network/jobs.ts";
import type { PlacedJob } from "../network/jobs.ts";
import { sceneGraph } from "../network/scene.ts";
import type { SceneChoices } from "../network/scene.ts";
import { joinedMessages, runTraffic } from "../network/traffic.ts";
import type { TrafficRun } from "../network/traffic.ts";
import { patternTraffic } from "../network/traffic-patterns.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { PacketOptions } from "../records/packet.ts";
import type { OnProgress, Semantics, Sharing } from "../records/schedule.ts";
import type {
  Failure,
  JobAsked,
  JobRow,
  Pattern,
  Traffic,
  TrafficResult,
  TrafficRow,
} from "../records/traffic.ts";

export interface TrafficAsked extends SceneChoices {
  readonly cluster: Cluster;
  readonly rankCount: number;
  /** Messages of a file, and others by a rule, of `sizeBytes` each. */
  readonly traffic?: Traffic;
  readonly pattern?: Pattern;
  readonly sizeBytes?: number;
  readonly jobs: readonly JobAsked[];
  readonly share: Sharing;
  readonly semantics: Semantics;
  /** Cables and boxes that go down in mid-run. */
  readonly failures: readonly Failure[];
  /** Packet by packet, instead of flow by flow. */
  readonly packet?: PacketOptions;
  readonly onProgress?: OnProgress;
}

export function answerTraffic(asked: TrafficAsked): TrafficResult {
  const { cluster, rankCount, share, semantics, failures } = asked;
  const traffic = messagesOf(asked);
  const { packet } = asked;
  const graph = packetScene(asked);
  const jobs = placedJobs(cluster, graph, asked.jobs, { share });
  const lists = jobs.map((job) => expandedProgram(job.program, semantics, job.asked.startS));
  const run = runTraffic(graph, joinedMessages([traffic, ...lists]), {
    ...{ share, failures },
    ...(asked.onProgress === undefined ? {} : { onProgress: asked.onProgress }),
    ...(packet === undefined ? {} : { packet: sprayedPacket(asked, packet) }),
  });
  let first = traffic.ids.length;
  const rows = jobs.map((job, i): JobRow => {
    const count = at(lists, i).source.length;
    const finishS = run.end.finishS
      .subarray(first, first + count)
      .reduce((last, seconds) => Math.max(last, seconds), job.asked.startS);
    first += count;
    return jobRow(job, finishS, aloneS(graph, job, { share, semantics }));
  });
  assert(first === run.end.finishS.length, "every message belongs to somebody");
  return {
    kind: "traffic",
    clusterId: cluster.id,
    rankCount,
    share,
    sentence: sentenceOf(asked, traffic, run),
    durationS: run.durationS,
    lowerBoundS: run.lowerBoundS,
    eventCount: run.end.eventCount,
    detourCount: run.end.detourCount,
    ...(run.packets === undefined ? {} : { packets: run.packets }),
    rows: traffic.ids.map((id, m) => rowOf(id, m, traffic, run)),
    jobs: rows,
    links: run.links,
  };
}

/** Sprayed packets pick one of the tree's own ways; sprayed flows take a bundle of all. */
function packetScene({ cluster, rankCount, packet, ...choices }: TrafficAsked): Graph {
  const isPlain = packet !== undefined && choices.routing?.kind === "spray";
  const { failed = [] } = choices;
  return sceneGraph(cluster, rankCount, isPlain ? { failed } : choices);
}

function sprayedPacket({ routing, share, failures }: TrafficAsked, packet: PacketOptions) {
  if (share !== "equal" || failures.length > 0) {
    throw new Refusal({
      code: "not-simulated",
      pointer: "",
      found: failures.length > 0 ? "links that fail in mid-run, by packets" : "--share, by packets",
      expected: "equal shares and links that are down from the start or never",
      nextStep: "take --fidelity flow for these",
    });
  }
  return { ...packet, isSprayed: routing?.kind === "spray" };
}

/** From the file and by the rule, together. */
function messagesOf({ traffic, pattern, rankCount, sizeBytes }: TrafficAsked): Traffic {
  const made =
    pattern === undefined ? [] : [patternTraffic(pattern, rankCount, sizeBytes ?? 2 ** 20)];
  const all = [...(traffic === undefined ? [] : [traffic]), ...made];
  return { ids: all.flatMap(({ ids }) => ids), ...joinedMessages(all) };
}

/** The same job on the same nodes, with the cluster to itself. */
function aloneS(
  graph: Graph,
  job: PlacedJob,
  options: { readonly share: Sharing; readonly semantics: Semantics },
): number {
  const messages = expandedProgram(job.program, options.semantics);
  return messages.source.length === 0 ? 0 : runTraffic(graph, messages, options).durationS;
}

function jobRow({ asked, program }: PlacedJob, finishS: number, alone: number): JobRow {
  const { collective, rankCount, sizeBytes, startS, placement } = asked;
  const durationS = finishS - startS;
  const seed = placement.kind === "fragmented" ? ` ${placement.seed}` : "";
  return {
    name: `${collective} of ${rankCount} ranks, ${placement.kind}${seed}`,
    ...{ collective, algorithm: program.algorithm, rankCount, sizeBytes, startS, finishS },
    durationS,
    aloneS: alone,
    slowdown: alone === 0 ? 1 : durationS / alone,
  };
}

function rowOf(id: string, m: number, traffic: Traffic, { end }: TrafficRun): TrafficRow {
  return {
    id,
    source: at(traffic.source, m),
    target: at(traffic.target, m),
    sizeBytes: at(traffic.sizeBytes, m),
    beginS: at(end.beginS, m),
    finishS: at(end.finishS, m),
  };
}

function sentenceOf({ cluster, jobs }: TrafficAsked, traffic: Traffic, run: TrafficRun): string {
  const sent = traffic.sizeBytes.reduce((sum, size) => sum + size, 0);
  const busiest = run.links[0];
  const where =
    busiest === undefined
      ? "no link carries anything"
      : `${busiest.id} is the busiest link, ${percent(busiest.utilization, 0)} busy`;
  const collectives = jobs.length === 0 ? "" : ` and ${fixed(jobs.length)} collectives`;
  return (
    `${fixed(traffic.ids.length)} messages of ${bytes(sent)} in all${collectives} on ` +
    `${cluster.name} are through after ${duration(run.durationS)}; ${where}.`
  );
}
