/** A trainer's state as tensors, and back. */
import { at, present } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Checkpoint } from "../files/checkpoint.ts";
import type { StoredTensor } from "../files/formats/safetensors.ts";
import type { Training } from "../records/job.ts";
import type { ModelSpec } from "../records/trace.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import type { Parameters } from "../tensor/parameters.ts";
import type { Trainer } from "./trainer.ts";
import { gathered, placesOf, scattered } from "./whole.ts";

const OPTIMIZER = "optimizer.";
const KEPT = "pruning.kept";

/**
 * Of the whole model, on rank 0; undefined on others, though all ranks take part. May share
 * memory with the trainer: to be written before the next step.
 */
export function checkpointOf(trainer: Trainer): Checkpoint | undefined {
  const { training, step, optimizer, kept, model, sync } = trainer;
  const state = [...optimizer.state];
  const whole = gathered(trainer, [sync.block.data, ...state.map(([, data]) => data)]);
  if (whole === undefined) return undefined;
  const [weights, ...states] = whole.map(fp32);
  const tensors = new Map<string, StoredTensor>();
  let start = 0;
  for (const { name, shape, elementCount } of placesOf(model.spec).list) {
    const data = present(weights, "weights").subarray(start, start + elementCount);
    tensors.set(name, { shape, data });
    start += elementCount;
  }
  for (const [i, [name]] of state.entries()) {
    const data = at(states, i);
    tensors.set(`${OPTIMIZER}${name}`, { shape: [data.length], data });
  }
  if (kept !== undefined) tensors.set(KEPT, { shape: [kept.length], data: kept });
  return { training, step, tensors };
}

function fp32(data: Numbers): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** Goes on where the checkpoint stopped, bit for bit; `path` is for messages. */
export function resumeTrainer(trainer: Trainer, checkpoint: Checkpoint, path: string): void {
  refuseOtherModel(checkpoint.training.model, trainer.training.model, path);
  refuseOtherTraining(checkpoint, trainer.training, path);
  const { list, elementCount: count } = placesOf(trainer.model.spec);
  const weights = new Float32Array(count);
  let start = 0;
  for (const { name, shape, elementCount } of list) {
    weights.set(stored(checkpoint, name, shape, path).data, start);
    start += elementCount;
  }
  scattered(trainer, weights, trainer.sync.block.data);
  for (const [name, data] of trainer.optimizer.state) {
    const all = stored(checkpoint, `${OPTIMIZER}${name}`, [count], path).data;
    scattered(trainer, Float32Array.from(all), data);
  }
  if (checkpoint.tensors.has(KEPT)) {
    const { elementCount } = trainer.model.parameters;
    const { data } = stored(checkpoint, KEPT, [elementCount], path, "u8");
    if (data instanceof Uint8Array) trainer.kept = data;
  }
  trainer.resume(checkpoint.step);
}

/** The weights alone. */
export function restoreParameters(
  parameters: Parameters,
  checkpoint: Checkpoint,
  path: string,
): void {
  for (const { name, shape, data } of parameters.list) {
    data.set(stored(checkpoint, name, shape, path).data);
  }
}

function stored(
  { tensors }: Checkpoint,
  name: string,
  shape: readonly number[],
  path: string,
  kind: "fp32" | "u8" = "fp32",
): StoredTensor {
  const found = tensors.get(name);
  const isKind = found?.data instanceof (kind === "fp32" ? Float32Array : Uint8Array);
  const isWanted = isKind && found.shape.join() === shape.join();
  if (found !== undefined && isWanted) return found;
  const got = found === undefined ? "no tensor" : `shape ${found.shape.join(" × ")} of`;
  throw new Refusal({
    code: "not-a-checkpoint",
    pointer: "",
    found: `${path}: ${got} ${name}`,
    expected: `${name} in ${kind} with the shape ${shape.join(" × ")}`,
    nextStep: "save it again with --checkpoint",
  });
}

function refuseOtherModel(saved: ModelSpec, wanted: ModelSpec, path: string): void {
  if (saved.id === wanted.id && JSON.stringify(saved) === JSON.stringify(wanted)) return;
  throw new Refusal({
    code: "other-model",
    pointer: "",
    found: `${path}: a checkpoint of ${saved.name} (${saved.id}, ${sizesOf(saved)})`,
    expected: `one of ${wanted.name} (${wanted.id}, ${sizesOf(wanted)})`,
    nextStep: "resume the training that saved it",
  });
}

function sizesOf(spec: ModelSpec): string {
  if (spec.family === "mlp") return `mlp ${spec.widths.join("-")}`;
  return `${spec.family}, ${spec.layerCount} layers of ${spec.hiddenSize}`;
}

/** What may not change when a run goes on: all that its numbers depend on, but its length. */
function refuseOtherTraining({ training, step }: Checkpoint, wanted: Training, path: string): void {
  const { steps: _, id: __, ...saved } = training;
  const { steps, id, ...now } = wanted;
  const names = [...new Set([...Object.keys(saved), ...Object.keys(now)])].sort();
  const changed = names.filter((name) => {
    const key = name as keyof typeof saved;
    return key !== "model" && saved[key] !== now[key];
  });
  if (changed.length === 0 && steps > step) return;
  const isDone = changed.length === 0;
  throw new Refusal({
    code: isDone ? "nothing-left" : "other-training",
    pointer: "",
    found: isDone
      ? `${path}: a checkpoint after step ${step}`
      : `${path}: a checkpoint with another ${changed.join(", ")}`,
    expected: isDone ? `one before step ${steps}` : `one of ${id} as it is now`,
    nextStep: isDone ? "raise --steps" : "resume with the settings that it was saved with",
  });
}
