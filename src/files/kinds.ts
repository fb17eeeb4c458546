/**
 * The kinds of quantity a file can hold, and the one SI unit in which each lives inside the
 * product. Light on purpose: schemas name kinds, only `quantity.ts` knows the unit library.
 */
export interface Kind {
  /** Unit in which mathjs is asked for the number. */
  readonly si: string;
  /** "a data rate": for messages. */
  readonly words: string;
  readonly example: string;
  /** Whether 0 makes sense; a link without any rate does not. */
  readonly zero: boolean;
  /** Unit most likely meant by a bare number; none where that would be a guess of size. */
  readonly usual: string;
}

export const KINDS = {
  duration: kind("s", "a duration", "1.2 us", true, "us"),
  dataSize: kind("B", "a data size", "80 GB", false, "GB"),
  dataRate: kind("B/s", "a data rate of one direction", "3.35 TB/s", false, "GB/s"),
  linkSpeed: kind("B/s", "a data rate of one direction", "400 Gb/s", false, "Gb/s"),
  compute: kind("flop", "an amount of arithmetic", "15 Tflop", false, "Tflop"),
  computeRate: kind("flop/s", "a rate of arithmetic", "989 Tflop/s", false, "Tflop/s"),
  power: kind("W", "a power", "700 W", true, "W"),
  energy: kind("J", "an energy", "5 kWh", true, "kWh"),
  length: kind("m", "a length", "50 m", true, "m"),
  money: kind("USD", "an amount of money", "310000 USD", true, "USD"),
  moneyRate: kind("USD/s", "money over time", "3.99 USD/hour", true, "USD/hour"),
  carbonIntensity: kind("kg/J", "carbon for energy", "369 g/(kW hour)", true, "g/(kW hour)"),
  energyPrice: kind("USD/J", "a price of energy", "0.08 USD/(kW hour)", true, "USD/(kW hour)"),
} as const;

/** Kinds whose text goes through the unit library. */
export type QuantityKind = keyof typeof KINDS;

/** All kinds a schema may name: the others are plain numbers and counts. */
export type FieldKind = QuantityKind | "count" | "messageSize" | "ratio";

function kind(si: string, words: string, example: string, zero: boolean, usual: string): Kind {
  return { si, words, example, zero, usual };
}

export function isQuantityKind(name: string): name is QuantityKind {
  return Object.hasOwn(KINDS, name);
}
