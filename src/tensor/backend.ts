/**
 * Chooses the backend: native where its binary is there and works, else TypeScript. A missing
 * or broken binary is no failure unless it was asked for by name.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { Refusal } from "../base/errors.ts";
import type { Backend } from "./arithmetic.ts";
import type { Addon } from "./native.ts";
import { INTERFACE_VERSION, nativeBackend } from "./native.ts";
import { typescriptBackend } from "./reference/backend.ts";

export type BackendChoice = "native" | "typescript" | "auto";

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
  const loaded = loadAddon();
  if (loaded.addon !== undefined) {
    const [instructionSet = ""] = loaded.addon.instructionSets();
    return { backend: nativeBackend(loaded.addon), reason: `${instructionSet} kernels` };
  }
  if (wish === "native") {
    throw new Refusal({
      code: "backend-missing",
      pointer: "",
      found: `no native backend (${loaded.reason})`,
      expected: "the native backend, which was asked for",
      nextStep: "install a C++ compiler and run `npm run build`, or choose typescript",
    });
  }
  return { backend: typescriptBackend, reason: loaded.reason };
}

function environmentChoice(): BackendChoice {
  const value = process.env["FABRICAST_BACKEND"] ?? "";
  if (value === "" || value === "auto") return "auto";
  if (value === "native" || value === "typescript") return value;
  throw new Refusal({
    code: "unknown-backend",
    pointer: "",
    found: `FABRICAST_BACKEND=${value}`,
    expected: "native, typescript or auto",
    nextStep: "unset FABRICAST_BACKEND or give it one of these values",
  });
}

type Loaded =
  | { readonly addon: Addon; readonly reason?: undefined }
  | { readonly addon?: undefined; readonly reason: string };

let remembered: Loaded | undefined;

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
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { reason: `the native addon does not load: ${line}` };
  }
}

/** Beside the bundle in dist/, or in the checkout's dist/ when running from the sources. */
function addonPath(): string {
  const runsFromSources = import.meta.url.includes("/src/tensor/");
  const folder = runsFromSources ? "../../dist/native/" : "./native/";
  return fileURLToPath(new URL(`${folder}fabricast-tensor.node`, import.meta.url));
}
