/**
 * Rates of senders that heed marks, after DCQCN (Zhu et al. 2015, SIGCOMM): a marked packet
 * cuts the rate by α/2 and raises α, at most once in 50 µs; without marks α decays and the rate
 * climbs, halfway back to what it was in the first five rounds of 55 µs, then in fixed steps.
 */
const CUT_MIN_PS = 50e6;
const ROUND_PS = 55e6;
const GAIN = 1 / 256;
const FAST_ROUNDS = 5;
/** 40 Mb/s, as the paper has it, for each 40 Gb/s of the line. */
const STEP_SHARE = 1e-3;
const LEAST_SHARE = 1e-3;

export class Rates {
  readonly #lineBytesPerPs: Float64Array;
  readonly #rate: Float64Array;
  readonly #target: Float64Array;
  readonly #alpha: Float64Array;
  readonly #cutPs: Float64Array;
  readonly #roundPs: Float64Array;
  readonly #rounds: Int32Array;

  constructor(lineBytesPerPs: Float64Array) {
    const count = lineBytesPerPs.length;
    this.#lineBytesPerPs = lineBytesPerPs;
    this.#rate = lineBytesPerPs.slice();
    this.#target = lineBytesPerPs.slice();
    this.#alpha = new Float64Array(count).fill(1);
    this.#cutPs = new Float64Array(count).fill(-CUT_MIN_PS);
    this.#roundPs = new Float64Array(count);
    this.#rounds = new Int32Array(count);
  }

  /** Time to send so many bytes at the present rate, ps. */
  sendPs(message: number, bytes: number): number {
    return bytes / (this.#rate[message] as number);
  }

  /** What an acknowledgement says at an instant. */
  hear(message: number, isMarked: boolean, nowPs: number): void {
    this.#climb(message, nowPs);
    if (!isMarked || nowPs - (this.#cutPs[message] as number) < CUT_MIN_PS) return;
    const rate = this.#rate[message] as number;
    const alpha = this.#alpha[message] as number;
    const least = LEAST_SHARE * (this.#lineBytesPerPs[message] as number);
    this.#target[message] = rate;
    this.#rate[message] = Math.max(least, rate * (1 - alpha / 2));
    this.#alpha[message] = (1 - GAIN) * alpha + GAIN;
    this.#cutPs[message] = nowPs;
    this.#roundPs[message] = nowPs;
    this.#rounds[message] = 0;
  }

  #climb(message: number, nowPs: number): void {
    const line = this.#lineBytesPerPs[message] as number;
    while ((this.#roundPs[message] as number) + ROUND_PS <= nowPs) {
      if (this.#rate[message] === line) {
        this.#roundPs[message] = nowPs;
        return;
      }
      this.#roundPs[message] = (this.#roundPs[message] as number) + ROUND_PS;
      const round = (this.#rounds[message] as number) + 1;
      this.#rounds[message] = round;
      this.#alpha[message] = (this.#alpha[message] as number) * (1 - GAIN);
      let target = this.#target[message] as number;
      if (round > FAST_ROUNDS) target = Math.min(line, target + STEP_SHARE * line);
      this.#target[message] = target;
      this.#rate[message] = Math.min(line, (target + (this.#rate[message] as number)) / 2);
    }
  }
}
