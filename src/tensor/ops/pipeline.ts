/** What the stages of a pipeline pass on: what one made, and back the gradient of it. */
import type { Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";
import type { Tape } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { elementCount } from "../tensor.ts";
import { exchangeOf } from "./region.ts";

/** From another stage, as a tensor from outside that needs a gradient. */
export function receiveHidden(
  tape: Tape,
  shape: readonly number[],
  pipeline: Communicator,
  from: number,
): Tensor {
  const count = elementCount(shape);
  const data = tape.device.allocate(count);
  receive(tape, data, count, pipeline, from);
  return { shape, elementCount: count, data, needsGradient: true };
}

/** The gradient of what a stage has sent. */
export function receiveGradient(
  tape: Tape,
  output: Tensor,
  pipeline: Communicator,
  from: number,
): Numbers {
  const data = tape.device.allocate(output.elementCount);
  receive(tape, data, output.elementCount, pipeline, from);
  return data;
}

/** A tensor, or the gradient of one of so many numbers. */
export function sendNumbers(
  tape: Tape,
  numbers: Numbers,
  count: number,
  pipeline: Communicator,
  to: number,
): void {
  const record = { ...exchangeOf(pipeline, "pipeline"), bytes: tape.bytes(count) };
  tape.collective({ ...record, kind: "send" }, () => pipeline.send(to, numbers));
}

function receive(
  tape: Tape,
  data: Numbers,
  count: number,
  pipeline: Communicator,
  from: number,
): void {
  const record = { ...exchangeOf(pipeline, "pipeline"), bytes: tape.bytes(count) };
  tape.collective({ ...record, kind: "receive" }, () => pipeline.receive(from, data));
}
