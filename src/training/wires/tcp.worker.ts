/**
 * The thread that owns the sockets of one process: it connects to all others, once for each
 * lane, and runs the exchanges that it is handed, lane by lane in their order.
 */
import { parentPort } from "node:worker_threads";
import { at, present } from "../../base/assert.ts";
import { nowS } from "../../files/clock.ts";
import type { Link, Meeting } from "./tcp-link.ts";
import { connectAll, listen } from "./tcp-link.ts";
import type { Span, TcpJob, TcpMessage, TcpReport } from "./tcp-job.ts";
import { JOB_DONE, JOB_LOST } from "./tcp-job.ts";

const PARENT_LOOK_MS = 200;

const port = present(parentPort ?? undefined, "a thread");
const listener = await listen();
/** By lane, then by rank; the own place is empty. */
let links: readonly (readonly (Link | undefined)[])[] = [];
let own = 0;
/** The end of the last exchange of each lane. */
const ends = [Promise.resolve(), Promise.resolve()];

// When the command ends without a word its processes get another parent.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid !== parent) closeAll();
}, PARENT_LOOK_MS);
watch.unref();

port.on("message", (message: TcpMessage) => {
  if (message.kind === "close") {
    closeAll();
    port.close();
    return;
  }
  if (message.kind === "job") {
    const { job, memory } = message;
    const begun = present(ends[job.lane], "a lane");
    ends[job.lane] = begun.then(() => {
      const done = attempt(job, memory);
      return job.waits === false ? undefined : done;
    });
    return;
  }
  own = message.rank;
  void meet(message);
});
say({ kind: "listening", port: listener.port });

async function meet(meeting: Meeting): Promise<void> {
  try {
    links = await connectAll(listener, meeting);
    say({ kind: "connected" });
  } catch (error) {
    say({ kind: "lost", message: String(error) });
  }
}

function say(report: TcpReport): void {
  port.postMessage(report);
}

function closeAll(): void {
  listener.server.close();
  for (const link of links.flat()) link?.close();
}

async function attempt(job: TcpJob, memory: SharedArrayBuffer): Promise<void> {
  const startS = nowS();
  let state: number = JOB_DONE;
  try {
    await run(job, memory);
  } catch {
    state = JOB_LOST; // whoever waits is told, and the command knows who ended
  }
  new Float64Array(memory, 8, 1)[0] = nowS() - startS;
  const word = new Int32Array(memory, 0, 1);
  Atomics.store(word, 0, state);
  Atomics.notify(word, 0);
}

async function run(job: TcpJob, memory: SharedArrayBuffer): Promise<void> {
  const link = (peer: number) => present(at(links, job.lane)[peer], "a link to another rank");
  const bytes = ({ startBytes, bytes: count }: Span) => new Uint8Array(memory, startBytes, count);
  const sendAll = (list: TcpJob["sends"]) =>
    list.map(({ peer, span }) => {
      // Copied: the socket keeps what it is given, and the memory is used again.
      const sent = link(peer).send(bytes(span).slice());
      sent.catch(() => undefined); // awaited below; it may fail before
      return sent;
    });
  const sending = sendAll(job.sends);
  await reduce(job, memory, async (peer, into) => link(peer).receive(into));
  sending.push(...sendAll(job.results));
  const receiving = job.receives.map(({ peer, span }) => link(peer).receive(bytes(span)));
  await Promise.all([...sending, ...receiving]);
}

/** In the order of ranks, as every transport adds. */
async function reduce(
  { reduction }: TcpJob,
  memory: SharedArrayBuffer,
  receive: (peer: number, into: Uint8Array) => Promise<void>,
): Promise<void> {
  if (reduction === undefined) return;
  const { members, source, target, isDouble, how } = reduction;
  const kind = isDouble ? Float64Array : Float32Array;
  const count = source.bytes / kind.BYTES_PER_ELEMENT;
  const numbersAt = (start: number): AnyNumbers =>
    isDouble ? new Float64Array(memory, start, count) : new Float32Array(memory, start, count);
  const parts = members.map((peer) => {
    return { peer, part: peer === own ? numbersAt(source.startBytes) : new kind(count) };
  });
  const others = parts.filter(({ peer }) => peer !== own);
  await Promise.all(others.map(({ peer, part }) => receive(peer, bytesOf(part))));
  const sum = new kind(at(parts, 0).part);
  for (const { part } of parts.slice(1)) fold(sum, part, how);
  numbersAt(target.startBytes).set(sum);
}

/** Here or in memory that threads share. */
type AnyNumbers = Float32Array | Float64Array;

function bytesOf({ buffer, byteOffset, byteLength }: AnyNumbers): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function fold(sum: AnyNumbers, part: AnyNumbers, how: "sum" | "max"): void {
  for (let i = 0; i < sum.length; i++) {
    sum[i] = how === "sum" ? at(sum, i) + at(part, i) : Math.max(at(sum, i), at(part, i));
  }
}
