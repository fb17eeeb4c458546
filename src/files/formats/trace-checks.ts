/**
 * What must hold between the ranks of a trace: the members of a group ask for the same
 * collectives in the same order, every message has two ends of one size, and sizes were recorded.
 */
import { at } from "../../base/assert.ts";
import type {
  ExecutionTrace,
  RankNodes,
  TraceGroup,
  TraceMessages,
} from "../../records/execution-trace.ts";
import { NODE, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import { listed, refuse, shown, wholeFile } from "../issue.ts";

/** A trace in which more of the collectives than this are empty was recorded without sizes. */
const EMPTY_SHARE_MOST = 0.01;
const BARRIER = TRACE_COLLECTIVES.indexOf("barrier");

/** As read, before anything is known to hold. */
export interface ReadTrace {
  readonly format: string;
  readonly ranks: readonly RankNodes[];
  /** Ranks of each named group; a group that is not here is all ranks. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
  readonly notes: readonly string[];
}

type PathOf = (rank: number) => string;

export function checkedTrace(read: ReadTrace, pathOf: PathOf): ExecutionTrace {
  const emptyCount = refuseEmpty(read, pathOf);
  refuseOutside(read, pathOf);
  const groups = groupsOf(read);
  for (const group of groups) refuseDisagreeing(read, group, pathOf);
  const messages = messagesOf(read);
  for (const ends of messages) refuseUnmatched(read, ends, pathOf);
  const empty = emptyCount === 0 ? [] : [`${emptyCount} collectives of no bytes`];
  const { format, ranks, notes } = read;
  return { format, ranks, groups, messages, notes: [...notes, ...empty] };
}

function refuseEmpty({ ranks }: ReadTrace, pathOf: PathOf): number {
  let all = 0;
  let empty = 0;
  let first = -1;
  ranks.forEach(({ kinds, bytes, partners }, rank) => {
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== NODE.collective || partners[i] === BARRIER) continue;
      all++;
      if (bytes[i]! > 0) continue;
      empty++;
      if (first === -1) first = rank;
    }
  });
  if (empty <= all * EMPTY_SHARE_MOST) return empty;
  return refuse(wholeFile(pathOf(first)), {
    code: "no-bytes",
    found: `${empty} of ${all} collectives with zero bytes`,
    expected: "collectives with their sizes: this is a gap in the recording, no fast network",
    nextStep: "record shapes and sizes, or leave out collectives that did not happen",
  });
}

function membersOf(trace: ReadTrace, name: string): readonly number[] {
  return trace.groups.get(name) ?? trace.ranks.map((_, rank) => rank);
}

/** Members and partners that the trace does not have; collectives of groups of others. */
function refuseOutside(trace: ReadTrace, pathOf: PathOf): void {
  const rankCount = trace.ranks.length;
  trace.ranks.forEach((nodes, rank) => {
    for (const name of nodes.groupNames) {
      const members = membersOf(trace, name);
      const isUnnamed = !trace.groups.has(name) && name !== "0";
      const isOutside = members.some((member) => member >= rankCount);
      if (!isUnnamed && !isOutside && members.includes(rank)) continue;
      refuse(wholeFile(pathOf(rank)), {
        code: "groups-disagree",
        found: isUnnamed
          ? `group ${shown(name)}, whose ranks are nowhere`
          : `group ${shown(name)} of ranks ${listed(members.map(String))}`,
        expected: `ranks below ${rankCount}, rank ${rank} among them`,
        nextStep: "give all files of the run, and --groups FILE where they do not name ranks",
      });
    }
    const { kinds, partners } = nodes;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== NODE.send && kinds[i] !== NODE.receive) continue;
      if (at(partners, i) < rankCount) continue;
      refuse(wholeFile(pathOf(rank)), {
        code: "unmatched-message",
        found: `node ${nodes.ids[i]}: a message with rank ${partners[i]} of ${rankCount}`,
        expected: "ranks of this trace",
        nextStep: "give all files of the run",
      });
    }
  });
}

function groupsOf(trace: ReadTrace): TraceGroup[] {
  const names = new Set(trace.ranks.flatMap(({ groupNames }) => groupNames));
  const places = trace.ranks.map(placesByMark);
  return [...names].map((name) => {
    const members = membersOf(trace, name);
    const own = members.map((rank) => {
      const mark = at(trace.ranks, rank).groupNames.indexOf(name);
      return at(places, rank)[mark] ?? new Int32Array(0);
    });
    return { name, members, places: own };
  });
}

/** Places of the collectives of each group, in the order of the file. */
function placesByMark({ groupNames, kinds, marks }: RankNodes): Int32Array[] {
  const counts = new Int32Array(groupNames.length);
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === NODE.collective) counts[marks[i]!]!++;
  }
  const places = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === NODE.collective) places[marks[i]!]![counts[marks[i]!]!++] = i;
  }
  return places;
}

function refuseDisagreeing({ ranks }: ReadTrace, group: TraceGroup, pathOf: PathOf): void {
  const { name, members, places } = group;
  const [first = 0] = members;
  const [lead, leadPlaces] = [at(ranks, first), at(places, 0)];
  for (const [m, rank] of members.entries()) {
    const [nodes, own] = [at(ranks, rank), at(places, m)];
    const count = Math.max(own.length, leadPlaces.length);
    for (let k = 0; k < count; k++) {
      const [a, b] = [own[k] ?? -1, leadPlaces[k] ?? -1];
      const isSame = nodes.partners[a] === lead.partners[b] && nodes.bytes[a] === lead.bytes[b];
      if (isSame && a !== -1 && b !== -1) continue;
      refuse(wholeFile(pathOf(rank)), {
        code: "groups-disagree",
        found: `${wordsOf(nodes, own[k])} as number ${k + 1} of group ${shown(name)}`,
        expected: `${wordsOf(lead, leadPlaces[k])}, as rank ${first} has it`,
        nextStep: "take the files of one run, and of the same steps",
      });
    }
  }
}

function wordsOf({ partners, bytes }: RankNodes, place: number | undefined): string {
  if (place === undefined) return "nothing";
  return `${TRACE_COLLECTIVES[at(partners, place)] ?? ""} of ${at(bytes, place)} bytes`;
}

/** By sender, receiver and tag: as many sends as receives, of the same sizes in their order. */
function refuseUnmatched({ ranks }: ReadTrace, ends: TraceMessages, pathOf: PathOf): void {
  const { sends, receives, source, target, tag } = ends;
  const count = Math.max(sends.length, receives.length);
  for (let k = 0; k < count; k++) {
    const [send, receive] = [sends[k], receives[k]];
    const sent = send === undefined ? undefined : at(ranks, source).bytes[send];
    const received = receive === undefined ? undefined : at(ranks, target).bytes[receive];
    if (sent === received) continue;
    const [rank, place] = send === undefined ? [target, receive] : [source, send];
    const size = (bytes: number | undefined) =>
      bytes === undefined ? "nothing" : `${bytes} bytes`;
    refuse(wholeFile(pathOf(rank)), {
      code: "unmatched-message",
      found:
        `node ${at(ranks, rank).ids[place ?? 0]}: from rank ${source} to rank ${target} with ` +
        `tag ${tag}, sent ${size(sent)}, received ${size(received)}`,
      expected: "a receive of the same size for every send",
      nextStep: "take the files of one run",
    });
  }
}

function messagesOf({ ranks }: ReadTrace): TraceMessages[] {
  const found = new Map<string, TraceMessages & { sends: number[]; receives: number[] }>();
  ranks.forEach(({ kinds, partners, marks }, rank) => {
    for (let i = 0; i < kinds.length; i++) {
      const isSend = kinds[i] === NODE.send;
      if (!isSend && kinds[i] !== NODE.receive) continue;
      const [source, target] = isSend ? [rank, at(partners, i)] : [at(partners, i), rank];
      const tag = at(marks, i);
      const key = `${source} ${target} ${tag}`;
      const ends = found.get(key) ?? { source, target, tag, sends: [], receives: [] };
      (isSend ? ends.sends : ends.receives).push(i);
      found.set(key, ends);
    }
  });
  return [...found.values()];
}
