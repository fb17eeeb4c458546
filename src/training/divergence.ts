/** Training that cannot go on: a loss that is no number. */
import { Refusal } from "../base/errors.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import { loadBackend } from "../tensor/backend.ts";
import type { Device } from "../tensor/device.ts";
import { createNativeDevice } from "../tensor/device.ts";
import type { Trainer } from "./trainer.ts";
import { LostNeighbor } from "./wires/wires.ts";

/**
 * Names the first op whose result is not finite: all ranks run forward again and look at each.
 * Where several find one, the earliest stage's stands at the beginning.
 */
export function refuseDivergence(trainer: Trainer, loss: number): never {
  const { training, team, step } = trainer;
  const watched = createWatchedDevice();
  trainer.evaluate(trainer.lastBatches(), watched.device);
  const place = watched.firstOp();
  const found = new Float64Array(team.world.rankCount);
  team.world.allGather(Float64Array.of(place === undefined ? 0 : 1), found);
  const first = found.indexOf(1);
  // Only one rank tells; the command ends the others when it has heard.
  if (first >= 0 && first !== team.rank) throw new LostNeighbor(`rank ${first} diverged`);
  throw new Refusal({
    code: "training-diverged",
    pointer: "/learningRate",
    found:
      `a loss of ${loss} in step ${step + 1} of ${training.id}, first in ` +
      `${place ?? "the loss"}${team.world.rankCount > 1 ? ` on rank ${team.rank}` : ""}, ` +
      `with a learning rate of ${training.learningRate}`,
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
