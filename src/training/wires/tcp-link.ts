/**
 * Sockets between processes of this machine: one to every other rank for each lane. Each listens,
 * and connects to those before it. Nothing outside this machine can reach them.
 */
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { at } from "../../base/assert.ts";
import { LostNeighbor } from "./wires.ts";

const LOOPBACK = "127.0.0.1";
const LANE_COUNT = 2;
/** More than this is not taken from a socket before it is asked for. */
const QUEUE_MAX_BYTES = 8 * 2 ** 20;
const WORD_BYTES = 4;

export interface Listener {
  readonly server: Server;
  readonly port: number;
  /** Who has come: others may connect before this process is told of them. */
  readonly arrived: Link[];
  onArrival: ((link: Link) => void) | undefined;
}

export async function listen(): Promise<Listener> {
  const arrived: Link[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const link = new Link(socket);
    arrived.push(link);
    listener.onArrival?.(link);
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

export interface Meeting {
  readonly rank: number;
  /** Where all ranks listen. */
  readonly ports: readonly number[];
  /** Tells our processes from strangers. */
  readonly token: string;
}

/** Links by lane and rank. */
export async function connectAll(
  listener: Listener,
  { rank, ports, token }: Meeting,
): Promise<(Link | undefined)[][]> {
  const links = Array.from({ length: LANE_COUNT }, () =>
    ports.map((): Link | undefined => undefined),
  );
  const expected = (ports.length - 1 - rank) * LANE_COUNT;
  const accepted = acceptFrom(listener, { token, expected }, (from, lane, link) => {
    const row = links[lane];
    if (row === undefined || from <= rank || from >= ports.length) return false;
    if (row[from] !== undefined) return false;
    row[from] = link;
    return true;
  });
  for (let peer = 0; peer < rank; peer++) {
    for (const [lane, row] of links.entries()) {
      row[peer] = await reach(at(ports, peer), greeting(rank, lane, token));
    }
  }
  await accepted;
  listener.server.close();
  return links;
}

async function reach(port: number, hello: Uint8Array): Promise<Link> {
  const socket = connect({ host: LOOPBACK, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const link = new Link(socket);
  await link.send(hello);
  return link;
}

function greeting(rank: number, lane: number, token: string): Uint8Array {
  const text = new TextEncoder().encode(token);
  const bytes = new Uint8Array(2 * WORD_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, rank);
  view.setUint32(WORD_BYTES, lane);
  bytes.set(text, 2 * WORD_BYTES);
  return bytes;
}

/** Whoever greets with the token and is wanted stays; others are hung up on. */
function acceptFrom(
  listener: Listener,
  { token, expected }: { readonly token: string; readonly expected: number },
  take: (rank: number, lane: number, link: Link) => boolean,
): Promise<void> {
  if (expected === 0) return Promise.resolve();
  let count = 0;
  return new Promise((resolve) => {
    listener.onArrival = (link) => {
      const found = new Uint8Array(greeting(0, 0, token).length);
      const greet = async () => {
        await link.receive(found);
        const view = new DataView(found.buffer);
        const [rank, lane] = [view.getUint32(0), view.getUint32(WORD_BYTES)];
        const isOurs = greeting(rank, lane, token).every((byte, i) => byte === found[i]);
        if (!isOurs || !take(rank, lane, link)) link.close();
        else if (++count === expected) resolve();
      };
      greet().catch(() => link.close());
    };
    for (const link of listener.arrived) listener.onArrival(link);
  });
}

/** One socket: bytes come out in the order and the amounts in which they are asked for. */
export class Link {
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
  }

  /** Done when the socket has taken all. */
  send(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(new LostNeighbor(`a process is gone (${error.message})`));
        else resolve();
      });
    });
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
    if (this.#isClosed) throw new LostNeighbor("a process is gone");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
