/** Runs of serving of one's own: what is moved, by how much, and what later answers say. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import type { Row } from "../../src/answers/accuracy/row.ts";
import { judge, servingRuns } from "../../src/answers/accuracy/serving-study.ts";
import { calibrateServing, servingAnchorFrom } from "../../src/answers/calibrate-serving.ts";
import { at } from "../../src/base/assert.ts";
import { Refusal } from "../../src/base/errors.ts";
import { readInferenceTables } from "../../src/files/validation.ts";
import { SERVING } from "../../src/serving/engine-law.ts";

const tables = await readInferenceTables();
const rowsOf = (name: string): readonly Row[] =>
  tables.find((table) => table.name === name)?.rows ?? [];

const RUN: Row = {
  ...{ id: "a", model: "Llama-3.1-70B", gpu: "H100", gpus: "2", tp: "2", precision: "fp8" },
  ...{ engine: "vLLM 0.11", isl: "100", osl: "1000", batch: "1" },
};
/** The same run, measured by a factor off what the law says. */
function measured(factor: number): Row {
  const [run] = servingRuns([{ ...RUN, output_tokens_per_s: "1" }]);
  ok(run !== undefined);
  // Its error against 1 token a second is what the law says less one.
  const said = judge(run, SERVING).errorShare + 1;
  return { ...RUN, output_tokens_per_s: String(said * factor) };
}

test("one run moves what it consists of: a lone sequence, the reading of weights", () => {
  const overlay = calibrateServing([measured(0.8)]);
  deepEqual(Object.keys(overlay.constants), ["memoryShare"]);
  equal(overlay.runs, 1);
  equal(overlay.leftOutErrorShare, undefined);
  const [run] = servingRuns([measured(0.8)]);
  ok(run !== undefined);
  // Weights are e = 0.72 of the step, so e² / (e² + 0.05) = 0.91 of the residual is followed:
  // 1.25^0.09 = 1.02 is left.
  const left = judge(run, servingAnchorFrom(overlay).constants).errorShare;
  ok(left > 0.005 && left < 0.05, String(left));
});

test("a run that is as the law says moves nothing", () => {
  deepEqual(calibrateServing([measured(1)]).constants, {});
});

test("at most two constants move, shares stay shares, and the error left out is told", () => {
  for (const name of ["inference", "inference-amd-mi300x-azure-h200", "inference-tpu-neuron"]) {
    const overlay = calibrateServing(rowsOf(name));
    ok(Object.keys(overlay.constants).length <= 2, name);
    ok((overlay.leftOutErrorShare ?? 1) < 0.12, name);
    const { constants } = servingAnchorFrom(overlay);
    ok(constants.memoryShare <= 1 && constants.productShare <= 1);
  }
  // Twice as fast as the law: no share of the memory's rate above 1 explains that.
  const { constants } = calibrateServing([measured(2)]);
  ok(SERVING.memoryShare * (constants["memoryShare"] ?? 1) <= 1);
});

test("half of the runs of a system predict the other half better than without them", () => {
  const rows = rowsOf("inference-tpu-neuron").filter(({ notes }) => !notes?.includes("WARNING"));
  const known = rows.filter((_, i) => i % 2 === 0);
  const { constants } = servingAnchorFrom(calibrateServing(known));
  const others = servingRuns(rows.filter((_, i) => i % 2 === 1)).filter(
    ({ quantity }) => quantity === "further token",
  );
  const mean = (law: typeof SERVING): number =>
    others.reduce((sum, run) => sum + Math.abs(judge(run, law).errorShare), 0) / others.length;
  ok(mean(constants) < mean(SERVING), `${mean(constants)} ${mean(SERVING)}`);
});

test("later answers say what they are anchored to, and how far they go beyond", () => {
  const anchor = servingAnchorFrom(calibrateServing([measured(0.9)]));
  equal(anchor.words("h100-sxm", 2), "anchored to your 1 run on 2 h100-sxm");
  equal(
    anchor.words("h200-sxm", 8),
    "anchored to your 1 run on 2 h100-sxm, extrapolated ×4, carried over to h200-sxm",
  );
});

test("rows without a measured figure are refused", () => {
  throws(() => calibrateServing([RUN]), Refusal);
  throws(() => calibrateServing([at([{ ...RUN, ttft_ms: "" }], 0)]), Refusal);
});
