/**
 * A collective of MSCCL's, carried out on data before it is timed. Blocks run their steps in
 * order; a receive waits for the matching send of its connection (the two ranks and the channel),
 * a step for the step of another block that it names. What arrives is checked against what the
 * collective promises; the first wrong rank and chunk is refused.
 *
 * For the engine a message belongs to the earliest round in which it can leave:
 *
 *     round(send) = max over what it waits for of round + 1
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { seeded } from "../../base/random.ts";
import type {
  MscclAlgorithm,
  MscclBuffer,
  MscclKind,
  MscclRank,
  MscclStep,
} from "../../records/msccl.ts";
import type { Program, Step } from "../../records/schedule.ts";
import { claimOf } from "./schedule-claims.ts";

interface Sent {
  readonly round: number;
  readonly values: Float64Array;
}

interface Message {
  readonly round: number;
  readonly source: number;
  readonly target: number;
  readonly chunkCount: number;
}

/** The program for a buffer of one byte; a Refusal if it does not do what its name says. */
export function mscclProgram(algorithm: MscclAlgorithm, rankCount: number): Program {
  if (algorithm.ranks.length !== rankCount) {
    throw refusal(algorithm, `${algorithm.ranks.length} GPUs`, `${rankCount} ranks, as asked`);
  }
  const chunkCount = wholeCount(algorithm);
  const run = new MscclRun(algorithm, chunkCount);
  const messages = run.messages();
  run.check();
  return {
    ...{ collective: algorithm.collective, algorithm: algorithm.name, rankCount, sizeBytes: 1 },
    steps: stepsOf(messages, chunkCount),
  };
}

/** Chunks of the whole vector, which is nccl-tests' size. */
function wholeCount(algorithm: MscclAlgorithm): number {
  const { collective, ranks, isInPlace } = algorithm;
  const most = (counts: readonly number[]): number => Math.max(...counts);
  const inputs = most(ranks.map(({ inputCount }) => inputCount));
  const outputs = most(ranks.map(({ outputCount }) => outputCount));
  const isGather = collective === "all-gather";
  const whole = isGather ? outputs || inputs * ranks.length : inputs || outputs;
  const hasBlocks = !["all-reduce", "broadcast", "reduce"].includes(collective);
  if (whole > 0 && (!hasBlocks || whole % ranks.length === 0)) return whole;
  const words = `${whole} chunks${isInPlace ? ", in place" : ""}`;
  throw refusal(algorithm, words, `a multiple of ${ranks.length} from 1 on`);
}

class MscclRun {
  readonly #algorithm: MscclAlgorithm;
  readonly #chunkCount: number;
  readonly #claim: ReturnType<typeof claimOf>;
  readonly #buffers: Record<MscclBuffer, Float64Array>[];
  /** Places before which input and output begin, where both are one buffer. */
  readonly #shifts: Record<MscclBuffer, number>[];
  readonly #wires = new Map<string, Sent[]>();
  readonly #taken = new Map<string, number>();
  /** Round after each finished step: by rank and block. */
  readonly #done: number[][][];
  readonly #messages: Message[] = [];

  constructor(algorithm: MscclAlgorithm, chunkCount: number) {
    const { collective, ranks } = algorithm;
    const rankCount = ranks.length;
    const random = seeded(1);
    const values = Float64Array.from({ length: rankCount * chunkCount }, () =>
      Math.floor(random() * 2 ** 32),
    );
    this.#algorithm = algorithm;
    this.#chunkCount = chunkCount;
    this.#claim = claimOf({
      ...{ collective, rankCount, chunkCount },
      value: (r, c) => at(values, r * chunkCount + c),
    });
    const made = ranks.map((rank, r) => this.#buffersOf(rank, r));
    this.#buffers = made.map(({ buffers }) => buffers);
    this.#shifts = made.map(({ shifts }) => shifts);
    this.#done = ranks.map(({ blocks }) => blocks.map(() => []));
  }

  /** Buffers are as long as the whole vector; parts of it are at their place in it. */
  #buffersOf({ scratchCount }: MscclRank, rank: number) {
    const { isInPlace, collective, ranks } = this.#algorithm;
    const count = this.#chunkCount;
    const own = (count / ranks.length) * rank;
    const start = Float64Array.from({ length: count }, (_, c) => this.#claim.start(rank, c));
    const empty = (length: number) => new Float64Array(length).fill(Number.NaN);
    return {
      buffers: { i: start, o: isInPlace ? start : empty(count), s: empty(scratchCount) },
      shifts: {
        i: collective === "all-gather" ? own : 0,
        o: collective === "reduce-scatter" ? own : 0,
        s: 0,
      },
    };
  }

  messages(): readonly Message[] {
    const { ranks } = this.#algorithm;
    for (let isMoving = true; isMoving;) {
      isMoving = false;
      ranks.forEach(({ blocks }, rank) => {
        blocks.forEach((_, block) => {
          while (this.#advance(rank, block)) isMoving = true;
        });
      });
    }
    this.#refuseStuck();
    return this.#messages;
  }

  /** The next step of the block, if what it waits for is there. */
  #advance(rank: number, block: number): boolean {
    const { steps, targetRank, sourceRank, channelId } = at(
      at(this.#algorithm.ranks, rank).blocks,
      block,
    );
    const done = at(at(this.#done, rank), block);
    const step = steps[done.length];
    if (step === undefined) return false;
    const { kind, after } = step;
    const other = after === undefined ? 0 : this.#done[rank]?.[after.blockId]?.[after.stepId];
    if (other === undefined) return false;
    let round = Math.max(done.at(-1) ?? 0, other);
    let values: Float64Array | undefined;
    if (kind.startsWith("r") && kind !== "re") {
      if (sourceRank === undefined) throw this.#aimless(rank, block, "receives from nobody");
      const wire = `${sourceRank} ${rank} ${channelId}`;
      const taken = this.#taken.get(wire) ?? 0;
      const sent = this.#wires.get(wire)?.[taken];
      if (sent === undefined) return false;
      if (sent.values.length !== step.chunkCount) throw this.#aimless(rank, block, ODD);
      this.#taken.set(wire, taken + 1);
      round = Math.max(round, sent.round + 1);
      values = sent.values;
    }
    const out = this.#carryOut(rank, step, values);
    if (kind === "s" || kind.endsWith("s")) {
      if (targetRank === undefined) throw this.#aimless(rank, block, "sends to nobody");
      const wire = `${rank} ${targetRank} ${channelId}`;
      const sent = this.#wires.get(wire) ?? [];
      sent.push({ round, values: out });
      this.#wires.set(wire, sent);
      const { chunkCount } = step;
      this.#messages.push({ round, source: rank, target: targetRank, chunkCount });
      round++;
    }
    done.push(round);
    return true;
  }

  /** What the step leaves behind, and what it would send. */
  #carryOut(rank: number, step: MscclStep, received: Float64Array | undefined): Float64Array {
    const { kind, chunkCount } = step;
    if (kind === "nop") return new Float64Array(0);
    const target = this.#range(rank, step.targetBuffer, step.targetId, chunkCount, writes(kind));
    const source = this.#range(
      ...([rank, step.sourceBuffer, step.sourceId, chunkCount] as const),
      kind !== "r" && kind !== "rcs",
    );
    switch (kind) {
      case "s":
        return source.slice();
      case "cpy":
        target.set(source.slice());
        return target;
      case "re":
        target.forEach((value, i) => (target[i] = value + at(source, i)));
        return target;
      case "r":
      case "rcs":
        target.set(received ?? []);
        return target.slice();
      case "rrs":
      case "rrc":
      case "rrcs": {
        const sum = source.map((value, i) => value + at(received ?? source, i));
        if (kind !== "rrs") target.set(sum);
        return sum;
      }
    }
  }

  /** Of a side that is used; the other one may be anywhere. */
  #range(rank: number, buffer: MscclBuffer, first: number, count: number, isUsed: boolean) {
    if (!isUsed) return new Float64Array(count);
    const all = at(this.#buffers, rank)[buffer];
    const from = at(this.#shifts, rank)[buffer] + first;
    if (from + count <= all.length) return all.subarray(from, from + count);
    const found = `chunks ${first} to ${first + count - 1} of ${buffer} on rank ${rank}`;
    throw refusal(this.#algorithm, found, `places below ${all.length}`);
  }

  #refuseStuck(): void {
    this.#algorithm.ranks.forEach(({ blocks }, rank) => {
      blocks.forEach(({ steps }, block) => {
        const count = at(at(this.#done, rank), block).length;
        if (count === steps.length) return;
        const found = `rank ${rank}, thread block ${block}: step ${count} never starts`;
        throw refusal(this.#algorithm, found, "a send for each receive, and no circle of waiting");
      });
    });
    for (const [wire, sent] of this.#wires) {
      const left = sent.length - (this.#taken.get(wire) ?? 0);
      const [source, target, channel] = wire.split(" ");
      const found = `${left} sends from rank ${source} to rank ${target} on channel ${channel}`;
      if (left > 0) throw refusal(this.#algorithm, `${found} that nobody receives`, "receives");
    }
  }

  check(): void {
    const { ranks, collective } = this.#algorithm;
    const isInput = ranks.every(({ outputCount }) => outputCount === 0);
    ranks.forEach((_, rank) => {
      const result = at(this.#buffers, rank)[isInput ? "i" : "o"];
      for (let chunk = 0; chunk < this.#chunkCount; chunk++) {
        const wanted = this.#claim.end(rank, chunk);
        if (wanted === undefined || result[chunk] === wanted) continue;
        const what = Number.isNaN(result[chunk]) ? "nothing that was sent" : "another value";
        throw refusal(
          this.#algorithm,
          `rank ${rank}, chunk ${chunk}: ${what}`,
          `${this.#claim.words}, as ${collective} leaves it`,
        );
      }
    });
  }

  #aimless(rank: number, block: number, words: string): Refusal {
    const found = `rank ${rank}, thread block ${block}: a step that ${words}`;
    return refusal(this.#algorithm, found, "steps that fit their block");
  }
}

function writes(kind: MscclKind): boolean {
  return kind !== "s" && kind !== "rrs";
}

const ODD = "receives another number of chunks than was sent";

function stepsOf(messages: readonly Message[], chunkCount: number): Step[] {
  const rounds = Math.max(0, ...messages.map(({ round }) => round + 1));
  const byRound = Array.from({ length: rounds }, (): Message[] => []);
  for (const message of messages) at(byRound, message.round).push(message);
  return byRound
    .filter((group) => group.length > 0)
    .map((group, number) => ({
      ...{ name: `round ${number}`, repeat: 1 },
      source: Int32Array.from(group, ({ source }) => source),
      target: Int32Array.from(group, ({ target }) => target),
      messageBytes: Float64Array.from(group, (one) => one.chunkCount / chunkCount),
      part: (m) => ({ from: 0, to: at(group, m).chunkCount / chunkCount, reduces: false }),
    }));
}

function refusal({ name }: MscclAlgorithm, found: string, expected: string): Refusal {
  return new Refusal({
    code: "wrong-schedule",
    pointer: "",
    found: `${found}, in ${name}`,
    expected,
    nextStep: "follow that chunk through the algorithm",
  });
}
