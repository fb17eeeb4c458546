/**
 * Messages between the stages of a pipeline. They carry no label: what a rank sends, and in which
 * order, follows from the schedule. What comes before it is wanted is put aside.
 */
import { assert, at } from "../../base/assert.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { Communicator } from "../../tensor/communicator.ts";
import type { Message, PipelineShape } from "./schedule.ts";
import { messagesOf } from "./schedule.ts";

export class PipelineMail {
  readonly #pipeline: Communicator;
  readonly #shape: PipelineShape;
  /** What comes from each rank in a step, or in a pass that does not go back. */
  readonly #expected = new Map<string, readonly Message[]>();
  #isForwardOnly = false;
  readonly #places = new Map<number, number>();
  readonly #aside = new Map<string, Numbers>();

  constructor(pipeline: Communicator, shape: PipelineShape) {
    this.#pipeline = pipeline;
    this.#shape = shape;
  }

  begin(isForwardOnly: boolean): void {
    this.#isForwardOnly = isForwardOnly;
    assert(this.#aside.size === 0, "every message of a step was wanted");
    this.#places.clear();
  }

  /** The group as it looks to an op that wants this very message. */
  for(message: Message): Communicator {
    // One stage passes nothing on; a small step would feel the making of a group.
    if (this.#pipeline.rankCount === 1) return this.#pipeline;
    const { group, rank, rankCount, sentBytes } = this.#pipeline;
    const pipeline = this.#pipeline;
    return {
      ...{ group, rank, rankCount, sentBytes },
      allReduce: (numbers, how) => pipeline.allReduce(numbers, how),
      allGather: (own, all) => pipeline.allGather(own, all),
      reduceScatter: (all, own) => pipeline.reduceScatter(all, own),
      allToAll: (sent, received, counts) => pipeline.allToAll(sent, received, counts),
      exchange: (to, sent, from, received) => pipeline.exchange(to, sent, from, received),
      send: (to, numbers) => pipeline.send(to, numbers),
      receive: (from, numbers) => this.#receive(from, message, numbers),
    };
  }

  #receive(from: number, wanted: Message, numbers: Numbers): void {
    const key = keyOf(wanted);
    for (;;) {
      const found = this.#aside.get(key);
      if (found !== undefined) {
        numbers.set(found);
        this.#aside.delete(key);
        return;
      }
      const next = this.#next(from);
      if (keyOf(next) === key) {
        this.#pipeline.receive(from, numbers);
        return;
      }
      // All messages of a step have the same shape.
      const early = numbers.slice();
      this.#pipeline.receive(from, early);
      this.#aside.set(keyOf(next), early);
    }
  }

  #next(from: number): Message {
    const key = `${from} ${this.#isForwardOnly}`;
    let expected = this.#expected.get(key);
    if (expected === undefined) {
      const all = messagesOf(from, this.#pipeline.rank, this.#shape);
      expected = this.#isForwardOnly ? all.filter(({ kind }) => kind === "forward") : all;
      this.#expected.set(key, expected);
    }
    const place = this.#places.get(from) ?? 0;
    this.#places.set(from, place + 1);
    return at(expected, place);
  }
}

function keyOf({ kind, microIndex, stageIndex }: Message): string {
  return `${kind} ${microIndex} ${stageIndex}`;
}
