import { equal, match, ok, throws } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "vitest";
import {
  backendReport,
  loadAddon,
  loadBackend,
  openAddon,
  openWasm,
} from "../../src/tensor/backend.ts";
import { nativeIsBuilt } from "./backends.ts";

const NAMES = ["FABRICAST_BACKEND", "FABRICAST_THREADS"];
const before = NAMES.map((name) => process.env[name]);
afterEach(() => {
  for (const [i, name] of NAMES.entries()) {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  }
});

test("FABRICAST_BACKEND=typescript is followed, and said", () => {
  process.env["FABRICAST_BACKEND"] = "typescript";
  equal(loadBackend().name, "typescript");
  equal(backendReport().reason, "FABRICAST_BACKEND asks for it");
});

test("FABRICAST_BACKEND=wasm is followed, and said", () => {
  process.env["FABRICAST_BACKEND"] = "wasm";
  equal(loadBackend().name, "wasm");
  equal(backendReport().reason, "FABRICAST_BACKEND asks for it");
});

test("a backend nobody has heard of is refused", () => {
  process.env["FABRICAST_BACKEND"] = "cuda";
  throws(() => loadBackend(), { name: "Refusal", code: "unknown-backend", found: /cuda/ });
});

test("a choice in the call outranks the environment", () => {
  process.env["FABRICAST_BACKEND"] = "cuda";
  equal(loadBackend("typescript").name, "typescript");
});

test("an addon that is not there is a reason, not a crash", () => {
  equal(openAddon("/nowhere/fabricast-tensor.node").reason, "the native addon is not built");
});

test("an addon that is not an addon is a reason, not a crash", () => {
  const folder = mkdtempSync(join(tmpdir(), "fabricast-"));
  try {
    const path = join(folder, "broken.node");
    writeFileSync(path, "not a shared library");
    match(openAddon(path).reason ?? "", /^the native addon does not load: /);
    const other = join(folder, "other.cjs");
    writeFileSync(other, "exports.interfaceVersion = 0;");
    equal(openAddon(other).reason, "the native addon has interface version 0");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a WebAssembly twin that is not there, or none, is a reason, not a crash", () => {
  equal(openWasm("/nowhere/twin.wasm").reason, "the WebAssembly twin is not there");
  const folder = mkdtempSync(join(tmpdir(), "fabricast-"));
  try {
    const path = join(folder, "broken.wasm");
    writeFileSync(path, "not a module");
    match(openWasm(path).reason ?? "", /^the WebAssembly twin does not load: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe.skipIf(!nativeIsBuilt)("with a compiler on this machine", () => {
  const shape = { rows: 2, columns: 3 };

  test("the native backend is preferred", () => {
    delete process.env["FABRICAST_BACKEND"];
    equal(loadBackend().name, "native");
    process.env["FABRICAST_THREADS"] = "1";
    match(backendReport().reason, /^(avx512|avx2|sse2|128-bit) kernels, 1 thread$/);
  });

  test("an array shorter than its shape is refused before anything is written", () => {
    const y = new Float32Array(5).fill(7);
    throws(() => loadBackend("native").softmax(new Float32Array(6), y, shape), {
      name: "TypeError",
      message: "an array is as long as its shape says",
    });
    ok(y.every((value) => value === 7));
  });

  test("fp64 arrays are refused", () => {
    const x = new Float64Array(6);
    throws(() => loadBackend("native").softmax(x, new Float32Array(6), shape), {
      message: "a Float32Array",
    });
  });

  test("a target outside the vocabulary is refused", () => {
    const [logits, logs] = [new Float32Array(6), new Float32Array(2)];
    for (const wrong of [3, -1]) {
      const targets = Int32Array.of(0, wrong);
      throws(() => loadBackend("native").crossEntropy(logits, targets, logs, shape), {
        message: "an index lies within its table",
      });
    }
  });

  test("as many threads as there are cores, unless FABRICAST_THREADS says otherwise", () => {
    delete process.env["FABRICAST_THREADS"];
    const cores = loadAddon().addon?.coreCount() ?? 0;
    ok(cores >= 1 && cores <= availableParallelism());
    match(backendReport("native").reason, new RegExp(`, ${cores} threads?$`));
    process.env["FABRICAST_THREADS"] = "3";
    match(backendReport("native").reason, /, 3 threads$/);
    for (const wrong of ["0", "many", "1.5", "-1", "257"]) {
      process.env["FABRICAST_THREADS"] = wrong;
      throws(() => loadBackend("native"), { code: "unknown-threads", found: /FABRICAST_THREADS/ });
    }
  });

  test("a shape whose elements nobody can count is refused", () => {
    const [x, y, most] = [new Float32Array(6), new Float32Array(6), 2 ** 31 - 1];
    const heads = { batch: most, tokens: most, heads: most, headSize: 1, isCausal: true };
    throws(() => loadBackend("native").attention(x, y, y, heads), {
      message: "a shape has no more elements than memory could hold",
    });
  });

  test("a count that is no whole number is refused", () => {
    const x = new Float32Array(6);
    throws(() => loadBackend("native").softmax(x, x, { rows: 1.5, columns: 4 }), {
      message: "a count is a whole number below 2^31",
    });
  });
});

test.skipIf(nativeIsBuilt)("the native backend, asked for where none is, is refused", () => {
  throws(() => loadBackend("native"), { name: "Refusal", code: "backend-missing" });
});
