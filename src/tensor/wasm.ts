/**
 * The WebAssembly backend: the native kernels compiled for 128-bit vectors, for machines without
 * a C++ compiler. Its memory is its own: each call copies its arrays in and its results back.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Backend, Numbers } from "./arithmetic.ts";
import type { Calls } from "./native.ts";
import { nativeBackend } from "./native.ts";
import { typescriptBackend } from "./reference/backend.ts";
import type { Signature } from "./wasm-calls.ts";
import { SIGNATURES } from "./wasm-calls.ts";

type Argument = Numbers | Int32Array | number | boolean | undefined;
type Entry = (...addressesAndSizes: (number | boolean)[]) => number | undefined;

/** What we need of the engine: its types come with those of browsers, which we do without. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}

interface EngineMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Throws where the machine's engine does not know the module's instructions. */
export function wasmBackend(bytes: Uint8Array): Backend {
  const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  const { exports } = new engine.Instance(new engine.Module(bytes));
  const base = exports["__heap_base"] as { readonly value: number };
  const memory = new Memory(exports["memory"] as EngineMemory, base.value);
  const names = Object.keys(SIGNATURES) as (keyof Calls)[];
  const calls = names.map((name) => {
    const entry = exports[name] as Entry | undefined;
    assert(entry !== undefined, `the WebAssembly twin has ${name}`);
    return [name, callOf(memory, entry, SIGNATURES[name] ?? { arrays: "" })] as const;
  });
  const ours = nativeBackend(Object.fromEntries(calls) as unknown as Calls);
  const known = Object.entries(ours).filter(([name]) => name in SIGNATURES);
  return { ...typescriptBackend, ...Object.fromEntries(known), name: "wasm" };
}

/** One function, from JavaScript's arrays to addresses and back. */
function callOf(memory: Memory, entry: Entry, signature: Signature) {
  const { arrays, lengths, entries, scratch } = signature;
  return (...call: Argument[]): number | undefined => {
    const data = call.slice(0, arrays.length) as (Numbers | Int32Array | undefined)[];
    const numbers = call.slice(arrays.length) as (number | boolean)[];
    const sizes = numbers.map(Number);
    const first = data[0]?.length ?? 0;
    const wanted = lengths?.(...sizes) ?? data.map(() => first);
    if (lengths !== undefined) checkSizes(sizes);
    for (const [i, array] of data.entries()) check(array, arrays[i], wanted[i]);
    const limit = entries?.(...sizes) ?? 0;
    for (const ids of data) if (ids instanceof Int32Array) checkIndices(ids, limit);
    const spare = scratch?.(...sizes) ?? 0;
    const addresses = memory.reserve([...data.map((array) => array?.length ?? 0), spare]);
    for (const [i, array] of data.entries()) {
      if (array === undefined) addresses[i] = 0;
      else if (arrays[i] !== "w") memory.write(array, addresses[i]);
    }
    const places = addresses.slice(0, scratch === undefined ? data.length : data.length + 1);
    const head = lengths === undefined ? [first, ...places] : places;
    const result = entry(...head, ...numbers);
    for (const [i, array] of data.entries()) {
      if (array !== undefined && /[wu]/.test(arrays[i] ?? "")) memory.read(array, addresses[i]);
    }
    return result;
  };
}

/** What comes first in each call where there are sizes; the rest are rates and flags. */
function checkSizes(sizes: readonly number[]): void {
  for (const size of sizes.slice(0, 2)) {
    const isCount = Number.isInteger(size) && size >= 0 && size < 2 ** 31;
    if (!isCount) throw new TypeError("a count is a whole number below 2^31");
  }
}

function check(array: Numbers | Int32Array | undefined, use = "r", wanted = 0): void {
  if (array === undefined && use === "?") return;
  const isRight = use === "x" ? array instanceof Int32Array : array instanceof Float32Array;
  if (!isRight) throw new TypeError(use === "x" ? "an Int32Array" : "a Float32Array");
  if (array?.length !== wanted) throw new TypeError("an array is as long as its shape says");
}

function checkIndices(ids: Int32Array, limit: number): void {
  if (!ids.every((id) => id >= 0 && id < limit)) {
    throw new TypeError("an index lies within its table");
  }
}

const PAGE_BYTES = 65_536;
/** Arrays start at whole lines of a processor's cache. */
const LINE_BYTES = 64;

/** The module's memory behind what it uses itself, handed out anew for each call. */
class Memory {
  readonly #memory: EngineMemory;
  readonly #base: number;
  #floats: Float32Array;
  #ints: Int32Array;

  constructor(memory: EngineMemory, base: number) {
    this.#memory = memory;
    this.#base = Math.ceil(base / LINE_BYTES) * LINE_BYTES;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
  }

  /** Addresses for arrays of so many numbers. */
  reserve(lengths: readonly number[]): number[] {
    let end = this.#base;
    const addresses = lengths.map((length) => {
      const start = end;
      end += Math.ceil((length * 4) / LINE_BYTES) * LINE_BYTES;
      return start;
    });
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE_BYTES), end);
    return addresses;
  }

  write(from: Numbers | Int32Array, address = 0): void {
    if (from instanceof Int32Array) this.#ints.set(from, address / 4);
    else this.#floats.set(from, address / 4);
  }

  read(to: Numbers | Int32Array, address = 0): void {
    to.set(this.#floats.subarray(address / 4, address / 4 + to.length));
  }

  #grow(pages: number, bytes: number): void {
    try {
      this.#memory.grow(pages);
    } catch {
      throw new Refusal({
        code: "too-large-for-wasm",
        pointer: "",
        found: `an op on ${Math.ceil(bytes / 2 ** 20)} MiB`,
        expected: "at most 4 GiB at once, and no more than this machine has, on the wasm backend",
        nextStep: "install a C++ compiler and run `npm run build`, or take a smaller model",
      });
    }
    this.#floats = new Float32Array(this.#memory.buffer);
    this.#ints = new Int32Array(this.#memory.buffer);
  }
}
