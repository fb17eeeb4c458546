/**
 * `compare engines`: one collective or one table of messages through our engine and every rule of
 * another simulator that can express it. The rest say why they cannot.
 */
import { Refusal } from "../base/errors.ts";
import { bytes, fixed } from "../base/format.ts";
import type { Cluster } from "../records/cluster.ts";
import type { EngineComparison, EngineRow } from "../records/engines.ts";
import type { Graph } from "../records/graph.ts";
import { PACKET_DEFAULTS } from "../records/packet.ts";
import type { Collective } from "../records/schedule.ts";
import type { Messages } from "../records/traffic.ts";
import { collectiveProgram, collectiveTime } from "../network/collective-time.ts";
import { expandedProgram } from "../network/engine/expand.ts";
import { sceneGraph } from "../network/scene.ts";
import { runTraffic } from "../network/traffic.ts";
import { OTHER_ENGINES } from "./engine-rules.ts";

export interface EnginesAsked {
  readonly cluster: Cluster;
  readonly rankCount: number;
  readonly asked:
    | { readonly collective: Collective; readonly algorithm: string; readonly sizeBytes: number }
    | { readonly traffic: Messages; readonly name: string };
}

/** What all engines are asked. */
export interface EngineQuestion {
  readonly graph: Graph;
  readonly messages: Messages;
  readonly collective?: { readonly name: Collective; readonly sizeBytes: number };
}

/** Packets beyond this take minutes. */
const PACKETS_MOST = 4e6;

export function compareEngines({ cluster, rankCount, asked }: EnginesAsked): EngineComparison {
  const graph = sceneGraph(cluster, rankCount);
  const isCollective = "collective" in asked;
  const algorithm = isCollective ? algorithmOf(graph, asked) : "";
  const messages = isCollective
    ? expandedProgram(collectiveProgram(graph, { ...asked, algorithm }), "rendezvous")
    : asked.traffic;
  const question: EngineQuestion = {
    ...{ graph, messages },
    ...(isCollective ? { collective: { name: asked.collective, sizeBytes: asked.sizeBytes } } : {}),
  };
  const { flowS, closedS } = isCollective
    ? collectiveTimes(graph, { ...asked, algorithm })
    : messageTimes(question);
  const rows: EngineRow[] = [
    {
      engine: "flow",
      timeS: flowS,
      why:
        "ours: max-min shares of each link, with the time of endpoints and of starting a " +
        "collective, which none of the others know",
    },
    {
      ...{ engine: "closed", timeS: closedS },
      why: "ours: the longest chain or the busiest link, nothing in between",
    },
    packetRow(question),
    ...OTHER_ENGINES.map(({ engine, time, why }) => {
      const found = refusedOr(() => time(question));
      return typeof found === "number"
        ? { engine, timeS: found, why }
        : { engine, why: `cannot say it: ${found}` };
    }),
  ];
  return {
    kind: "engines",
    clusterId: cluster.id,
    rankCount,
    question: isCollective
      ? `${asked.collective} of ${bytes(asked.sizeBytes)} by ${algorithm}`
      : `${fixed(messages.source.length)} messages of ${asked.name}`,
    rows: rows.map((row) => (row.timeS === undefined ? row : { ...row, ratio: row.timeS / flowS })),
  };
}

interface OwnTimes {
  readonly flowS: number;
  readonly closedS: number;
}

function collectiveTimes(
  graph: Graph,
  asked: {
    readonly collective: Collective;
    readonly algorithm: string;
    readonly sizeBytes: number;
  },
): OwnTimes {
  const [flowS = 0, closedS = 0] = (["flow", "analytical"] as const).map((fidelity) => {
    const run = { fidelity, semantics: "rendezvous" as const };
    return collectiveTime(graph, { ...asked, run }).timeline.durationS;
  });
  return { flowS, closedS };
}

function messageTimes({ graph, messages }: EngineQuestion): OwnTimes {
  const { durationS, lowerBoundS } = runTraffic(graph, messages, { share: "equal" });
  return { flowS: durationS, closedS: lowerBoundS };
}

/** Rings where they run, as the others have them; else the fastest. */
function algorithmOf(
  graph: Graph,
  asked: {
    readonly collective: Collective;
    readonly algorithm: string;
    readonly sizeBytes: number;
  },
): string {
  if (asked.algorithm !== "auto") return asked.algorithm;
  const found = refusedOr(() => {
    collectiveProgram(graph, { ...asked, algorithm: "ring" });
    return 0;
  });
  return found === 0 ? "ring" : collectiveTime(graph, asked).algorithm;
}

function packetRow({ graph, messages, collective }: EngineQuestion): EngineRow {
  const engine = "packet";
  const { payloadMaxBytes } = PACKET_DEFAULTS;
  const count = messages.sizeBytes.reduce(
    (sum, size) => sum + Math.ceil(size / payloadMaxBytes),
    0,
  );
  if (count > PACKETS_MOST) {
    return { engine, why: `not run: ${fixed(count)} packets, more than ${fixed(PACKETS_MOST)}` };
  }
  const { durationS } = runTraffic(graph, messages, { share: "equal", packet: PACKET_DEFAULTS });
  return {
    // Software starts a collective once, whoever carries its messages.
    ...{ engine, timeS: durationS + (collective ? graph.collectiveStartS : 0) },
    why: "ours: 64 bytes of header on each 4,096, and every switch waits for a whole packet",
  };
}

function refusedOr(run: () => number | string): number | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return `${error.found}; expected ${error.expected}`;
    throw error;
  }
}
