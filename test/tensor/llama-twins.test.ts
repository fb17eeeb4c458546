import { ok } from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import type { Backend, Numbers } from "../../src/tensor/arithmetic.ts";
import { loadAddon, loadBackend } from "../../src/tensor/backend.ts";
import { drawn, nativeIsBuilt, reference, relativeError } from "./backends.ts";

/** What the twins may differ by, relative to the largest entry. */
const TOLERANCE = 1e-5;
const ROWS = 17;
/** Odd, so that vectors of 4, 8 and 16 numbers leave a rest. */
const COLUMNS = 59;
const COUNT = ROWS * COLUMNS;

type Outputs = () => readonly Numbers[];

function compare(
  native: Backend,
  outputs: Outputs,
  call: (backend: Backend, outputs: readonly Numbers[]) => void,
): void {
  const [found, expected] = [outputs(), outputs()];
  call(native, found);
  call(reference, expected);
  for (const [i, array] of found.entries()) {
    const error = relativeError(array, expected[i]!);
    ok(error < TOLERANCE, `output ${i} differs by ${error}`);
  }
}

const filled =
  (...lengths: readonly number[]): Outputs =>
  () =>
    lengths.map((length) => new Float32Array(length).fill(3));

const comparisons: Record<string, (native: Backend) => void> = {
  "root-mean-square norm": (native) => {
    const shape = { rows: ROWS, columns: COLUMNS };
    const [x, dy, scale] = [drawn(1, COUNT), drawn(2, COUNT), drawn(3, COLUMNS)];
    compare(native, filled(COUNT, ROWS), (b, [y, statistics]) =>
      b.rmsNorm({ x, scale, y: y!, statistics: statistics! }, shape),
    );
    const statistics = new Float32Array(ROWS);
    reference.rmsNorm({ x, scale, y: new Float32Array(COUNT), statistics }, shape);
    const gradients = () => [new Float32Array(COUNT), drawn(5, COLUMNS)];
    compare(native, gradients, (b, [dx, dscale]) =>
      b.rmsNormBackward({ x, scale, statistics, dy, dx: dx!, dscale: dscale! }, shape),
    );
  },
  "turned queries and keys of grouped heads": (native) => {
    // Six heads of queries, two of keys and values, ten columns each.
    const shape = { batch: 2, tokens: 7, heads: 6, keyValueHeads: 2, headSize: 10 };
    const [narrow, wide] = [14 * 100, 14 * 180];
    const turns = drawn(4, 70);
    compare(native, filled(wide), (b, [y]) => b.rotary(drawn(1, narrow), turns, y!, shape));
    compare(native, filled(narrow), (b, [dx]) =>
      b.rotaryBackward(drawn(2, wide), turns, dx!, shape),
    );
  },
  SwiGLU: (native) => {
    const shape = { rows: ROWS, columns: COLUMNS };
    const x = drawn(1, 2 * COUNT).map((value) => 8 * value);
    compare(native, filled(COUNT), (b, [y]) => b.swiglu(x, y!, shape));
    compare(native, filled(2 * COUNT), (b, [dx]) =>
      b.swigluBackward(x, drawn(2, COUNT), dx!, shape),
    );
  },
  "lookups in a part of a table": (native) => {
    // Rows 5 to 8 are here; the others give zeros and take nothing.
    const ids = Int32Array.of(4, 5, 8, 9, 5, 0);
    const shape = { count: 6, columns: COLUMNS, entries: 4, firstIndex: 5 };
    const table = drawn(1, 4 * COLUMNS);
    compare(native, filled(6 * COLUMNS), (b, [y]) => b.lookup(ids, table, y!, shape));
    const gradient = () => [drawn(2, 4 * COLUMNS)];
    compare(native, gradient, (b, [drows]) =>
      b.lookupBackward(ids, drawn(3, 6 * COLUMNS), drows!, shape),
    );
  },
  "weighted sums of rows": (native) => {
    const shape = { rows: 5, picks: 2, columns: COLUMNS };
    const places = Int32Array.of(9, 0, 3, 4, 1, 8, 2, 7, 6, 5);
    const arrays = { x: drawn(1, 10 * COLUMNS), weights: drawn(2, 10), places };
    compare(native, filled(5 * COLUMNS), (b, [y]) => b.combine(arrays, y!, shape));
    compare(native, filled(10 * COLUMNS, 10), (b, [dx, dweights]) =>
      b.combineBackward(arrays, { dy: drawn(3, 5 * COLUMNS), dx: dx!, dweights: dweights! }, shape),
    );
  },
};

const addon = nativeIsBuilt ? loadAddon().addon : undefined;

describe.skipIf(addon === undefined)("native and TypeScript agree to 1e-5", () => {
  afterAll(() => addon?.useInstructionSet(0));
  for (const [index, name] of (addon?.instructionSets() ?? []).entries()) {
    for (const [title, comparison] of Object.entries(comparisons)) {
      test(`${title}, ${name}`, () => {
        const backend = loadBackend("native");
        addon?.useInstructionSet(index);
        addon?.useThreads(index + 2);
        comparison(backend);
      });
    }
  }
});

describe("WebAssembly and TypeScript agree to 1e-5", () => {
  for (const [title, comparison] of Object.entries(comparisons)) {
    test(`${title}, wasm`, () => {
      comparison(loadBackend("wasm"));
    });
  }
});
