/** What users of one replica see at a load: the loop over some draws of chance, put together. */
import type { Engine, Served } from "./loop.ts";
import { serve } from "./loop.ts";
import type { Distribution } from "./percentiles.ts";
import { distributionOf } from "./percentiles.ts";
import type { Requests, Traffic } from "./requests.ts";
import { drawRequests } from "./requests.ts";

export interface Observed {
  readonly ttft: Distribution;
  readonly tpot: Distribution;
  readonly endToEnd: Distribution;
  readonly tokensPerS: number;
}

/** Requests that come while the engine fills or runs dry tell nothing of a steady state. */
const EDGE_SHARE = 0.15;

export function observe(
  engine: Engine,
  traffic: Traffic,
  { requestCount, seeds }: { readonly requestCount: number; readonly seeds: readonly number[] },
): Observed {
  const sample = new Sample();
  for (const seed of seeds) {
    const requests = drawRequests(traffic, requestCount, seed);
    sample.add(requests, serve(engine, requests), EDGE_SHARE);
  }
  return sample.observed();
}

/** Every request of a recorded trace counts. */
export function observeTrace(engine: Engine, parts: readonly Requests[]): Observed {
  const sample = new Sample();
  for (const requests of parts) sample.add(requests, serve(engine, requests), 0);
  return sample.observed();
}

class Sample {
  readonly #ttftS: number[] = [];
  readonly #tpotS: number[] = [];
  readonly #endToEndS: number[] = [];
  #tokens = 0;
  #seconds = 0;

  add(requests: Requests, served: Served, edgeShare: number): void {
    const { arrivalsS, outputTokens } = requests;
    const count = arrivalsS.length;
    const skipped = Math.floor(count * edgeShare);
    for (let i = skipped; i < count - skipped; i++) {
      const [arrival, first] = [arrivalsS[i] as number, served.firstTokenS[i] as number];
      const [end, tokens] = [served.endS[i] as number, outputTokens[i] as number];
      this.#ttftS.push(first - arrival);
      this.#endToEndS.push(end - arrival);
      if (tokens > 1) this.#tpotS.push((end - first) / (tokens - 1));
    }
    const last = served.endS.reduce((most, time) => Math.max(most, time), 0);
    this.#tokens += outputTokens.reduce((sum, tokens) => sum + tokens, 0);
    this.#seconds += last - (arrivalsS[0] ?? 0);
  }

  observed(): Observed {
    // Where every answer is one token there is no time between tokens.
    const tpotS = this.#tpotS.length === 0 ? [0] : this.#tpotS;
    return {
      ttft: distributionOf(Float64Array.from(this.#ttftS)),
      tpot: distributionOf(Float64Array.from(tpotS)),
      endToEnd: distributionOf(Float64Array.from(this.#endToEndS)),
      tokensPerS: this.#tokens / this.#seconds,
    };
  }
}
