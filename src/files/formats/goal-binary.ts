/**
 * GOAL binary, as LogGOPSim's converter writes it: little-endian, packed, offsets counted from
 * behind the 8-byte magic number. Header, a table of each rank's start and end, then per rank its
 * roots, nodes of 39 bytes, and who waits for whom.
 */
import { at } from "../../base/assert.ts";
import type { GoalSchedule } from "../../records/goal.ts";
import { GOAL_ANY } from "../../records/goal.ts";
import { refuse } from "../issue.ts";
import { GoalBuilder } from "./goal-builder.ts";

const MAGIC = 4223n;
/** What a run that saves memory leaves behind: its counters are used up. */
const USED_MAGIC = 2342n;
const MAGIC_BYTES = 8;
const HEADER_BYTES = 14;
const NODE_BYTES = 39;
const ANY_UINT32 = 2 ** 32 - 1;

export function isGoalBinary(bytes: Uint8Array): boolean {
  if (bytes.length < MAGIC_BYTES) return false;
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return magic === MAGIC || magic === USED_MAGIC;
}

export function parseGoalBinary(bytes: Uint8Array, file: string): GoalSchedule {
  const complain = (found: string, expected: string): never =>
    refuse(
      { file, line: 0, column: 0, pointer: "" },
      { code: "not-goal", found, expected, nextStep: "convert the GOAL text anew" },
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) complain(`${bytes.length} bytes`, "a GOAL binary");
  if (view.getBigUint64(0, true) !== MAGIC) complain("used-up counters", "a fresh GOAL binary");
  const rankCount = view.getUint32(MAGIC_BYTES, true);
  const tableEnd = HEADER_BYTES + 16 * rankCount;
  if (rankCount === 0 || tableEnd > bytes.length) complain("a cut table of ranks", "a whole file");
  const builder = new GoalBuilder();
  let opBefore = 0;
  let expectedStart = tableEnd;
  for (let rank = 0; rank < rankCount; rank++) {
    const start = Number(view.getBigUint64(HEADER_BYTES + 16 * rank, true)) + MAGIC_BYTES;
    const end = Number(view.getBigUint64(HEADER_BYTES + 16 * rank + 8, true)) + MAGIC_BYTES;
    if (start !== expectedStart || end < start + 8 || end > bytes.length) {
      complain(`bytes ${start} to ${end} of rank ${rank}`, "ranks one behind the other");
    }
    builder.beginRank();
    const block = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    opBefore += readRank({ block, rank, rankCount, opBefore, builder, complain });
    expectedStart = end;
  }
  if (expectedStart !== bytes.length) complain("bytes behind the last rank", "the end of the file");
  return builder.schedule();
}

interface RankBlock {
  readonly block: DataView;
  readonly rank: number;
  readonly rankCount: number;
  readonly opBefore: number;
  readonly builder: GoalBuilder;
  readonly complain: (found: string, expected: string) => never;
}

/** The number of its ops. */
function readRank({ block, rank, rankCount, opBefore, builder, complain }: RankBlock): number {
  const nodeCount = block.getUint32(0, true);
  const nodesAt = 8 + 4 * block.getUint32(4, true);
  const appendixAt = nodesAt + NODE_BYTES * nodeCount;
  if (appendixAt > block.byteLength) complain(`a cut block of rank ${rank}`, "a whole block");
  const edges = (op: number, place: number, isStart: boolean): number => {
    const count = block.getUint32(place, true);
    const first = appendixAt + 4 * block.getUint32(place + 4, true);
    if (first + 4 * count > block.byteLength) complain("dependents outside", "a whole block");
    for (let i = 0; i < count; i++) {
      const waits = block.getUint32(first + 4 * i, true);
      if (waits >= nodeCount) complain(`dependent ${waits}`, `one below ${nodeCount}`);
      builder.wait(opBefore + waits, op, isStart);
    }
    return count;
  };
  const unmet = new Int32Array(nodeCount);
  for (let i = 0; i < nodeCount; i++) {
    const node = nodesAt + NODE_BYTES * i;
    const kind = block.getInt8(node + 4);
    if (kind < 1 || kind > 3) complain(`an operation of kind ${kind}`, "1, 2 or 3");
    const peer = signed(block.getUint32(node + 5, true));
    if (kind < 3 && peer >= rankCount) complain(`rank ${peer}`, `a rank below ${rankCount}`);
    const size = Number(block.getBigUint64(node + 9, true));
    if (!Number.isSafeInteger(size)) complain(`a size of ${size}`, "one below 2^53");
    const tag = signed(block.getUint32(node + 17, true));
    const [cpu, nic] = [block.getUint8(node + 21), block.getUint8(node + 22)];
    const op = builder.add({ kind, size, peer, tag, cpu, nic });
    unmet[i] = block.getUint32(node, true);
    edges(op, node + 23, false);
    edges(op, node + 31, true);
  }
  return nodeCount;
}

function signed(value: number): number {
  return value === ANY_UINT32 ? GOAL_ANY : value;
}

/** The same schedule as bytes. */
export function formatGoalBinary(schedule: GoalSchedule): Uint8Array {
  const { rankCount, firstOp, cpus, nics, finishDependents, startDependents } = schedule;
  const opCount = schedule.kinds.length;
  const unmet = new Int32Array(opCount);
  for (const op of finishDependents) unmet[op] = at(unmet, op) + 1;
  for (const op of startDependents) unmet[op] = at(unmet, op) + 1;
  const rootCount = unmet.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  const edgeCount = finishDependents.length + startDependents.length;
  const length =
    HEADER_BYTES + 24 * rankCount + 4 * rootCount + NODE_BYTES * opCount + 4 * edgeCount;
  const view = new DataView(new ArrayBuffer(length));
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(MAGIC_BYTES, rankCount, true);
  view.setUint8(12, most(cpus));
  view.setUint8(13, most(nics));
  let place = HEADER_BYTES + 16 * rankCount;
  for (let rank = 0; rank < rankCount; rank++) {
    const table = HEADER_BYTES + 16 * rank;
    view.setBigUint64(table, BigInt(place - MAGIC_BYTES), true);
    place = writeRank(view, place, schedule, unmet, at(firstOp, rank), at(firstOp, rank + 1));
    view.setBigUint64(table + 8, BigInt(place - MAGIC_BYTES), true);
  }
  return new Uint8Array(view.buffer);
}

/** Where the next rank begins. */
function writeRank(
  view: DataView,
  start: number,
  schedule: GoalSchedule,
  unmet: Int32Array,
  first: number,
  end: number,
): number {
  let place = start + 8;
  for (let op = first; op < end; op++) {
    if (unmet[op] !== 0) continue;
    view.setUint32(place, op - first, true);
    place += 4;
  }
  view.setUint32(start, end - first, true);
  view.setUint32(start + 4, (place - start - 8) / 4, true);
  const appendixAt = place + NODE_BYTES * (end - first);
  let edge = 0;
  for (let op = first; op < end; op++, place += NODE_BYTES) {
    view.setUint32(place, at(unmet, op), true);
    view.setInt8(place + 4, at(schedule.kinds, op));
    view.setUint32(place + 5, at(schedule.peers, op) >>> 0, true);
    view.setBigUint64(place + 9, BigInt(at(schedule.sizes, op)), true);
    view.setUint32(place + 17, at(schedule.tags, op) >>> 0, true);
    view.setUint8(place + 21, at(schedule.cpus, op));
    view.setUint8(place + 22, at(schedule.nics, op));
    const kinds = [
      [schedule.finishFirst, schedule.finishDependents, 23],
      [schedule.startFirst, schedule.startDependents, 31],
    ] as const;
    for (const [firsts, dependents, offset] of kinds) {
      const own = dependents.subarray(at(firsts, op), at(firsts, op + 1));
      view.setUint32(place + offset, own.length, true);
      view.setUint32(place + offset + 4, edge, true);
      for (const waits of own) view.setUint32(appendixAt + 4 * edge++, waits - first, true);
    }
  }
  return appendixAt + 4 * edge;
}

function most(values: Uint8Array): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), 0);
}
