/** One step between two barriers: the message that arrives last, and the bytes on links. */
import { assert } from "../../base/assert.ts";
import type { RunOptions, Step } from "../../records/schedule.ts";
import { assertLinksKeepUp } from "./guards.ts";
import { plainBatch } from "./step.ts";
import type { CompiledStep } from "./step.ts";

/** A step solved once: its last message, how that spends its time, and bytes by link. */
export interface Solved {
  readonly compiled: CompiledStep;
  readonly messageId: number;
  readonly latencyS: number;
  readonly transferS: number;
  readonly bytes: Float64Array;
  readonly eventCount: number;
}

interface Last {
  readonly messageId: number;
  readonly arrivalS: number;
  readonly eventCount: number;
}

export function solveStep(
  compiled: CompiledStep,
  step: Pick<Step, "messageBytes" | "repeat">,
  options: Pick<RunOptions, "unfolded" | "onProgress"> & { readonly verify?: boolean },
): Solved {
  const { messageBytes } = step;
  const { latencyS } = compiled;
  assert(messageBytes.length === latencyS.length && messageBytes.length > 0, "one size a message");
  const { verify = false, unfolded = false } = options;
  const last = unfolded
    ? plainly(compiled, step, options)
    : briefly(compiled, messageBytes, verify);
  const waitedS = latencyS[last.messageId]!;
  const bytes = bytesOnLinks(compiled, messageBytes);
  assertLinksKeepUp(compiled.graph, compiled.links, { bytes, stepS: last.arrivalS });
  return {
    compiled,
    messageId: last.messageId,
    latencyS: waitedS,
    transferS: Math.max(0, last.arrivalS - waitedS),
    bytes,
    eventCount: last.eventCount,
  };
}

/** Free messages by formula, the others by events; the first of equals stands for all. */
function briefly(compiled: CompiledStep, messageBytes: Float64Array, verify: boolean): Last {
  const { latencyS, bytesPerS } = compiled;
  const { isContended, contended } = compiled.pruned();
  let messageId = -1;
  let arrivalS = -1;
  for (let m = 0; m < messageBytes.length; m++) {
    assert(messageBytes[m]! >= 0, "a message has no negative size");
    if (isContended[m] === 1) continue;
    const durationS = latencyS[m]! + messageBytes[m]! / bytesPerS[m]!;
    if (durationS <= arrivalS) continue;
    arrivalS = durationS;
    messageId = m;
  }
  if (contended === undefined) return { messageId, arrivalS, eventCount: 0 };
  contended.run(messageBytes, verify);
  // A tick is 2^-40 of the longest transfer: a tiny message may arrive one too early.
  const slackS = contended.arrivalS.reduce((most, one) => Math.max(most, one), 0) * 1e-11;
  for (let flow = 0; flow < contended.messages.length; flow++) {
    const durationS = contended.arrivalS[flow]!;
    const m = contended.messages[flow]!;
    const aloneS = latencyS[m]! + messageBytes[m]! / bytesPerS[m]!;
    assert(
      durationS + slackS >= aloneS * (1 - 1e-9),
      "no message beats the time that it takes alone",
    );
    if (durationS <= arrivalS) continue;
    arrivalS = durationS;
    messageId = m;
  }
  return { messageId, arrivalS, eventCount: contended.eventCount };
}

/** Every message of every repetition by events; all repetitions must end alike. */
function plainly(
  compiled: CompiledStep,
  { messageBytes, repeat }: Pick<Step, "messageBytes" | "repeat">,
  { verify = false, onProgress }: Pick<RunOptions, "onProgress"> & { readonly verify?: boolean },
): Last {
  const batch = plainBatch(compiled);
  let eventCount = 0;
  let last: Last = { messageId: 0, arrivalS: -1, eventCount };
  for (let k = 0; k < repeat; k++) {
    batch.runPlain(messageBytes, verify);
    eventCount += batch.eventCount;
    onProgress?.(eventCount, 2 * repeat * messageBytes.length);
    let messageId = 0;
    for (let m = 1; m < messageBytes.length; m++) {
      if (batch.arrivalS[m]! > batch.arrivalS[messageId]!) messageId = m;
    }
    const arrivalS = batch.arrivalS[messageId]!;
    assert(k === 0 || arrivalS === last.arrivalS, "a repeated step takes the same time");
    last = { messageId, arrivalS, eventCount };
  }
  return last;
}

export function bytesOnLinks(compiled: CompiledStep, messageBytes: Float64Array): Float64Array {
  const { entryStart, entryLink, links } = compiled;
  const bytes = new Float64Array(links.length);
  for (let m = 0; m < messageBytes.length; m++) {
    const size = messageBytes[m]!;
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) bytes[entryLink[e]!]! += size;
  }
  return bytes;
}
