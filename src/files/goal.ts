/** A GOAL schedule from a file, text or binary by its first bytes. */
import type { GoalSchedule } from "../records/goal.ts";
import { isGoalBinary, parseGoalBinary } from "./formats/goal-binary.ts";
import { parseGoal } from "./formats/goal.ts";
import { refuse, wholeFile } from "./issue.ts";
import { readBytes } from "./read.ts";

const SIZE_MAX_BYTES = 2 ** 31;

export async function readGoal(path: string): Promise<GoalSchedule> {
  const bytes = await readBytes(path, "a GOAL schedule", SIZE_MAX_BYTES);
  if (isGoalBinary(bytes)) return parseGoalBinary(bytes, path);
  return parseGoal(decoded(bytes, path), path);
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(wholeFile(path), {
      code: "not-goal",
      found: "bytes that are neither text nor a GOAL binary",
      expected: "a GOAL schedule",
      nextStep: "name another file",
    });
  }
}
