/** Training that cannot go on: counts of nothing, and losses that are no numbers. */
import { Refusal } from "../base/errors.ts";
import type { Training } from "../records/job.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { Device } from "../tensor/device.ts";
import { createNativeDevice } from "../tensor/device.ts";

export function refuseCount(name: "steps" | "batch", count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: `/${name}`,
    found: `${name}: ${count}`,
    expected: "a whole number, at least 1",
    nextStep: `change ${name}`,
  });
}

/** Names the first op whose result is not finite: runs forward again and looks at each. */
export function refuseDivergence(
  { id, learningRate }: Training,
  step: number,
  loss: number,
  forward: (device: Device) => void,
): never {
  const watched = createWatchedDevice();
  forward(watched.device);
  const place = watched.firstOp() ?? "the loss";
  throw new Refusal({
    code: "training-diverged",
    pointer: "/learningRate",
    found:
      `a loss of ${loss} in step ${step} of ${id}, first in ${place}, ` +
      `with a learning rate of ${learningRate}`,
    expected: "a finite loss",
    nextStep: "lower learningRate",
  });
}

function createWatchedDevice(): { device: Device; firstOp: () => string | undefined } {
  const inner = createNativeDevice({ backend: loadBackend() });
  const fresh: Numbers[] = [];
  let first: string | undefined;
  const device: Device = {
    kind: inner.kind,
    elementBytes: inner.elementBytes,
    begin: () => inner.begin(),
    // What has been asked for since the last op is what the next op writes.
    allocate(count) {
      const buffer = inner.allocate(count);
      fresh.push(buffer);
      return buffer;
    },
    compute(kind, kernel, name) {
      inner.compute(kind, kernel, name);
      const written = fresh.splice(0);
      if (first === undefined && written.some((buffer) => !buffer.every(Number.isFinite))) {
        first = name;
      }
    },
  };
  return { device, firstOp: () => first };
}
