/** Schedules, collectives and messages timed by another simulator's rules, marked as such. */
import { fixed } from "../base/format.ts";
import type { AstraCollective, AstraMessage, AstraNetwork, AstraSystem } from "../records/astra.ts";
import type { GoalSchedule } from "../records/goal.ts";
import { astraCollectiveNs } from "../network/compat/astra-collective.ts";
import type { AstraBackend } from "../network/compat/astra-message.ts";
import { rankMessageNs, refuseDimensions } from "../network/compat/astra-message.ts";
import { stormArrivalsNs } from "../network/compat/astra-storm.ts";
import type { LogGops } from "../network/compat/loggops.ts";
import { DEFAULT_LOGGOPS, loggopsFinishNs } from "../network/compat/loggops.ts";

export interface Replayed {
  readonly compat: string;
  readonly totalNs: number;
  /** For the terminal. */
  readonly words: readonly string[];
}

export interface GoalReplayed extends Replayed {
  readonly rankCount: number;
  readonly opCount: number;
  readonly parameters: LogGops;
  /** When each rank's last processor is free. */
  readonly finishNs: readonly number[];
}

/** Above so many ranks the words name the last one only, as the program does. */
const MOST_LISTED = 16;

export function replayGoal(schedule: GoalSchedule, given: Partial<LogGops>): GoalReplayed {
  const parameters = { ...DEFAULT_LOGGOPS, ...given };
  const finishNs = [...loggopsFinishNs(schedule, parameters)];
  const totalNs = finishNs.reduce((most, time) => Math.max(most, time), 0);
  const { rankCount, kinds } = schedule;
  const opCount = kinds.length;
  const each = finishNs.map((time, rank) => `  rank ${rank}: ${fixed(time)} ns`);
  const words = [
    `${fixed(rankCount)} ranks, ${fixed(opCount)} operations, by LogGOPSim's rules`,
    ...(rankCount <= MOST_LISTED ? each : []),
    `the last is rank ${finishNs.indexOf(totalNs)} at ${fixed(totalNs)} ns`,
    "Links are never shared in that model, and bandwidth is paid by the receiver's processor.",
  ];
  return { compat: "loggops", totalNs, rankCount, opCount, parameters, finishNs, words };
}

export interface AstraReplayed extends Replayed {
  readonly sizeBytes: number;
  readonly chunkCount: number;
  readonly chunkNs: number;
}

export interface AstraFiles {
  readonly network: AstraNetwork;
  readonly system: AstraSystem;
}

export function replayAstraCollective(
  compat: AstraBackend,
  { network, system }: AstraFiles,
  what: {
    readonly collective: AstraCollective;
    readonly bytes: number;
    readonly queueCount?: number | undefined;
  },
): AstraReplayed {
  const { chunkCount, chunkNs, totalNs } = astraCollectiveNs(compat, network, system, what);
  const { bytes: sizeBytes, collective, queueCount = 1 } = what;
  const isTwoWay = system.isBandwidthAware && collective === "all-reduce";
  const words = [
    `${collective} of ${fixed(sizeBytes)} bytes a rank, by ASTRA-sim's rules (${compat})`,
    `${fixed(chunkCount)} chunks of ${fixed(chunkNs)} ns each: ${fixed(totalNs)} ns`,
    ...(network.dimensions.length === 1 && system.activeChunkCount === 1
      ? []
      : ["Several dimensions or chunks at once: by the program's rules, held against no output."]),
    ...(isTwoWay && queueCount === 1 && network.dimensions.length > 1 && chunkCount > 1
      ? ["With one queue a dimension the program reads past its list here: see --queues 2."]
      : []),
    "A gigabyte of bandwidth is 2^30 bytes there, and 10^9 for the memory.",
  ];
  return { compat, totalNs, sizeBytes, chunkCount, chunkNs, words };
}

export interface StormReplayed extends Replayed {
  readonly arrivalsNs: readonly number[];
}

/** All messages start at once; the backend that is unaware of congestion times each alone. */
export function replayAstraMessages(
  compat: AstraBackend,
  network: AstraNetwork,
  messages: readonly AstraMessage[],
): StormReplayed {
  const alone = messages.map(({ fromRank, toRank, sizeBytes }) =>
    rankMessageNs(compat, network, fromRank, toRank, sizeBytes),
  );
  const arrivalsNs =
    compat === "astra-aware"
      ? stormArrivalsNs(refuseDimensions(compat, network.dimensions), messages)
      : alone;
  const totalNs = arrivalsNs.reduce((most, time) => Math.max(most, time), 0);
  const words = [
    `${fixed(messages.length)} messages at once, by ASTRA-sim's rules (${compat})`,
    ...messages.map(({ fromRank, toRank, sizeBytes }, i) => {
      const time = fixed(arrivalsNs[i] ?? 0);
      return `  ${fromRank} to ${toRank}, ${fixed(sizeBytes)} bytes: ${time} ns`;
    }),
    `the last arrives at ${fixed(totalNs)} ns`,
  ];
  return { compat, totalNs, arrivalsNs, words };
}
