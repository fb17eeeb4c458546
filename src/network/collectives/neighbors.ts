/**
 * Send and receive, as nccl-tests' sendrecv: every rank sends its whole buffer to the next
 * one; and the barrier by dissemination: in step k rank i tells rank i + 2^k, so that after
 * ⌈log₂ n⌉ steps without any bytes everybody has heard of everybody.
 * Source: Hensgen, Finkel & Manber 1988, "Two algorithms for barrier synchronization",
 * International Journal of Parallel Programming 17(1).
 *
 *     sendrecv: T = a + S/B,  barrier: T = ⌈log₂ n⌉·a
 */
import type { Program, Step } from "../../records/schedule.ts";

export function sendReceive(rankCount: number, sizeBytes: number): Program {
  const step = shift(rankCount, 1, sizeBytes);
  const steps = rankCount === 1 ? [] : [{ ...step, name: "to the next rank" }];
  return { collective: "send-receive", algorithm: "direct", rankCount, sizeBytes, steps };
}

export function dissemination(rankCount: number): Program {
  const steps: Step[] = [];
  for (let distance = 1; distance < rankCount; distance *= 2) {
    steps.push(shift(rankCount, distance, 0));
  }
  const head = { collective: "barrier", algorithm: "dissemination" } as const;
  return { ...head, rankCount, sizeBytes: 0, steps };
}

/** The target keeps what it gets beside its own buffer. */
function shift(rankCount: number, distance: number, bytes: number): Step {
  const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
  return {
    name: `to rank + ${distance}`,
    repeat: 1,
    source,
    target: source.map((rank) => (rank + distance) % rankCount),
    messageBytes: new Float64Array(rankCount).fill(bytes),
    part: () => ({ from: 0, to: 1, into: 0, reduces: false }),
  };
}
