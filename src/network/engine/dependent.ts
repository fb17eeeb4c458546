/**
 * Rings whose messages wait for each other instead of a barrier: in closed form where no link
 * binds, by events where one does (or where asked: `unfolded`). Others: `dependent-program.ts`.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, RunOptions } from "../../records/schedule.ts";
import { ringMakespan } from "./max-plus.ts";
import type { Dependency, Makespan } from "./max-plus.ts";
import type { CompiledStep } from "./step.ts";
import { runStreams } from "./streams.ts";

/** Events that one run may take: some ten minutes of them. */
const EVENTS_MOST = 1e9;

/** Whether it is one ring after the other on the same ranks (or nothing). */
export function isRing({ steps }: Program): boolean {
  const first = steps[0];
  if (first === undefined) return true;
  if (steps.some((step) => step.allPairsBytes !== undefined)) return false;
  const isOnePattern = steps.every(
    (step) =>
      step.source === first.source &&
      step.target === first.target &&
      step.messageBytes === first.messageBytes,
  );
  return isOnePattern && successors(first) !== undefined;
}

export interface Dependent extends Makespan {
  readonly eventCount: number;
}

/** The end of the last message; `memberId` is the message (by number) that decides it. */
export function runDependent(
  program: Program,
  compiled: CompiledStep,
  options: RunOptions & { readonly semantics: Dependency; readonly verify: boolean },
): Dependent {
  const step = at(program.steps, 0);
  const successor = successors(step);
  assert(successor !== undefined, "a ring's members send and receive one message each");
  const stepCount = program.steps.reduce((sum, { repeat }) => sum + repeat, 0);
  const isFree = options.unfolded !== true && compiled.pruned().contended === undefined;
  if (isFree)
    return {
      ...freeRings(compiled, step.messageBytes, { successor, stepCount, options }),
      eventCount: 0,
    };
  if (2 * stepCount * successor.length > EVENTS_MOST) throw tooLong(compiled.graph, options);
  const { endS, eventCount } = runStreams(
    {
      successor,
      stepCount,
      messageBytes: step.messageBytes,
      latencyS: compiled.latencyS,
      weight: compiled.weight,
      entryStart: compiled.entryStart,
      entryLink: compiled.entryLink,
      capacityBytesPerS: compiled.capacityBytesPerS,
    },
    options.semantics,
    options,
  );
  let member = 0;
  for (let m = 1; m < endS.length; m++) if (endS[m]! > endS[member]!) member = m;
  const durationS = at(endS, member);
  const waitedS = stepCount * at(compiled.latencyS, member);
  return { durationS, latencyS: Math.min(durationS, waitedS), memberId: member, eventCount };
}

/** Each ring of the pattern by itself; the longest counts. */
function freeRings(
  compiled: CompiledStep,
  messageBytes: Float64Array,
  run: {
    readonly successor: Int32Array;
    readonly stepCount: number;
    readonly options: { readonly semantics: Dependency };
  },
): Makespan {
  const { successor, stepCount, options } = run;
  const isSeen = new Uint8Array(successor.length);
  let longest: Makespan = { durationS: -1, latencyS: 0, memberId: 0 };
  for (let start = 0; start < successor.length; start++) {
    if (isSeen[start] === 1) continue;
    const members: number[] = [];
    for (let m = start; isSeen[m] === 0; m = successor[m]!) {
      isSeen[m] = 1;
      members.push(m);
    }
    const latencyS = Float64Array.from(members, (m) => compiled.latencyS[m]!);
    const transferS = Float64Array.from(members, (m) => messageBytes[m]! / compiled.bytesPerS[m]!);
    const found = ringMakespan({ latencyS, transferS, stepCount }, options.semantics);
    if (found.durationS > longest.durationS) {
      longest = { ...found, memberId: at(members, found.memberId) };
    }
  }
  return longest;
}

/** Message → the message that its target sends; undefined where the pattern is no ring. */
function successors(step: {
  readonly source: Int32Array;
  readonly target: Int32Array;
}): Int32Array | undefined {
  const { source, target } = step;
  const most = source.reduce((max, rank) => Math.max(max, rank), 0);
  const sentBy = new Int32Array(most + 1).fill(-1);
  for (let m = 0; m < source.length; m++) {
    if (sentBy[source[m]!] !== -1) return undefined;
    sentBy[source[m]!] = m;
  }
  const isMet = new Uint8Array(source.length);
  const successor = new Int32Array(source.length);
  for (let m = 0; m < source.length; m++) {
    const next = target[m]! <= most ? sentBy[target[m]!]! : -1;
    if (next === -1 || isMet[next] === 1) return undefined;
    isMet[next] = 1;
    successor[m] = next;
  }
  return successor;
}

function tooLong(graph: Graph, options: { readonly semantics: string }): Refusal {
  return new Refusal({
    code: "too-many-events",
    pointer: "",
    found: `a ring of ${graph.rankCount} ranks that share links, in ${options.semantics} semantics`,
    expected: `at most ${EVENTS_MOST} events: there every message is simulated`,
    nextStep: "take --semantics barrier, which solves each step once, or fewer ranks",
  });
}
