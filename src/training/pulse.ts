/**
 * How a rank shows that it gets on, without a turn of its event loop: numbers on a board that the
 * command reads. Waiting for others is told apart from computing, so that of many ranks at a
 * standstill the one that causes it can be named.
 */
import type { Parcel, Ticket, Wires } from "./wires/wires.ts";

/** What a rank is at. */
export const PULSE_STATES = ["starting", "computing", "saving", "waiting"] as const;

export type PulseState = (typeof PULSE_STATES)[number];

/** Beats, state, and of a rank that waits: which kind of exchange, and two words of peers. */
export const PULSE_NUMBER_COUNT = 5;

/** Beats between changes of state are written this often at most. */
const BEAT_S = 0.1;

const EXCHANGES = { allReduce: 1, reduceScatter: 2, transfer: 3 } as const;

interface Exchange {
  readonly kind: keyof typeof EXCHANGES;
  readonly peers: readonly number[];
}

export class Pulse {
  readonly #write: (numbers: Int32Array) => void;
  readonly #clock: () => number;
  readonly #numbers = new Int32Array(PULSE_NUMBER_COUNT);
  #state: PulseState = "starting";
  #writtenS = 0;

  constructor(write: (numbers: Int32Array) => void, clock: () => number) {
    this.#write = write;
    this.#clock = clock;
    this.enter("starting");
  }

  /** The state before. */
  enter(state: PulseState): PulseState {
    const before = this.#state;
    this.#state = state;
    this.#numbers[1] = PULSE_STATES.indexOf(state);
    this.#beatNow(this.#clock());
    return before;
  }

  /** An operation is finished. */
  readonly beat = (): void => {
    const clockS = this.#clock();
    if (clockS - this.#writtenS >= BEAT_S) this.#beatNow(clockS);
  };

  during<T>({ kind, peers }: Exchange, work: () => T): T {
    const numbers = this.#numbers;
    numbers[2] = EXCHANGES[kind];
    numbers.fill(0, 3);
    for (const peer of peers) numbers[3 + (peer >> 5)]! |= 1 << (peer & 31);
    const before = this.enter("waiting");
    try {
      return work();
    } finally {
      this.enter(before);
    }
  }

  #beatNow(clockS: number): void {
    this.#writtenS = clockS;
    this.#numbers[0]! += 1;
    this.#write(this.#numbers);
  }
}

/** The same wires; the pulse says when a rank waits in them, and for whom. */
export function pulsedWires(wires: Wires, pulse: Pulse): Wires {
  const background = new Map<Ticket, Exchange>();
  const exchanged = (exchange: Exchange, isBackground: boolean, start: () => Ticket): Ticket => {
    if (!isBackground) return pulse.during(exchange, start);
    const ticket = start();
    if (ticket !== 0) background.set(ticket, exchange);
    return ticket;
  };
  const { rank, rankCount } = wires;
  return {
    ...{ rank, rankCount },
    allReduce: (call, isBackground) =>
      exchanged({ kind: "allReduce", peers: call.members }, isBackground, () =>
        wires.allReduce(call, isBackground),
      ),
    reduceScatter: (call, isBackground) =>
      exchanged({ kind: "reduceScatter", peers: call.members }, isBackground, () =>
        wires.reduceScatter(call, isBackground),
      ),
    transfer: (call, isBackground) =>
      exchanged({ kind: "transfer", peers: [rank, ...peersOf(call)] }, isBackground, () =>
        wires.transfer(call, isBackground),
      ),
    send: (parcel) => wires.send(parcel),
    finish(ticket) {
      const exchange = background.get(ticket);
      background.delete(ticket);
      return exchange === undefined
        ? wires.finish(ticket)
        : pulse.during(exchange, () => wires.finish(ticket));
    },
    close: () => wires.close(),
  };
}

function peersOf(call: {
  readonly sent: readonly Parcel[];
  readonly received: readonly Parcel[];
}): readonly number[] {
  return [...call.sent, ...call.received].map(({ peer }) => peer);
}
