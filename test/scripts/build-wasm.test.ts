import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import {
  compileWasm,
  wasmBinary,
  wasmCompiler,
  wasmRecord,
  wasmSourceHash,
} from "../../scripts/build-wasm.mjs";

test("the committed WebAssembly twin is made from the sources as they are", () => {
  equal(wasmRecord().sources, wasmSourceHash(), "run `node scripts/build-wasm.mjs` and commit");
});

test("the compiler it was made with makes the same bytes again", ({ skip }) => {
  const here = wasmCompiler();
  if (here !== wasmRecord().compiler) skip(`made with ${wasmRecord().compiler}; here: ${here}`);
  const bytes = compileWasm();
  if (bytes === undefined) return skip("no wasm-ld here");
  ok(Buffer.from(bytes).equals(wasmBinary()), "run `node scripts/build-wasm.mjs` and commit");
});

test("the twin is small and asks its host for nothing", () => {
  const bytes = wasmBinary();
  ok(bytes.length < 100_000, `${bytes.length} bytes`);
  const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
  deepEqual(engine.Module.imports(new engine.Module(bytes)), []);
});

interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): unknown[];
  };
}
