/**
 * Pending events, earliest first: at most one for each stream, moved in place.
 *
 * Order is total: by tick, then by stream number, so every machine fires the same events
 * in the same order. An indexed binary heap over typed arrays: no object per event.
 */
import { assert } from "../../base/assert.ts";

export class EventQueue {
  readonly #heap: Int32Array;
  readonly #place: Int32Array;
  readonly #tick: Float64Array;
  #length = 0;

  constructor(streamCount: number) {
    this.#heap = new Int32Array(streamCount);
    this.#place = new Int32Array(streamCount).fill(-1);
    this.#tick = new Float64Array(streamCount);
  }

  get length(): number {
    return this.#length;
  }

  /** The tick of the earliest event. */
  get nextTick(): number {
    assert(this.#length > 0, "an event is pending");
    return this.#tick[this.#heap[0]!]!;
  }

  /** Gives the stream an event, or moves the one it has. */
  set(stream: number, tick: number): void {
    assert(Number.isSafeInteger(tick) && tick >= 0, "events happen at whole ticks below 2^53");
    let place = this.#place[stream]!;
    if (place === -1) {
      place = this.#length++;
      this.#put(stream, place);
      this.#tick[stream] = tick;
      this.#rise(place);
      return;
    }
    const isEarlier = tick < this.#tick[stream]!;
    this.#tick[stream] = tick;
    if (isEarlier) this.#rise(place);
    else this.#sink(place);
  }

  /** Takes back the event of a stream and returns its tick. */
  dropped(stream: number): number {
    const place = this.#place[stream]!;
    assert(place !== -1, "the stream has an event");
    const last = this.#heap[--this.#length]!;
    this.#place[stream] = -1;
    if (last !== stream) {
      this.#put(last, place);
      this.#rise(place);
      this.#sink(this.#place[last]!);
    }
    return this.#tick[stream]!;
  }

  /** Takes the earliest event and returns its stream. */
  pop(): number {
    assert(this.#length > 0, "an event is pending");
    const stream = this.#heap[0]!;
    const last = this.#heap[--this.#length]!;
    this.#place[stream] = -1;
    if (last !== stream) {
      this.#put(last, 0);
      this.#sink(0);
    }
    return stream;
  }

  /**
   * Takes all events of the earliest tick, by stream number; returns how many. Where they
   * are many, the heap is made anew from the others instead of sunk once an event.
   */
  takeTick(into: Int32Array): number {
    const tick = this.nextTick;
    const sameTick = this.#sameTick(tick, into);
    if (8 * sameTick < this.#length) {
      for (let i = 0; i < sameTick; i++) into[i] = this.pop();
      return sameTick;
    }
    if (8 * sameTick < this.#tick.length) into.subarray(0, sameTick).sort();
    else this.#scanTick(tick, into);
    for (let i = 0; i < sameTick; i++) this.#place[into[i]!] = -1;
    if (sameTick < this.#length) this.#closeUp();
    else this.#length = 0;
    return sameTick;
  }

  /** The streams of one tick by their numbers: quicker than sorting where they are many. */
  #scanTick(tick: number, into: Int32Array): void {
    let count = 0;
    for (let stream = 0; stream < this.#tick.length; stream++) {
      if (this.#tick[stream] === tick && this.#place[stream] !== -1) into[count++] = stream;
    }
  }

  /** The heap of those that still have a place. */
  #closeUp(): void {
    let kept = 0;
    for (let place = 0; place < this.#length; place++) {
      const stream = this.#heap[place]!;
      if (this.#place[stream] !== -1) this.#put(stream, kept++);
    }
    this.#length = kept;
    for (let place = (kept >> 1) - 1; place >= 0; place--) this.#sink(place);
  }

  /** The streams of one tick, unordered: in the heap they are a tree below the root. */
  #sameTick(tick: number, into: Int32Array): number {
    let count = 0;
    into[count++] = this.#heap[0]!;
    for (let next = 0; next < count; next++) {
      const below = 2 * this.#place[into[next]!]! + 1;
      for (let child = below; child <= below + 1 && child < this.#length; child++) {
        const stream = this.#heap[child]!;
        if (this.#tick[stream] === tick) into[count++] = stream;
      }
    }
    return count;
  }

  #put(stream: number, place: number): void {
    this.#heap[place] = stream;
    this.#place[stream] = place;
  }

  #isBefore(a: number, b: number): boolean {
    const early = this.#tick[a]!;
    const late = this.#tick[b]!;
    return early < late || (early === late && a < b);
  }

  #rise(start: number): void {
    let place = start;
    const stream = this.#heap[place]!;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above]!;
      if (!this.#isBefore(stream, other)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(stream, place);
  }

  #sink(start: number): void {
    let place = start;
    const stream = this.#heap[place]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#length) break;
      const right = below + 1;
      if (right < this.#length && this.#isBefore(this.#heap[right]!, this.#heap[below]!)) {
        below = right;
      }
      const other = this.#heap[below]!;
      if (!this.#isBefore(other, stream)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(stream, place);
  }
}
