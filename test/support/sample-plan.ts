/** A plan answered for real, once for all tests of a file that look at it. */
import { planned } from "../../src/cli/planned.ts";
import { planQuestion } from "../../src/cli/plan-flags.ts";
import type { PlanAnswer } from "../../src/records/plan.ts";

export const PLAN_WORDS: readonly string[] = [
  ...["plan", "--model", "llama-3-8b", "--tokens", "2T", "--within", "30d"],
  ...["--batch", "512", "--basis", "buy"],
];

let answered: Promise<PlanAnswer> | undefined;

export function samplePlan(): Promise<PlanAnswer> {
  const flags = { model: "llama-3-8b", tokens: "2T", within: "30d", batch: "512", basis: "buy" };
  answered ??= planQuestion(flags).then((question) => planned(question, "us-average"));
  return answered;
}
