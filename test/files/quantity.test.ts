/** Text with a unit becomes one SI number, or is refused with what was probably meant. */
import { equal } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import type { QuantityKind } from "../../src/files/kinds.ts";
import { KINDS } from "../../src/files/kinds.ts";
import { hint, parseQuantity, readQuantity } from "../../src/files/quantity.ts";

/** Bits are an eighth of a byte; K, M, G, T decimal; Ki, Mi, Gi binary; a year 365.25 days. */
const ACCEPTED: readonly (readonly [string, QuantityKind, number])[] = [
  ["400 Gb/s", "dataRate", 5e10],
  ["400Gb/s", "dataRate", 5e10],
  ["3.35 TB/s", "dataRate", 3.35e12],
  ["370.8 GB/s", "dataRate", 370.8e9],
  ["80 GB", "dataSize", 8e10],
  ["80 GiB", "dataSize", 85_899_345_920],
  ["25 MiB", "dataSize", 26_214_400],
  ["1.2 us", "duration", 1.2e-6],
  ["1.2 µs", "duration", 1.2e-6],
  ["500 ns", "duration", 5e-7],
  ["0 ns", "duration", 0],
  ["60d", "duration", 5_184_000],
  ["60 day", "duration", 5_184_000],
  ["2 h", "duration", 7200],
  ["5 year", "duration", 157_788_000],
  ["700 W", "power", 700],
  ["1.37 kW", "power", 1370],
  ["989 Tflop/s", "computeRate", 989e12],
  ["15 Tflop", "compute", 15e12],
  ["5 kWh", "energy", 18e6],
  ["310000 USD", "money", 310_000],
  ["20M USD", "money", 20e6],
  ["3.6 USD/hour", "moneyRate", 0.001],
  ["0.09 USD/(kW hour)", "energyPrice", 0.09 / 3.6e6],
  ["400 Gb/s", "linkSpeed", 5e10],
  ["400G", "linkSpeed", 5e10],
  ["400GbE", "linkSpeed", 5e10],
  ["1.6T", "linkSpeed", 2e11],
  ["NDR", "linkSpeed", 5e10],
  ["HDR", "linkSpeed", 2.5e10],
];

for (const [text, kind, value] of ACCEPTED) {
  test(`${text} as ${kind} is ${value}`, () => {
    equal(parseQuantity(text, kind), value);
  });
}

const REFUSED: readonly (readonly [string, QuantityKind, string])[] = [
  ["400", "dataRate", "bare-quantity"],
  ["400", "linkSpeed", "bare-quantity"],
  ["400 Gbps", "dataRate", "unknown-unit"],
  ["50 Gbit/s", "dataRate", "unknown-unit"],
  ["450 GBps", "dataRate", "unknown-unit"],
  ["400 gb/s", "dataRate", "unknown-unit"],
  ["400 GB", "dataRate", "wrong-dimension"],
  ["400 GB", "linkSpeed", "wrong-dimension"],
  ["400G", "dataRate", "unknown-unit"],
  ["400 Gb/s", "dataSize", "wrong-dimension"],
  ["-80 GB", "dataSize", "out-of-range"],
  ["0 GB", "dataSize", "out-of-range"],
  ["0 Gb/s", "linkSpeed", "out-of-range"],
  ["-1 ns", "duration", "out-of-range"],
  ["1e400 GB", "dataSize", "out-of-range"],
  ["NaN GB", "dataSize", "unknown-unit"],
  ["Infinity GB", "dataSize", "unknown-unit"],
  ["GB", "dataSize", "unknown-unit"],
  ["", "dataSize", "unknown-unit"],
  ["80 GB; 1", "dataSize", "unknown-unit"],
  ["1 GB constructor", "dataSize", "unknown-unit"],
  ["310,000 USD", "money", "unknown-unit"],
  ["20 EUR", "money", "unknown-unit"],
];

for (const [text, kind, code] of REFUSED) {
  test(`${JSON.stringify(text)} is refused as ${kind}: ${code}`, () => {
    const reading = readQuantity(text, kind);
    equal("code" in reading ? reading.code : "", code);
    equal(parseQuantity(text, kind), undefined);
  });
}

const HINTS: readonly (readonly [string, QuantityKind, string | undefined])[] = [
  ["400", "linkSpeed", 'did you mean "400 Gb/s"?'],
  ["400 Gbps", "linkSpeed", 'did you mean "400 Gb/s"?'],
  ["50 Gbit/s", "dataRate", 'did you mean "50 Gb/s"?'],
  ["450 GBps", "dataRate", 'did you mean "450 GB/s"?'],
  ["400 gb/s", "dataRate", 'did you mean "400 Gb/s"?'],
  ["400 GB", "linkSpeed", 'did you mean "400 Gb/s" or "400 GB/s"?'],
  ["400 GB", "dataRate", 'did you mean "400 GB/s"?'],
  ["989 TFLOPS", "computeRate", 'did you mean "989 Tflop/s"?'],
  ["989 TFLOP/s", "computeRate", 'did you mean "989 Tflop/s"?'],
  ["3.99 $/hour", "moneyRate", 'did you mean "3.99 USD/hour"?'],
  ["0.08 USD/kwh", "energyPrice", 'did you mean "0.08 USD/(kW hour)"?'],
  ["80", "dataSize", 'did you mean "80 GB"?'],
  ["-400", "linkSpeed", undefined],
  ["fast", "linkSpeed", undefined],
];

for (const [text, kind, expected] of HINTS) {
  test(`${JSON.stringify(text)} as ${kind} is answered by ${expected ?? "no guess"}`, () => {
    equal(hint(text, kind), expected);
  });
}

test("every kind understands its own example", () => {
  for (const [kind, { example }] of Object.entries(KINDS)) {
    equal(typeof parseQuantity(example, kind as QuantityKind), "number", kind);
  }
});

test("whatever the text, the answer is a finite number that is not negative, or none", () => {
  const kinds = fc.constantFrom(...(Object.keys(KINDS) as QuantityKind[]));
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), kinds, (text, kind) => {
      const value = parseQuantity(text, kind);
      return value === undefined || (Number.isFinite(value) && value >= 0);
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test("the number in front of a unit is kept to the last of 15 digits", () => {
  // Decimal in, decimal out: n Gb/s is n × 125 MB/s exactly for every whole n below 1e6.
  const whole = fc.integer({ min: 1, max: 999_999 });
  fc.assert(
    fc.property(whole, (n) => parseQuantity(`${n} Gb/s`, "dataRate") === n * 125_000_000),
    { seed: 8, numRuns: 500 },
  );
});

test("a hundred thousand characters are refused at once", () => {
  equal(parseQuantity(`1 ${"GB*".repeat(33_000)}GB`, "dataSize"), undefined);
  equal(parseQuantity("9".repeat(100_000), "dataSize"), undefined);
  equal(hint("9".repeat(100_000), "dataSize"), undefined);
});
