/**
 * A ring of processes over loopback TCP: each listens for the one before it and connects to the
 * next. Nothing outside this machine can reach the sockets.
 */
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { at } from "../base/assert.ts";
import type { Share } from "./batches.ts";
import type { Wire } from "./ring.ts";
import { LostNeighbor } from "./ring.ts";

const LOOPBACK = "127.0.0.1";
/** More than this is not taken from the socket before it is asked for. */
const QUEUE_MAX_BYTES = 8 * 2 ** 20;
const RANK_BYTES = 4;

export interface Listener {
  readonly server: Server;
  readonly port: number;
  /** Who has come: others may connect before this process is told of them. */
  readonly arrived: Inbox[];
  onArrival: ((inbox: Inbox) => void) | undefined;
}

export async function listen(): Promise<Listener> {
  const arrived: Inbox[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const inbox = new Inbox(socket);
    arrived.push(inbox);
    listener.onArrival?.(inbox);
  });
  const listener: Omit<Listener, "port"> & { port: number } = {
    ...{ server, port: 0, arrived, onArrival: undefined },
  };
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (typeof address === "object" && address !== null) listener.port = address.port;
  return listener;
}

export interface TcpWire extends Wire {
  close(): void;
}

/** `ports` are where all ranks listen; `token` tells our processes from strangers. */
export async function tcpRing(
  listener: Listener,
  { rank, rankCount }: Share,
  ports: readonly number[],
  token: string,
): Promise<TcpWire> {
  const previous = (rank - 1 + rankCount) % rankCount;
  const accepted = acceptFrom(listener, previous, token);
  const next = connect({ host: LOOPBACK, port: at(ports, (rank + 1) % rankCount), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    next.once("connect", resolve);
    next.once("error", reject);
  });
  next.write(greeting(rank, token));
  const inbox = await accepted;
  listener.server.close();
  const outbox = new Outbox(next);
  return {
    exchange: async (sent, into) => {
      await Promise.all([outbox.send(sent), inbox.receive(into)]);
    },
    close: () => {
      next.end();
      inbox.close();
    },
  };
}

function greeting(rank: number, token: string): Uint8Array {
  const text = new TextEncoder().encode(token);
  const bytes = new Uint8Array(RANK_BYTES + text.length);
  new DataView(bytes.buffer).setUint32(0, rank);
  bytes.set(text, RANK_BYTES);
  return bytes;
}

/** The first connection that greets as the wanted rank; others are hung up on. */
function acceptFrom(listener: Listener, rank: number, token: string): Promise<Inbox> {
  const wanted = greeting(rank, token);
  return new Promise((resolve) => {
    listener.onArrival = (inbox) => {
      const found = new Uint8Array(wanted.length);
      const greet = async () => {
        await inbox.receive(found);
        if (found.every((byte, i) => byte === wanted[i])) resolve(inbox);
        else inbox.close();
      };
      greet().catch(() => inbox.close());
    };
    for (const inbox of listener.arrived) listener.onArrival(inbox);
  });
}

class Outbox {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined); // said by the write that fails
    socket.resume(); // nothing comes this way, but its end must be seen
  }

  send(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(new LostNeighbor(`the next process is gone (${error.message})`));
        else resolve();
      });
    });
  }
}

/** Bytes that have come, handed out in the order and the amounts in which they are asked for. */
class Inbox {
  readonly #socket: Socket;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Uint8Array) => {
      this.#queue.push(bytes);
      this.#queuedBytes += bytes.length;
      if (this.#queuedBytes > QUEUE_MAX_BYTES) socket.pause();
      this.#wake?.();
    });
    socket.on("error", () => undefined); // a close follows
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake?.();
    });
    socket.resume();
  }

  async receive(into: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < into.length) {
      const first = this.#queue[0];
      if (first === undefined) {
        await this.#more();
        continue;
      }
      const part = first.subarray(0, into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#queuedBytes -= part.length;
      if (part.length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(part.length);
      if (this.#queuedBytes <= QUEUE_MAX_BYTES) this.#socket.resume();
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #more(): Promise<void> {
    if (this.#isClosed) throw new LostNeighbor("the process before this one is gone");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
