/**
 * Chooses the backend: native where its binary is there and works, else the same kernels as
 * WebAssembly, else TypeScript. A missing or broken binary is no failure unless it was asked for
 * by name.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { Refusal } from "../base/errors.ts";
import type { Backend } from "./arithmetic.ts";
import type { Addon } from "./native.ts";
import { bf16Matmul, INTERFACE_VERSION, nativeBackend } from "./native.ts";
import { typescriptBackend } from "./reference/backend.ts";
import { threadCount } from "./threads.ts";
import { wasmBackend } from "./wasm.ts";

export type BackendChoice = "native" | "wasm" | "typescript" | "auto";

export interface BackendReport {
  readonly name: Backend["name"];
  /** "AVX2 kernels", "FABRICAST_BACKEND asks for it", "the native addon is not built" … */
  readonly reason: string;
}

/** "auto" follows the environment variable FABRICAST_BACKEND, then prefers native. */
export function loadBackend(choice: BackendChoice = "auto"): Backend {
  return chosen(choice).backend;
}

/** Which backend "auto" (or a choice) leads to, and why. */
export function backendReport(choice: BackendChoice = "auto"): BackendReport {
  const { backend, reason } = chosen(choice);
  return { name: backend.name, reason };
}

interface Chosen {
  readonly backend: Backend;
  readonly reason: string;
}

function chosen(choice: BackendChoice): Chosen {
  const wish = choice === "auto" ? environmentChoice() : choice;
  const because = choice === "auto" ? "FABRICAST_BACKEND asks for it" : "it was asked for";
  if (wish === "typescript") return { backend: typescriptBackend, reason: because };
  if (wish === "wasm") return { backend: present(loadWasm(), "wasm"), reason: because };
  const loaded = loadAddon();
  if (loaded.addon !== undefined) return native(loaded.addon);
  if (wish === "native") throw missing("native", loaded.reason);
  const twin = loadWasm();
  if (twin.backend === undefined) {
    return { backend: typescriptBackend, reason: `${loaded.reason}; ${twin.reason}` };
  }
  return { backend: twin.backend, reason: loaded.reason };
}

function native(addon: Addon): Chosen {
  const [instructionSet = ""] = addon.instructionSets();
  const threads = threadCount(addon.coreCount());
  addon.useThreads(threads);
  const many = `${threads} thread${threads === 1 ? "" : "s"}`;
  const backend = nativeBackend(addon);
  const all =
    addon.multipliesBf16() === 1 ? { ...backend, matmulBf16: bf16Matmul(addon) } : backend;
  return { backend: all, reason: `${instructionSet} kernels, ${many}` };
}

function present({ backend, reason }: LoadedWasm, name: string): Backend {
  if (backend === undefined) throw missing(name, reason);
  return backend;
}

function missing(name: string, reason: string): Refusal {
  return new Refusal({
    code: "backend-missing",
    pointer: "",
    found: `no ${name} backend (${reason})`,
    expected: `the ${name} backend, which was asked for`,
    nextStep:
      name === "native"
        ? "install a C++ compiler and run `npm run build`, or choose wasm or typescript"
        : "run `npm run build`, or choose native or typescript",
  });
}

function environmentChoice(): BackendChoice {
  const value = process.env["FABRICAST_BACKEND"] ?? "";
  if (value === "" || value === "auto") return "auto";
  if (value === "native" || value === "wasm" || value === "typescript") return value;
  throw new Refusal({
    code: "unknown-backend",
    pointer: "",
    found: `FABRICAST_BACKEND=${value}`,
    expected: "native, wasm, typescript or auto",
    nextStep: "unset FABRICAST_BACKEND or give it one of these values",
  });
}

type Loaded =
  | { readonly addon: Addon; readonly reason?: undefined }
  | { readonly addon?: undefined; readonly reason: string };

type LoadedWasm =
  | { readonly backend: Backend; readonly reason?: undefined }
  | { readonly backend?: undefined; readonly reason: string };

let remembered: Loaded | undefined;
let rememberedWasm: LoadedWasm | undefined;

/** The addon, loaded at most once in a process; a failure is remembered with its reason. */
export function loadAddon(): Loaded {
  remembered ??= openAddon(addonPath());
  return remembered;
}

/** Exported for the tests, which point it at broken binaries. */
export function openAddon(path: string): Loaded {
  if (!existsSync(path)) return { reason: "the native addon is not built" };
  try {
    const addon = createRequire(import.meta.url)(path) as Addon;
    if (addon.interfaceVersion === INTERFACE_VERSION) return { addon };
    return { reason: `the native addon has interface version ${addon.interfaceVersion}` };
  } catch (error) {
    return { reason: `the native addon does not load: ${firstLine(error)}` };
  }
}

/** The WebAssembly twin, compiled at most once in a process. */
export function loadWasm(): LoadedWasm {
  rememberedWasm ??= openWasm(wasmPath());
  return rememberedWasm;
}

/** Exported for the tests, as above. */
export function openWasm(path: string): LoadedWasm {
  if (!existsSync(path)) return { reason: "the WebAssembly twin is not there" };
  try {
    return { backend: wasmBackend(readFileSync(path)) };
  } catch (error) {
    return { reason: `the WebAssembly twin does not load: ${firstLine(error)}` };
  }
}

function firstLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line;
}

/** Beside the bundle in dist/, or in the checkout's dist/ when running from the sources. */
function addonPath(): string {
  const folder = runsFromSources() ? "../../dist/native/" : "./native/";
  return fileURLToPath(new URL(`${folder}fabricast-tensor.node`, import.meta.url));
}

/** The same, but that in the checkout it lies with its sources. */
function wasmPath(): string {
  const folder = "./native/fabricast-tensor.wasm";
  return fileURLToPath(new URL(folder, import.meta.url));
}

function runsFromSources(): boolean {
  return import.meta.url.includes("/src/tensor/");
}
