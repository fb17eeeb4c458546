/** `compare` and `solve` of any input: signs, causes, rules, monotonicity. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { test } from "vitest";
import { difference } from "../../src/answers/difference.ts";
import { pushed } from "../../src/answers/goal.ts";
import type { GoalRequest } from "../../src/answers/goal.ts";
import { resultMetrics, resultParts } from "../../src/answers/result-metrics.ts";
import { singleResult } from "../../src/cli/single.ts";
import { solveGoal } from "../../src/cli/goal.ts";
import { differenceJson, differenceMarkdown, differenceText } from "../../src/report/difference.ts";

const on = (cluster: string, accelerators = 64) =>
  singleResult({
    ...{ model: "gpt-1.3b", cluster, accelerators, layout: "auto", batch: "1024", set: [] },
  });

test("without blocking the step is shorter and the bill larger", async () => {
  const [from, to] = [await on("h100-fat-tree-2to1", 256), await on("h100-fat-tree-1to1", 256)];
  const { rows, cause, failed } = difference(from, to, ["step_time > +3%", "capital > +1%"]);
  const row = (id: string) => rows.find(({ metric }) => metric.id === id);
  equal(row("step_time")?.verdict, "better");
  equal(row("capital")?.verdict, "worse");
  equal(row("usd_per_hour")?.verdict, "same");
  deepEqual(failed, ["capital > +1%"]);
  match(cause, /−.* of −.* in all/);
  const step = row("step_time");
  equal(step?.changeRatio, (step?.to ?? 0) / (step?.from ?? 1) - 1);
});

test("a result beside itself has no difference", async () => {
  const result = await on("tpu-v5p");
  const { rows, inputs, cause } = difference(result, result, []);
  ok(rows.every(({ verdict, changeRatio }) => verdict === "same" && changeRatio === 0));
  deepEqual([inputs.length, cause], [0, "no part of the step moved"]);
  const parts = resultParts(result).reduce((sum, { durationS }) => sum + durationS, 0);
  const [step] = resultMetrics(result) ?? [];
  ok(Math.abs(parts / (step?.value ?? 0) - 1) < 1e-9);
});

test("the table is told as text, Markdown and JSON; wrong rules are refused", async () => {
  const [from, to] = [await on("h100-fat-tree-2to1"), await on("tpu-v5p")];
  const found = difference(from, to, ["step_time > 3%"]);
  match(differenceText(found), /step_time .*worse\n[^]*failed: step_time > 3%/);
  match(differenceMarkdown(found), /^\| mfu \| .* better \|$/m);
  const shown = JSON.parse(differenceJson(found)) as { rows: { metric: string }[] };
  equal(shown.rows[0]?.metric, "step_time");
  throws(() => difference(from, to, ["steptime > 3%"]), /unknown-rule|steptime/);
});

const goal = (more: Partial<GoalRequest>): GoalRequest => ({
  ...{ fromValue: 1, toValue: 64, isWhole: false, tries: 30, holds: (metric) => metric >= 0.5 },
  evaluate: (value) => Promise.resolve({ metric: 1 / value, limit: "link" }),
  ...more,
});

test("a crossing is found where the condition falls: 1/x ≥ 0.5 holds up to 2", async () => {
  const { best, failed, isMonotone } = await pushed(goal({}));
  ok(best !== undefined && best.input <= 2 && best.input > 1.99);
  ok(failed !== undefined && failed.input > 2);
  equal(isMonotone, true);
  const whole = await pushed(goal({ isWhole: true }));
  deepEqual([whole.best?.input, whole.failed?.input], [2, 3]);
});

test("what never fails holds to the end, what fails at once has no value", async () => {
  const never = await pushed(goal({ holds: () => true }));
  deepEqual([never.best?.input, never.failed], [64, undefined]);
  const at = await pushed(goal({ holds: () => false }));
  deepEqual([at.best, at.failed?.input], [undefined, 1]);
});

test("a condition that fails and holds again is told as not monotone", async () => {
  const evaluate = (value: number) =>
    Promise.resolve({ metric: value > 4 && value < 20 ? 0 : 1, limit: "link" });
  const { best, isMonotone } = await pushed(goal({ evaluate }));
  equal(isMonotone, false);
  ok((best?.input ?? 0) <= 4);
});

test("oversubscription is pushed by whole uplinks, and the ratio is what is told", async () => {
  const flags = {
    ...{ model: "gpt-1.3b", cluster: "h100-fat-tree-1to1", accelerators: "64", tries: "8" },
    ...{ vary: "network.oversubscription", until: "efficiency >= 90%" },
  };
  const { value, unit, margin, tried } = await solveGoal(flags);
  equal(unit, ":1");
  ok(tried.every(({ input }) => Math.abs(32 / input - Math.round(32 / input)) < 1e-9));
  ok(value !== undefined && value >= 1 && (margin ?? -1) >= 0);
  await rejects(solveGoal({ ...flags, until: "efficency >= 90%" }), /did you mean efficiency/);
  await rejects(solveGoal({ ...flags, until: "fast" }), /a metric and its bound/);
  await rejects(solveGoal({ ...flags, vary: "fabric.portsPerLeaf" }), /both ends/);
});
