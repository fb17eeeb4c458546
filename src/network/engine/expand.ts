/**
 * A program as single messages with what each waits for, for runs in which steps overlap or
 * several programs meet.
 *
 * barrier: a gate behind each step, which all messages of the next one wait for.
 * rendezvous: a message waits for all that its sender has sent and received in steps before.
 * stream: it waits for what its sender has received before; its bytes go out behind those of
 * the message before it from that sender to that target.
 */
import { Refusal } from "../../base/errors.ts";
import type { Program, Semantics } from "../../records/schedule.ts";
import type { Messages } from "../../records/traffic.ts";

/** Some minutes of events, and about a gigabyte. */
const MESSAGES_MOST = 4e6;

export function messageCountOf({ steps, rankCount }: Program): number {
  const sizeOf = (step: Program["steps"][number]): number =>
    step.allPairsBytes === undefined ? step.source.length : rankCount * (rankCount - 1);
  return steps.reduce((sum, step) => sum + step.repeat * sizeOf(step), 0);
}

export function expandedProgram(program: Program, semantics: Semantics, startS = 0): Messages {
  if (messageCountOf(program) > MESSAGES_MOST) throw tooLong(program, semantics);
  const grown = new GrowingMessages(startS);
  if (semantics === "barrier") addWithBarriers(grown, program);
  else addDependent(grown, program, semantics);
  return grown.messages();
}

class GrowingMessages {
  readonly source: number[] = [];
  readonly target: number[] = [];
  readonly bytes: number[] = [];
  readonly after: number[] = [];
  readonly afterStart: number[] = [0];
  readonly behind: number[] = [];
  readonly #startS: number;

  constructor(startS: number) {
    this.#startS = startS;
  }

  add(
    message: { source: number; target: number; bytes: number; behind?: number },
    after: readonly number[],
  ): number {
    this.source.push(message.source);
    this.target.push(message.target);
    this.bytes.push(message.bytes);
    this.behind.push(message.behind ?? -1);
    for (const before of after) this.after.push(before);
    this.afterStart.push(this.after.length);
    return this.source.length - 1;
  }

  messages(): Messages {
    return {
      source: Int32Array.from(this.source),
      target: Int32Array.from(this.target),
      sizeBytes: Float64Array.from(this.bytes),
      startS: new Float64Array(this.source.length).fill(this.#startS),
      afterStart: Int32Array.from(this.afterStart),
      after: Int32Array.from(this.after),
      behind: Int32Array.from(this.behind),
    };
  }
}

function addWithBarriers(grown: GrowingMessages, { steps }: Program): void {
  let gate: number[] = [];
  for (const { source, target, messageBytes, repeat } of steps) {
    for (let k = 0; k < repeat; k++) {
      const added: number[] = [];
      for (let m = 0; m < source.length; m++) {
        const message = { source: source[m]!, target: target[m]!, bytes: messageBytes[m]! };
        added.push(grown.add(message, gate));
      }
      gate = [grown.add({ source: -1, target: -1, bytes: 0 }, added)];
    }
  }
}

function addDependent(
  grown: GrowingMessages,
  { steps }: Program,
  semantics: "rendezvous" | "stream",
): void {
  const isStream = semantics === "stream";
  const front = isStream ? new StreamFront() : new RendezvousFront();
  for (const { source, target, messageBytes, repeat } of steps) {
    for (let k = 0; k < repeat; k++) {
      const first = grown.source.length;
      for (let m = 0; m < source.length; m++) {
        const [from, to] = [source[m]!, target[m]!];
        const behind = front.behind(from, to);
        const message = { source: from, target: to, bytes: messageBytes[m]!, behind };
        grown.add(message, front.before(from));
      }
      front.pass(source, target, first);
    }
  }
}

/** What the next message of a rank waits for. */
interface Front {
  before(rank: number): readonly number[];
  behind(source: number, target: number): number;
  /** The step is over: its messages have the numbers first, first + 1 … */
  pass(source: Int32Array, target: Int32Array, first: number): void;
}

/** All it has sent and received; a send stands for all that it waited for itself. */
class RendezvousFront implements Front {
  readonly #open = new Map<number, number[]>();

  before(rank: number): readonly number[] {
    return this.#open.get(rank) ?? [];
  }

  behind(): number {
    return -1;
  }

  pass(source: Int32Array, target: Int32Array, first: number): void {
    for (const rank of new Set(source)) this.#open.set(rank, []);
    for (let m = 0; m < source.length; m++) {
      this.#note(source[m]!, first + m);
      if (target[m] !== source[m]) this.#note(target[m]!, first + m);
    }
  }

  #note(rank: number, message: number): void {
    const known = this.#open.get(rank);
    if (known === undefined) this.#open.set(rank, [message]);
    else known.push(message);
  }
}

/** The last message from each rank it has heard of: a connection delivers in order. */
class StreamFront implements Front {
  readonly #heard = new Map<number, Map<number, number>>();

  before(rank: number): readonly number[] {
    return [...(this.#heard.get(rank)?.values() ?? [])];
  }

  behind(source: number, target: number): number {
    return this.#heard.get(target)?.get(source) ?? -1;
  }

  pass(source: Int32Array, target: Int32Array, first: number): void {
    for (let m = 0; m < source.length; m++) {
      const known = this.#heard.get(target[m]!) ?? new Map<number, number>();
      known.set(source[m]!, first + m);
      this.#heard.set(target[m]!, known);
    }
  }
}

function tooLong(program: Program, semantics: Semantics): Refusal {
  return new Refusal({
    code: "too-many-events",
    pointer: "",
    found: `${program.algorithm} of ${messageCountOf(program)} messages in ${semantics} semantics`,
    expected: `at most ${MESSAGES_MOST}: there every message is simulated`,
    nextStep: "take --semantics barrier, which solves each step once, or fewer ranks",
  });
}
