/**
 * A reader's own module: code that runs only because a file or flag named it. Its function
 * is called with plain data and must return plain data, which is then checked like a file.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Place } from "./issue.ts";
import { refuse, shown } from "./issue.ts";

/** The result of function `name` of the module at a path, for the arguments given. */
export async function callModule(
  path: string,
  name: string,
  args: readonly unknown[],
  place: Place,
): Promise<unknown> {
  if (!/\.m?js$/.test(path) || !existsSync(path)) {
    return refuse(place, {
      code: "missing-file",
      found: `the module ${shown(path)}${existsSync(path) ? "" : ", where no file is"}`,
      expected: "the path of a JavaScript module (.mjs), counted from this file",
      nextStep: "check the path",
    });
  }
  const failed = (found: string): never =>
    refuse(place, {
      code: "bad-module",
      found,
      expected: `a module with an exported function ${name} that returns plain data`,
      nextStep: "run it by itself with node",
    });
  let result: unknown;
  try {
    const made = (await import(pathToFileURL(resolve(path)).href)) as Readonly<
      Record<string, unknown>
    >;
    const called = made[name];
    if (typeof called !== "function") return failed(`${shown(path)} without ${name}`);
    result = await (called as (...given: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return failed(`${shown(path)}, which failed: ${words.slice(0, 200)}`);
  }
  // Only plain data goes on: what JSON cannot say does not come in.
  const text = JSON.stringify(result);
  return text === undefined ? failed(`${shown(path)}, which returned nothing`) : JSON.parse(text);
}
