/**
 * `--set path=value`: changes to the data of a file before it is checked, so that a changed
 * value meets the same rules as a written one. Paths are "fabric.uplink.rate" or pointers.
 */
import type { Document } from "./document.ts";
import { pointerTo, stepsOf } from "./document.ts";
import { refuse } from "./issue.ts";
import { fileSteps } from "./pointers.ts";
import { isGroup } from "./walk.ts";

export interface Setting {
  readonly path: string;
  /** As typed: numbers, true, false and [lists] are read as such, all else is text. */
  readonly value: string;
}

/** The data behind a reference, so that a path can lead through it; undefined if it is none. */
export type Expand = (reference: string, shelfKey: string) => Promise<unknown>;

/** The document with the settings in place; what they changed is placed at the flag. */
export async function withSettings(
  document: Document,
  settings: readonly Setting[],
  expand: Expand = () => Promise.resolve(undefined),
): Promise<Document> {
  if (settings.length === 0) return document;
  const data: unknown = structuredClone(document.data);
  const changed = new Map<string, string>();
  for (const setting of settings) {
    const steps = stepsOfPath(setting.path);
    const made = isGroup(data) ? await put(data, steps, setting, expand) : steps.length;
    changed.set(steps.slice(0, made).reduce(pointerTo, ""), `--set ${setting.path}`);
  }
  const flagOf = (pointer: string): string | undefined => {
    for (const [prefix, flag] of changed) {
      if (pointer === prefix || pointer.startsWith(`${prefix}/`)) return flag;
    }
    return undefined;
  };
  return {
    file: document.file,
    data,
    place: (pointer, part) => {
      const flag = flagOf(pointer);
      if (flag === undefined) return document.place(pointer, part);
      return { file: flag, line: 0, column: 0, pointer };
    },
    sourceOf: (pointer) => (flagOf(pointer) === undefined ? document.sourceOf(pointer) : "--set"),
  };
}

/** Settings of a file's knobs become settings of the fields they stand for. */
export function knobsTurned(data: unknown, settings: readonly Setting[]): Setting[] {
  const knobs: unknown = isGroup(data) ? data["knobs"] : undefined;
  const all: unknown[] = Array.isArray(knobs) ? knobs : [];
  const paths = new Map<unknown, unknown[]>();
  for (const knob of all) {
    if (isGroup(knob) && Array.isArray(knob["sets"])) paths.set(knob["name"], knob["sets"]);
  }
  return settings.flatMap((setting) =>
    (paths.get(setting.path) ?? [setting.path]).map((path) => ({
      path: String(path),
      value: setting.value,
    })),
  );
}

/** "fabric.uplink.rate", "/fabric/uplink/rate" and the record's "/fabric/uplink/rateBytesPerS". */
export function stepsOfPath(path: string): string[] {
  return fileSteps(path.startsWith("/") ? stepsOf(path) : path.split("."));
}

/** Puts the value in its place; returns how many steps lead to the first thing made for it. */
async function put(
  data: Record<string, unknown>,
  steps: readonly string[],
  setting: Setting,
  expand: Expand,
): Promise<number> {
  let holder: Record<string, unknown> | unknown[] = data;
  let made = steps.length;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    checkStep(step, setting);
    const key = keyIn(holder, step, setting);
    let next: unknown = Reflect.get(holder, key);
    if (typeof next === "string") next = await expand(next, step);
    else if (next === undefined) {
      next = {};
      made = Math.min(made, index + 1);
    }
    if (!isGroup(next) && !Array.isArray(next)) return refusePath(setting, step);
    Reflect.set(holder, key, next);
    holder = next;
  }
  const last = steps.at(-1) ?? "";
  checkStep(last, setting);
  Reflect.set(holder, keyIn(holder, last, setting), valueOf(setting.value));
  return made;
}

/** Own keys only, and never a step to a prototype. */
function checkStep(step: string, setting: Setting): void {
  if (step === "" || ["__proto__", "constructor", "prototype"].includes(step)) {
    refusePath(setting, step);
  }
}

function keyIn(holder: object, step: string, setting: Setting): string {
  if (!Array.isArray(holder)) return step;
  const isThere = /^(0|[1-9][0-9]{0,8})$/.test(step) && Number(step) < holder.length;
  return isThere ? step : refusePath(setting, step);
}

function refusePath(setting: Setting, step: string): never {
  const file = `--set ${setting.path}`;
  return refuse(
    { file, line: 0, column: 0, pointer: stepsOfPath(setting.path).reduce(pointerTo, "") },
    {
      code: "unknown-key",
      found: `no way through "${step}"`,
      expected: 'a path such as "fabric.uplink.rate"',
      nextStep: "look at the file for its keys",
    },
  );
}

function valueOf(text: string): unknown {
  if (!/^(-?[0-9.]+([eE][+-]?[0-9]+)?|true|false|\[.*\])$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // "1.2.3", "[a]": the check of its type will say what was expected
  }
}
