/**
 * Messages by SimGrid's models CM02 and LV08 (simgrid/simgrid, network_cm02.cpp): each pays its
 * latency first, loading nothing, and then shares links.
 *
 *     latency   f_L · Σ lat                       f_L 1, 13.01
 *     rate      f_B · share                       f_B 1, 0.97
 *     bound     min(least bandwidth, γ / (2·Σ lat))
 *     weight    Σ (lat + S / bandwidth)           S 0, 20537 bytes; 1 where there is no latency
 *     way back  0.05 of the flow on its links, with cross-traffic
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { SimgridMessage, SimgridPlatform, SimgridSettings } from "../../records/simgrid.ts";
import type { ShareElement, ShareFlow } from "./simgrid-shares.ts";
import { simgridShares } from "./simgrid-shares.ts";

export type SimgridModel = "simgrid-cm02" | "simgrid-lv08";

const COMMON = { windowBytes: 4_194_304, isCrossed: true };

export const SIMGRID_MODELS: Readonly<Record<SimgridModel, SimgridSettings>> = {
  "simgrid-cm02": { ...COMMON, latencyFactor: 1, bandwidthFactor: 1, weightBytes: 0 },
  "simgrid-lv08": { ...COMMON, latencyFactor: 13.01, bandwidthFactor: 0.97, weightBytes: 20_537 },
};

/** Above so many, solving again at each event takes minutes. */
const MESSAGES_MAX = 20_000;

/** Times closer than this are one, as the program's timing has it. */
const TIMING_S = 1e-9;
/** So much of a message counts as none. */
const WORK_BYTES = 1e-5;

interface Flow extends ShareFlow {
  readonly latencyS: number;
}

/** When each message has arrived, s. */
export function simgridArrivalsS(
  platform: Pick<SimgridPlatform, "links" | "route">,
  messages: readonly SimgridMessage[],
  settings: SimgridSettings,
): number[] {
  if (messages.length > MESSAGES_MAX) {
    throw new Refusal({
      code: "out-of-range",
      pointer: "",
      found: `${messages.length} messages`,
      expected: `at most ${MESSAGES_MAX} by SimGrid's rules`,
      nextStep: "take a smaller program",
    });
  }
  const flows = messages.map((message) => flowOf(platform, message, settings));
  return new Play(platform, messages, flows, settings).arrivalsS();
}

function flowOf(
  { links, route }: Pick<SimgridPlatform, "links" | "route">,
  { sourceIndex: source, targetIndex: target }: SimgridMessage,
  settings: SimgridSettings,
): Flow {
  const way = route(source, target);
  const back = settings.isCrossed ? route(target, source) : [];
  const latencyS = way.reduce((sum, link) => sum + at(links, link).latencyS, 0);
  const least = way.reduce((low, link) => Math.min(low, at(links, link).bytesPerS), Infinity);
  const window =
    latencyS > 0 && settings.windowBytes > 0 ? settings.windowBytes / (2 * latencyS) : Infinity;
  const bound = Math.min(least, window);
  const { weightBytes } = settings;
  const weight =
    weightBytes > 0
      ? way.reduce((sum, link) => sum + weightBytes / at(links, link).bytesPerS, latencyS)
      : latencyS;
  const elements: ShareElement[] = [
    ...way.map((linkIndex) => ({ linkIndex, consumptionShare: 1 })),
    ...back.map((linkIndex) => ({ linkIndex, consumptionShare: 0.05 })),
  ];
  return {
    elements,
    latencyS: latencyS * settings.latencyFactor,
    boundBytesPerS: bound === Infinity ? -1 : bound,
    // Without latency the program never sets the weight.
    weight: latencyS > 0 ? weight : 1,
  };
}

class Play {
  readonly #platform: Pick<SimgridPlatform, "links" | "route">;
  readonly #messages: readonly SimgridMessage[];
  readonly #flows: readonly Flow[];
  readonly #factor: number;
  readonly #arrivalsS: number[];
  readonly #left: number[];
  readonly #waits: number[];
  readonly #dependents: number[][];
  /** Messages whose latency runs, and when it ends. */
  readonly #latent = new Map<number, number>();
  readonly #sharing = new Set<number>();
  #rates: readonly number[] = [];
  #nowS = 0;

  constructor(
    platform: Pick<SimgridPlatform, "links" | "route">,
    messages: readonly SimgridMessage[],
    flows: readonly Flow[],
    { bandwidthFactor }: SimgridSettings,
  ) {
    this.#platform = platform;
    this.#messages = messages;
    this.#flows = flows;
    this.#factor = bandwidthFactor;
    this.#arrivalsS = messages.map(() => Infinity);
    this.#left = messages.map(({ sizeBytes }) => sizeBytes);
    this.#waits = messages.map(({ afterIndices }) => afterIndices.length);
    this.#dependents = messages.map(() => []);
    for (const [m, { afterIndices }] of messages.entries()) {
      for (const before of afterIndices) at(this.#dependents, before).push(m);
    }
  }

  arrivalsS(): number[] {
    for (const m of this.#messages.keys()) if (at(this.#waits, m) === 0) this.#begin(m);
    while (this.#latent.size + this.#sharing.size > 0) this.#advance();
    return this.#arrivalsS;
  }

  #begin(m: number): void {
    const startS = Math.max(this.#nowS, at(this.#messages, m).startS);
    this.#latent.set(m, startS + at(this.#flows, m).latencyS);
  }

  /** To the next end of a latency or a message, and all that ends with it. */
  #advance(): void {
    const order = [...this.#sharing];
    let next = Infinity;
    for (const endS of this.#latent.values()) next = Math.min(next, endS);
    for (const [i, m] of order.entries()) next = Math.min(next, this.#nowS + this.#needS(i, m));
    assert(Number.isFinite(next), "each message that shares links gets some of them");
    const done = order.filter((m, i) => this.#nowS + this.#needS(i, m) <= next + TIMING_S);
    for (const [i, m] of order.entries()) {
      this.#left[m] = at(this.#left, m) - at(this.#rates, i) * (next - this.#nowS);
    }
    this.#nowS = next;
    for (const m of done) this.#finish(m);
    for (const [m, endS] of this.#latent) {
      if (endS > next + TIMING_S) continue;
      this.#latent.delete(m);
      if (at(this.#left, m) <= WORK_BYTES) this.#finish(m);
      else this.#sharing.add(m);
    }
    const flows = [...this.#sharing].map((m) => at(this.#flows, m));
    this.#rates = simgridShares(this.#platform.links, flows).map((rate) => rate * this.#factor);
  }

  #needS(i: number, m: number): number {
    const left = at(this.#left, m);
    return left <= WORK_BYTES ? 0 : left / at(this.#rates, i);
  }

  #finish(m: number): void {
    this.#sharing.delete(m);
    this.#arrivalsS[m] = this.#nowS;
    for (const dependent of at(this.#dependents, m)) {
      const left = at(this.#waits, dependent) - 1;
      this.#waits[dependent] = left;
      if (left === 0) this.#begin(dependent);
    }
  }
}
