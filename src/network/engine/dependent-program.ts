/**
 * Any program without barriers: every message an event, each waiting for what its sender
 * needs (`expand.ts`). The time is that of the last arrival; of it, what the chain of
 * messages that led there spent in latencies is waiting, the rest sending.
 */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, Sharing } from "../../records/schedule.ts";
import type { Messages, MessagesEnd } from "../../records/traffic.ts";
import { expandedProgram } from "./expand.ts";
import type { Dependency } from "./max-plus.ts";
import { runMessages } from "./messages.ts";

export interface DependentProgram {
  readonly durationS: number;
  readonly latencyS: number;
  /** The message that arrives last: its step, and its number in that step. */
  readonly stepId: number;
  readonly messageId: number;
  readonly linkBytes: Float64Array;
  readonly eventCount: number;
}

export function runDependentProgram(
  program: Program,
  graph: Graph,
  options: { readonly semantics: Dependency; readonly share?: Sharing; readonly verify?: boolean },
): DependentProgram {
  const messages = expandedProgram(program, options.semantics);
  const end = runMessages(messages, [{ startS: 0, graph }], options);
  let last = 0;
  end.finishS.forEach((seconds, m) => {
    if (seconds > end.finishS[last]!) last = m;
  });
  const { linkBytes, eventCount } = end;
  const durationS = at(end.finishS, last);
  const latencyS = Math.min(durationS, waitedS(messages, end, last));
  return { durationS, latencyS, ...placeOf(program, last), linkBytes, eventCount };
}

/** Latencies on the chain that ends with a message: each began when its last cause was over. */
function waitedS(messages: Messages, end: MessagesEnd, last: number): number {
  const { afterStart, after, behind } = messages;
  let waited = 0;
  for (let m = last; m !== -1;) {
    const begin = end.beginS[m]!;
    const before = behind?.[m] ?? -1;
    if (before !== -1 && end.finishS[before] === begin) {
      m = before;
      continue;
    }
    let cause = -1;
    for (let i = afterStart[m]!; i < afterStart[m + 1]!; i++) {
      if (cause === -1 || end.finishS[after[i]!]! > end.finishS[cause]!) cause = after[i]!;
    }
    waited += begin - (cause === -1 ? 0 : end.finishS[cause]!);
    m = cause;
  }
  return waited;
}

function placeOf({ steps }: Program, message: number): { stepId: number; messageId: number } {
  let left = message;
  for (const [stepId, { source, repeat }] of steps.entries()) {
    if (left < source.length * repeat) return { stepId, messageId: left % source.length };
    left -= source.length * repeat;
  }
  return { stepId: 0, messageId: 0 };
}
