/**
 * Wires over loopback TCP. A thread inside each process owns the sockets, because whoever asks
 * for an exchange waits for it without a turn of the event loop: numbers go over in memory that
 * both threads see, each exchange in a parcel of its own with a word to wait for.
 */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { present } from "../../base/assert.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { Span, TcpJob, TcpMessage, TcpReport } from "./tcp-job.ts";
import { HEADER_BYTES, JOB_LOST, JOB_WAITING } from "./tcp-job.ts";
import type { AllReduce, Parcel, ReduceScatter, Ticket, Transfer, Wires } from "./wires.ts";
import { LostNeighbor } from "./wires.ts";

/** How long to wait before looking whether there is still somebody to wait for. */
const LOOK_MS = 1000;

/** The thread, listening; it becomes wires once all processes listen. */
export interface TcpEnd {
  readonly port: number;
  connect(place: TcpPlace): Promise<Wires>;
  close(): void;
}

export interface TcpPlace {
  readonly rank: number;
  /** Where all ranks listen. */
  readonly ports: readonly number[];
  /** Tells our processes from strangers. */
  readonly token: string;
}

export async function openTcp(): Promise<TcpEnd> {
  const worker = new Worker(workerPath());
  const reported = reports(worker);
  const first = await reported();
  if (first.kind !== "listening") throw new Error("a thread for TCP listens first");
  return {
    port: first.port,
    async connect(place) {
      post(worker, { kind: "connect", ...place });
      const second = await reported();
      if (second.kind === "lost") throw new LostNeighbor(second.message);
      return new TcpWires(worker, place.rank, place.ports.length);
    },
    close: () => post(worker, { kind: "close" }),
  };
}

function post(worker: Worker, message: TcpMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  worker.postMessage(message);
}

/** What the thread says, one after the other. */
function reports(worker: Worker): () => Promise<TcpReport> {
  const queue: TcpReport[] = [];
  let wake: (() => void) | undefined;
  worker.on("message", (report: TcpReport) => {
    queue.push(report);
    wake?.();
  });
  worker.on("error", (error) => {
    queue.push({ kind: "lost", message: error.message });
    wake?.();
  });
  return async () => {
    while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return present(queue.shift(), "a report");
  };
}

interface Started {
  readonly memory: SharedArrayBuffer;
  /** What comes back, and where it belongs. */
  readonly returned: readonly { readonly span: Span; readonly numbers: Numbers }[];
}

class TcpWires implements Wires {
  readonly rank: number;
  readonly rankCount: number;
  readonly #worker: Worker;
  readonly #started = new Map<Ticket, Started>();
  /** Memory of finished exchanges, by its size. */
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  #ticket = 0;

  constructor(worker: Worker, rank: number, rankCount: number) {
    this.#worker = worker;
    this.rank = rank;
    this.rankCount = rankCount;
  }

  allReduce({ members, numbers, how }: AllReduce, isBackground: boolean): Ticket {
    const packing = new Packing();
    const whole = packing.add(numbers);
    const place = members.indexOf(this.rank);
    const chunk = (i: number): Span => {
      const cut = (k: number) => Math.floor((k * numbers.length) / members.length);
      const start = whole.startBytes + cut(i) * numbers.BYTES_PER_ELEMENT;
      return { startBytes: start, bytes: (cut(i + 1) - cut(i)) * numbers.BYTES_PER_ELEMENT };
    };
    const others = othersOf(members, this.rank);
    const own = chunk(place);
    const job: TcpJob = {
      lane: isBackground ? 1 : 0,
      sends: others.map(({ peer, index }) => ({ peer, span: chunk(index) })),
      reduction: { members, source: own, target: own, isDouble: isDouble(numbers), how },
      results: others.map(({ peer }) => ({ peer, span: own })),
      receives: others.map(({ peer, index }) => ({ peer, span: chunk(index) })),
    };
    return this.#start(packing, job, [{ span: whole, numbers }]);
  }

  reduceScatter({ members, all, own }: ReduceScatter, isBackground: boolean): Ticket {
    const packing = new Packing();
    const whole = packing.add(all);
    const target = packing.room(own);
    const part = (i: number): Span => {
      return { startBytes: whole.startBytes + i * own.byteLength, bytes: own.byteLength };
    };
    const others = othersOf(members, this.rank);
    const source = part(members.indexOf(this.rank));
    const job: TcpJob = {
      lane: isBackground ? 1 : 0,
      sends: others.map(({ peer, index }) => ({ peer, span: part(index) })),
      reduction: { members, source, target, isDouble: isDouble(all), how: "sum" },
      results: [],
      receives: [],
    };
    return this.#start(packing, job, [{ span: target, numbers: own }]);
  }

  transfer({ sent, received }: Transfer, isBackground: boolean): Ticket {
    const packing = new Packing();
    const spans = (parcels: readonly Parcel[], add: (numbers: Numbers) => Span) =>
      parcels.map(({ peer, numbers }) => ({ peer, span: add(numbers), numbers }));
    const sends = spans(sent, (numbers) => packing.add(numbers));
    const receives = spans(received, (numbers) => packing.room(numbers));
    const bare = ({ peer, span }: { peer: number; span: Span }) => ({ peer, span });
    const job: TcpJob = {
      lane: isBackground ? 1 : 0,
      sends: sends.map(bare),
      results: [],
      receives: receives.map(bare),
    };
    return this.#start(packing, job, receives);
  }

  send({ peer, numbers }: Parcel): void {
    const memory = new SharedArrayBuffer(HEADER_BYTES + numbers.byteLength);
    const packing = new Packing();
    const span = packing.add(numbers);
    packing.fill(memory);
    post(this.#worker, {
      ...{ kind: "job", memory },
      job: { lane: 0, sends: [{ peer, span }], results: [], receives: [], waits: false },
    });
  }

  finish(ticket: Ticket): number {
    if (ticket === 0) return 0;
    const started = present(this.#started.get(ticket), "a ticket is redeemed once");
    this.#started.delete(ticket);
    const { memory } = started;
    const [state, duration] = [new Int32Array(memory, 0, 1), new Float64Array(memory, 8, 1)];
    while (Atomics.load(state, 0) === JOB_WAITING) {
      Atomics.wait(state, 0, JOB_WAITING, LOOK_MS);
    }
    if (Atomics.load(state, 0) === JOB_LOST) throw new LostNeighbor("a process is gone");
    for (const { span, numbers } of started.returned) {
      bytesOf(numbers).set(new Uint8Array(memory, span.startBytes, span.bytes));
    }
    const free = this.#free.get(memory.byteLength);
    if (free === undefined) this.#free.set(memory.byteLength, [memory]);
    else free.push(memory);
    return duration[0] ?? 0;
  }

  close(): void {
    post(this.#worker, { kind: "close" });
  }

  /** A ticket; 0 where it was waited for. */
  #start(packing: Packing, job: TcpJob, returned: Started["returned"]): Ticket {
    const memory = this.#memoryOf(packing.bytes);
    packing.fill(memory);
    post(this.#worker, { kind: "job", job, memory });
    this.#started.set(++this.#ticket, { memory, returned });
    if (job.lane === 1) return this.#ticket;
    this.finish(this.#ticket);
    return 0;
  }

  #memoryOf(bytes: number): SharedArrayBuffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096)));
    const memory = this.#free.get(size)?.pop() ?? new SharedArrayBuffer(size);
    Atomics.store(new Int32Array(memory, 0, 1), 0, JOB_WAITING);
    return memory;
  }
}

/** Lays arrays one behind the other, each on its own line. */
class Packing {
  readonly #added: { readonly start: number; readonly numbers: Numbers }[] = [];
  bytes = HEADER_BYTES;

  add(numbers: Numbers): Span {
    const span = this.room(numbers);
    this.#added.push({ start: span.startBytes, numbers });
    return span;
  }

  room({ byteLength: bytes }: Numbers): Span {
    const start = this.bytes;
    this.bytes += Math.ceil(bytes / HEADER_BYTES) * HEADER_BYTES;
    return { startBytes: start, bytes };
  }

  fill(memory: SharedArrayBuffer): void {
    for (const { start, numbers } of this.#added) {
      new Uint8Array(memory, start, numbers.byteLength).set(bytesOf(numbers));
    }
  }
}

function othersOf(members: readonly number[], rank: number) {
  const others = members.map((peer, index) => ({ peer, index }));
  return others.filter(({ peer }) => peer !== rank);
}

function isDouble(numbers: Numbers): boolean {
  return numbers instanceof Float64Array;
}

function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Beside the bundle in dist/, also when running from the sources. */
function workerPath(): string {
  const source = new URL("./tcp.worker.ts", import.meta.url);
  const folder = source.pathname.includes("/src/training/") ? "../../../dist/" : "./";
  return fileURLToPath(new URL(`${folder}tcp.worker.js`, import.meta.url));
}
