/**
 * Forward and backward of all micro-batches of a step on one rank, in the order of its schedule.
 * Each micro-batch under way has a device of its own, whose buffers live until it is back.
 */
import { at, present } from "../../base/assert.ts";
import type { Batch, Model } from "../../models/model.ts";
import type { Device } from "../../tensor/device.ts";
import { receiveGradient, receiveHidden, sendNumbers } from "../../tensor/ops/pipeline.ts";
import { Tape } from "../../tensor/tape.ts";
import type { Parameter, Tensor } from "../../tensor/tensor.ts";
import type { Team } from "../team.ts";
import { PipelineMail } from "./mail.ts";
import type { Action, PipelineShape } from "./schedule.ts";
import { actionsOf } from "./schedule.ts";

export interface Ran {
  /** The sum over micro-batches, on ranks of the last stage; on others, what their layers add. */
  readonly loss: number | undefined;
  /** That of the last action. */
  readonly tape: Tape;
  readonly matmulFlop: number;
}

export interface RunnerOptions {
  readonly model: Model;
  readonly team: Team;
  readonly microCount: number;
  readonly createDevice: () => Device;
  readonly touched: (parameter: Parameter) => void;
}

/** A micro-batch on its way through a stage and back. */
interface UnderWay {
  readonly tape: Tape;
  readonly device: Device;
  readonly input: Tensor | undefined;
  readonly output: Tensor | undefined;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #shape: PipelineShape;
  readonly #mail: PipelineMail;
  readonly #free: Device[];
  /** The same in every step. */
  readonly #actions: readonly Action[];

  constructor(options: RunnerOptions, first: Device) {
    const { team, model, microCount } = options;
    const { pipeline } = team.groups;
    this.#options = options;
    this.#shape = {
      ...{ rankCount: pipeline.rankCount, chunkCount: model.chunkCount, microCount },
    };
    this.#mail = new PipelineMail(pipeline, this.#shape);
    this.#free = [first];
    this.#actions = actionsOf(pipeline.rank, this.#shape);
  }

  /** Forward and backward of all. */
  run(batches: readonly Batch[]): Ran {
    const underWay = new Map<string, UnderWay>();
    let loss: number | undefined;
    let [tape, matmulFlop]: [Tape | undefined, number] = [undefined, 0];
    this.#mail.begin(false);
    for (const action of this.#actions) {
      const key = `${action.microIndex} ${action.chunkIndex}`;
      if (action.kind === "forward") {
        const made = this.#forward(action, at(batches, action.microIndex), this.#takeDevice());
        if (made.loss !== undefined) loss = (loss ?? 0) + made.loss;
        underWay.set(key, made.state);
        continue;
      }
      const state = present(underWay.get(key), "a micro-batch that went forward");
      underWay.delete(key);
      this.#backward(action, state);
      this.#free.push(state.device);
      tape = state.tape;
      matmulFlop += tape.matmulFlop;
    }
    return { loss, tape: present(tape, "a tape that ran backwards"), matmulFlop };
  }

  /** Forward only, on a given device; the sum of losses, as `run` has it. */
  evaluate(batches: readonly Batch[], device: Device): number | undefined {
    this.#mail.begin(true);
    let sum: number | undefined;
    for (const action of this.#actions) {
      if (action.kind !== "forward") continue;
      const { loss } = this.#forward(action, at(batches, action.microIndex), device);
      if (loss !== undefined) sum = (sum ?? 0) + loss;
    }
    return sum;
  }

  #takeDevice(): Device {
    return this.#free.pop() ?? this.#options.createDevice();
  }

  #forward({ microIndex, chunkIndex }: Action, batch: Batch, device: Device) {
    const { model, team, touched } = this.#options;
    const { rank, rankCount } = team.groups.pipeline;
    const stage = chunkIndex * rankCount + rank;
    const tape = new Tape(device, touched);
    const link = this.#mail.for({ kind: "forward", microIndex, stageIndex: stage - 1 });
    const before = (rank + rankCount - 1) % rankCount;
    const input =
      stage === 0 ? undefined : receiveHidden(tape, model.hiddenShape(batch), link, before);
    const made = model.forward(tape, { batch, hidden: input, chunkIndex: chunkIndex });
    if (made.kind === "loss")
      return { loss: made.loss, state: { tape, device, input, output: undefined } };
    const { hidden: output } = made;
    const after = (rank + 1) % rankCount;
    sendNumbers(tape, output.data, output.elementCount, link, after);
    return { loss: made.loss, state: { tape, device, input, output } };
  }

  #backward({ microIndex, chunkIndex }: Action, { tape, input, output }: UnderWay): void {
    const { rank, rankCount } = this.#options.team.groups.pipeline;
    const stage = chunkIndex * rankCount + rank;
    const link = this.#mail.for({ kind: "backward", microIndex, stageIndex: stage + 1 });
    if (output === undefined) {
      tape.backward();
    } else {
      const gradient = receiveGradient(tape, output, link, (rank + 1) % rankCount);
      tape.backward({ output, gradient });
    }
    if (input === undefined) return;
    const before = (rank + rankCount - 1) % rankCount;
    sendNumbers(tape, tape.gradientOf(input), input.elementCount, link, before);
  }
}
