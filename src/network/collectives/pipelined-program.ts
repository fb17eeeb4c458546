/**
 * Chunks of a program one behind the other: the buffer in `partCount` parts, part p setting
 * out when part p − 1 has done as many steps as the longest stage has. So while one part is
 * between nodes, the next is inside them, and both kinds of links work.
 *
 *     T ≈ (stages + parts − 1)·(time of the longest stage with 1/parts of the bytes)
 */
import type { ChunkRange, Program, Step } from "../../records/schedule.ts";
import { together } from "./parallel.ts";

export function pipelinedProgram(program: Program, partCount: number): Program {
  const delay = program.steps.reduce((most, { repeat }) => Math.max(most, repeat), 0);
  const chains = Array.from({ length: partCount }, (_, p) => [
    ...(p === 0 || delay === 0 ? [] : [idle(p * delay)]),
    ...program.steps.map((step) => partOf(step, p, partCount)),
  ]);
  return { ...program, steps: together(chains) };
}

function idle(repeat: number): Step {
  const nobody = { source: new Int32Array(0), target: new Int32Array(0) };
  const part = (): ChunkRange => ({ from: 0, to: 1, reduces: false });
  return { name: "waits", repeat, ...nobody, messageBytes: new Float64Array(0), part };
}

function partOf(step: Step, p: number, partCount: number): Step {
  const inPart = ({ from, to, reduces, wrapped }: ChunkRange): ChunkRange => ({
    from: (p + from) / partCount,
    to: (p + to) / partCount,
    reduces,
    ...(wrapped === undefined ? {} : { wrapped: inPart(wrapped) }),
  });
  return {
    ...step,
    messageBytes: step.messageBytes.map((bytes) => bytes / partCount),
    part: (message, k) => inPart(step.part(message, k)),
  };
}
