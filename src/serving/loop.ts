/**
 * Continuous batching, step by step. In each step the engine admits waiting requests while their
 * keys and values fit from prompt to end, fills the token budget beside the decoding ones with
 * pieces of prompts in order, and runs; every decoding request gains a token, prompts that end give
 * their first. Steps cost what the iteration law says; nothing is allocated per step.
 */
import { assert } from "../base/assert.ts";
import type { EngineStep, Replica } from "./iteration.ts";
import { engineStepS } from "./iteration.ts";
import type { Requests } from "./requests.ts";

export interface Engine {
  readonly replica: Replica;
  /** Most tokens of one step: decoding ones, and prompts beside them. */
  readonly budgetTokens: number;
  readonly batchMaxCount: number;
  /** Tokens of keys and values that fit. */
  readonly capacityTokens: number;
  readonly draft?: Draft;
}

/** Speculative decoding: each step drafts some tokens and keeps those that are accepted. */
export interface Draft {
  readonly draftCount: number;
  readonly acceptanceShare: number;
  /** Seconds of drafting, as a share of the step. */
  readonly costShare: number;
}

/** When each request had its first token and its last. */
export interface Served {
  readonly firstTokenS: Float64Array;
  readonly endS: Float64Array;
  readonly stepCount: number;
  readonly busyS: number;
}

/** (1 − a^(d+1)) / (1 − a): what a step with d drafted tokens yields (Leviathan et al. 2023). */
export function tokensPerStep(draft: Draft | undefined): number {
  if (draft === undefined) return 1;
  const { draftCount, acceptanceShare: a } = draft;
  return a === 1 ? draftCount + 1 : (1 - a ** (draftCount + 1)) / (1 - a);
}

export function serve(engine: Engine, requests: Requests): Served {
  return new Loop(engine, requests).run();
}

class Loop {
  readonly #engine: Engine;
  readonly #requests: Requests;
  readonly #count: number;
  readonly #firstTokenS: Float64Array;
  readonly #endS: Float64Array;
  /** Who ends at the end of which step: a ring of lists. */
  readonly #ends: Int32Array;
  readonly #next: Int32Array;
  readonly #yield: number;
  /** Requests before these are: admitted; through with their prompt. */
  #admitted = 0;
  #prompted = 0;
  #ended = 0;
  /** Tokens of the first unfinished prompt that are done. */
  #doneTokens = 0;
  #decodeCount = 0;
  #contextTokens = 0;
  #reservedTokens = 0;
  #step = 0;
  #timeS = 0;
  #busyS = 0;

  constructor(engine: Engine, requests: Requests) {
    this.#engine = engine;
    this.#requests = requests;
    this.#count = requests.arrivalsS.length;
    this.#firstTokenS = new Float64Array(this.#count);
    this.#endS = new Float64Array(this.#count);
    this.#next = new Int32Array(this.#count);
    const longest = requests.outputTokens.reduce((most, tokens) => Math.max(most, tokens), 1);
    this.#ends = new Int32Array(longest + 2).fill(-1);
    this.#yield = tokensPerStep(engine.draft);
  }

  run(): Served {
    while (this.#ended < this.#count) {
      if (this.#admitted === this.#ended) this.#waitForArrival();
      this.#admit();
      this.#runStep();
    }
    const { busyS, stepCount } = { busyS: this.#busyS, stepCount: this.#step };
    return { firstTokenS: this.#firstTokenS, endS: this.#endS, stepCount, busyS };
  }

  #waitForArrival(): void {
    const arrival = this.#requests.arrivalsS[this.#admitted] as number;
    this.#timeS = Math.max(this.#timeS, arrival);
  }

  #admit(): void {
    const { arrivalsS } = this.#requests;
    const { batchMaxCount, capacityTokens } = this.#engine;
    while (this.#admitted < this.#count) {
      const request = this.#admitted;
      if ((arrivalsS[request] as number) > this.#timeS) return;
      if (request - this.#ended >= batchMaxCount) return;
      const foot = this.#footTokens(request);
      assert(foot <= capacityTokens, "a request fits alone");
      if (this.#reservedTokens + foot > capacityTokens) return;
      this.#reservedTokens += foot;
      this.#admitted++;
    }
  }

  #runStep(): void {
    const { draft, budgetTokens, replica } = this.#engine;
    const tokensPerDecode = draft === undefined ? 1 : draft.draftCount + 1;
    const decodeCount = this.#decodeCount;
    const contextTokens = this.#contextTokens;
    const firstEnded = this.#prompted;
    let left = budgetTokens - decodeCount * tokensPerDecode;
    let [promptTokens, promptPairs] = [0, 0];
    while (left > 0 && this.#prompted < this.#admitted) {
      const cached = this.#requests.cachedTokens[this.#prompted] as number;
      const prompt = (this.#requests.promptTokens[this.#prompted] as number) - cached;
      const tokens = Math.min(left, prompt - this.#doneTokens);
      promptPairs += tokens * (cached + this.#doneTokens + tokens / 2);
      promptTokens += tokens;
      left -= tokens;
      this.#doneTokens += tokens;
      if (this.#doneTokens < prompt) break;
      this.#doneTokens = 0;
      this.#prompted++;
    }
    const endedPrompts = this.#prompted - firstEnded;
    const step: EngineStep = {
      ...{ decodeCount, tokensPerDecode, contextTokens, promptTokens, promptPairs, endedPrompts },
    };
    const drafting = decodeCount > 0 ? 1 + (draft?.costShare ?? 0) : 1;
    const stepS = engineStepS(replica, step) * drafting;
    this.#timeS += stepS;
    this.#busyS += stepS;
    this.#step++;
    this.#contextTokens += decodeCount * this.#yield;
    for (let request = firstEnded; request < this.#prompted; request++) this.#begin(request);
    this.#finish();
  }

  /** The first token of a request is there: it decodes from now on, or is done. */
  #begin(request: number): void {
    this.#firstTokenS[request] = this.#timeS;
    const more = (this.#requests.outputTokens[request] as number) - 1;
    this.#decodeCount++;
    this.#contextTokens += (this.#requests.promptTokens[request] as number) + 1;
    const place = (this.#step + Math.ceil(more / this.#yield)) % this.#ends.length;
    this.#next[request] = this.#ends[place] as number;
    this.#ends[place] = request;
  }

  #finish(): void {
    const place = this.#step % this.#ends.length;
    for (let request = this.#ends[place] as number; request !== -1;) {
      this.#endS[request] = this.#timeS;
      this.#decodeCount--;
      const more = (this.#requests.outputTokens[request] as number) - 1;
      const prompt = this.#requests.promptTokens[request] as number;
      this.#contextTokens -= prompt + 1 + Math.ceil(more / this.#yield) * this.#yield;
      this.#reservedTokens -= this.#footTokens(request);
      this.#ended++;
      request = this.#next[request] as number;
    }
    this.#ends[place] = -1;
    // Sums of fractions leave dust; an idle engine has none.
    if (this.#decodeCount === 0) this.#contextTokens = 0;
  }

  #footTokens(request: number): number {
    const { promptTokens, outputTokens } = this.#requests;
    return (promptTokens[request] as number) + (outputTokens[request] as number);
  }
}
