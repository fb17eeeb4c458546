/** What an importer read of an execution trace, in numbers: the totals that must not change. */
import { at } from "../../base/assert.ts";
import { bytes as bytesWords, duration, fixed } from "../../base/format.ts";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import { NODE, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";

export interface ExecutionSummary {
  readonly format: string;
  readonly rankCount: number;
  readonly nodeCount: number;
  readonly dependencyCount: number;
  readonly computeCount: number;
  readonly recordedComputeS: number;
  readonly computeFlop: number;
  readonly computeBytes: number;
  readonly messageCount: number;
  readonly messageBytes: number;
  readonly groups: readonly GroupSummary[];
  /** Of all that was read, in its order: another file gives another one. */
  readonly fingerprint: string;
  readonly notes: readonly string[];
}

export interface GroupSummary {
  readonly name: string;
  readonly rankCount: number;
  readonly collective: string;
  /** Calls of the group, not of each member. */
  readonly callCount: number;
  /** As the tool counts them. */
  readonly calledBytes: number;
}

export function executionSummary(trace: ExecutionTrace): ExecutionSummary {
  const { format, ranks, messages, notes } = trace;
  const sums = {
    ...{ nodeCount: 0, dependencyCount: 0, computeCount: 0, recordedComputeS: 0 },
    ...{ computeFlop: 0, computeBytes: 0, messageCount: 0, messageBytes: 0 },
  };
  for (const { nodeCount, waits, kinds, durationS, flop, bytes } of ranks) {
    sums.nodeCount += nodeCount;
    sums.dependencyCount += waits.length;
    for (let i = 0; i < nodeCount; i++) {
      if (kinds[i] !== NODE.compute && kinds[i] !== NODE.memory) continue;
      sums.computeCount++;
      sums.recordedComputeS += durationS[i]! || 0;
      sums.computeFlop += flop[i]! || 0;
      sums.computeBytes += bytes[i]! || 0;
    }
  }
  for (const { source, sends } of messages) {
    sums.messageCount += sends.length;
    for (const place of sends) sums.messageBytes += at(ranks, source).bytes[place]!;
  }
  const rankCount = ranks.length;
  return { format, rankCount, ...sums, groups: groupsOf(trace), fingerprint: print(trace), notes };
}

function groupsOf({ ranks, groups }: ExecutionTrace): GroupSummary[] {
  return groups.flatMap(({ name, members, places }) => {
    const { partners, bytes } = at(ranks, members[0] ?? 0);
    const rows = new Map<string, { callCount: number; calledBytes: number }>();
    for (const place of at(places, 0)) {
      const collective = at(TRACE_COLLECTIVES, at(partners, place));
      const row = rows.get(collective) ?? { callCount: 0, calledBytes: 0 };
      row.callCount++;
      row.calledBytes += at(bytes, place);
      rows.set(collective, row);
    }
    return [...rows].map(([collective, row]) => {
      return { name, rankCount: members.length, collective, ...row };
    });
  });
}

/** FNV-1a over the bytes of all columns. */
function print({ ranks, groups }: ExecutionTrace): string {
  let hash = 0x811c9dc5;
  const add = (column: Float64Array | Int32Array | Uint8Array): void => {
    const raw = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    for (const byte of raw) hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const rank of ranks) {
    for (const column of [rank.ids, rank.kinds, rank.durationS, rank.flop, rank.bytes]) add(column);
    for (const column of [rank.partners, rank.marks, rank.waitStart, rank.waits]) add(column);
  }
  for (const { name, members } of groups) {
    add(new TextEncoder().encode(name));
    add(Int32Array.from(members));
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

export function summaryLines(summary: ExecutionSummary): string[] {
  const { rankCount, nodeCount, dependencyCount, groups, notes } = summary;
  const work = [
    counted(summary.computeCount, "compute node"),
    ...(summary.recordedComputeS > 0 ? [`${duration(summary.recordedComputeS)} recorded`] : []),
    ...(summary.computeFlop > 0 ? [`${fixed(summary.computeFlop / 1e12, 3)} Tflop`] : []),
    ...(summary.computeBytes > 0 ? [`${bytesWords(summary.computeBytes)} touched`] : []),
  ];
  return [
    `${summary.format}: ${counted(rankCount, "rank")}, ${counted(nodeCount, "node")}, ` +
      counted(dependencyCount, "dependency", "dependencies"),
    work.join(", "),
    ...groups.map(
      ({ name, rankCount: members, collective, callCount, calledBytes }) =>
        `group ${name} of ${counted(members, "rank")}: ${fixed(callCount)} × ${collective}, ` +
        bytesWords(calledBytes),
    ),
    ...(summary.messageCount === 0
      ? []
      : [`${counted(summary.messageCount, "message")}, ${bytesWords(summary.messageBytes)}`]),
    `fingerprint ${summary.fingerprint}`,
    ...notes.map((note) => `note: ${note}`),
  ];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${fixed(count)} ${count === 1 ? one : many}`;
}
