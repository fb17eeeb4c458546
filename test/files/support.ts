/** Shared by the tests of this room: a folder of their own, and the issues of a refusal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Issue } from "../../src/base/errors.ts";
import { InputError } from "../../src/base/errors.ts";

/** A new empty folder, gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "fabricast-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a new folder and returns its path. */
export function written(name: string, text: string): string {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

/** The issues that a promise is refused with; fails if it is not. */
export async function issuesFrom(promise: Promise<unknown>): Promise<readonly Issue[]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  throw new Error("expected an InputError, got an answer");
}

/** Only the codes, in order. */
export async function codesFrom(promise: Promise<unknown>): Promise<string[]> {
  return (await issuesFrom(promise)).map(({ code }) => code);
}
