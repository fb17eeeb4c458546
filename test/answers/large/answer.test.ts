/** One step of a large model: sums that hold exactly, ranges, neighbors, refusals. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { InfeasibleError, Refusal } from "../../../src/base/errors.ts";
import { exactSum } from "../../../src/base/sum.ts";
import { render } from "../../../src/report/render.ts";
import { resultFrom } from "../../../src/files/result.ts";
import { documentOf } from "../../../src/files/document.ts";
import type { LargeResult } from "../../../src/records/result.ts";
import { anchorFrom } from "../../../src/answers/calibrate-steps.ts";
import { answerLarge } from "../../../src/answers/large/answer.ts";
import { layoutFrom } from "../../../src/files/layout-text.ts";
import { ask, LAYOUT, questionOf } from "./support.ts";

const part = (result: LargeResult, name: string): number =>
  result.parts.find((one) => one.name === name)?.durationS ?? Number.NaN;

test("the waterfall and every class of memory sum exactly", async () => {
  const result = await ask();
  equal(exactSum(result.parts.map(({ durationS }) => durationS)), result.stepTimeS);
  deepEqual(
    result.memory.map(({ rankClass, rankCount }) => [rankClass, rankCount]),
    [
      ["first stage", 128],
      ["inner stages", 256],
      ["last stage", 128],
    ],
  );
  for (const { parts, totalBytes } of result.memory) {
    equal(exactSum(parts.map(({ sizeBytes }) => sizeBytes)), totalBytes);
  }
});

test("MFU is ideal compute over the step, and HFU counts what is computed again", async () => {
  const result = await ask();
  ok(Math.abs(result.mfu - part(result, "ideal compute") / result.stepTimeS) < 1e-12);
  equal(result.hfu, result.mfu);
  ok(result.denominator.includes("dense bf16 peak of H100"));
  const again = await ask({ layout: `${LAYOUT},recompute=full` });
  // The layers' forward pass is a third of their flop: HFU / MFU = 4/3 but for the logits.
  ok(again.hfu / again.mfu > 1.3 && again.hfu / again.mfu < 4 / 3);
});

test("three published runs stand beside it, with measured, predicted and error", async () => {
  const { nearest, extrapolation } = await ask();
  equal(nearest.length, 3);
  ok(nearest.every(({ model }) => /70b/i.test(model)));
  for (const { measuredS, predictedS, errorShare } of nearest) {
    ok(Math.abs(predictedS / measuredS - 1 - errorShare) < 1e-12);
  }
  deepEqual(extrapolation, []);
});

test("what lies beyond everything measured is an extrapolation and has a wider range", async () => {
  const said = "recompute=selective,precision=bf16,software=fused";
  const inside = await ask({ layout: `${LAYOUT},${said}` });
  deepEqual(inside.assumed, []);
  const beyond = await ask({
    ...{ model: "llama-3.2-1b", rankCount: 512 },
    layout: `tp=1,cp=16,micro=1,batch=64,seq=131072,zero=3,${said.replace("selective", "full")}`,
  });
  deepEqual(beyond.extrapolation, [
    "context ranks above the most that was measured, by a factor of 2",
  ]);
  const width = ({ stepTimeHighS, stepTimeS }: LargeResult): number => stepTimeHighS / stepTimeS;
  ok(width(inside) < 1.1 && width(beyond) > width(inside));
  ok(beyond.answer.beware[0]?.startsWith("Extrapolation: context ranks"));
});

test("jitter makes all ranks wait for the latest one", async () => {
  const calm = await ask();
  const shaky = await ask({ layout: `${LAYOUT},jitter=0.01` });
  equal(part(calm, "jitter"), 0);
  const busy = calm.parts
    .filter(({ group }) => group !== "exposed communication")
    .reduce((sum, { durationS }) => sum + durationS, 0);
  const expected = busy * 0.01 * Math.sqrt(2 * Math.log(512));
  ok(Math.abs(part(shaky, "jitter") / expected - 1) < 1e-12);
});

test("zero bubble leaves a third of the bubble", async () => {
  const plain = await ask();
  const zero = await ask({ layout: `${LAYOUT},schedule=zero-bubble` });
  ok(Math.abs(part(zero, "bubble") / part(plain, "bubble") - 1 / 3) < 1e-12);
});

test("data far apart crosses every leaf, where 2:1 leaves half of the wires", async () => {
  const near = await ask();
  const far = await ask({ layout: `${LAYOUT},order=tp-cp-pp-dp` });
  ok(Math.abs((near.fabric[0]?.keptShare ?? 0) - 1) < 1e-3);
  ok(Math.abs((far.fabric[0]?.keptShare ?? 0) - 0.5) < 0.01);
  ok((far.fabric[0]?.limit ?? "").startsWith("leaf-"));
});

test("what does not fit says what is over, by how much, and three ways out", async () => {
  await rejects(ask({ layout: "tp=4,pp=4,vp=5,dp=32,micro=1,batch=1024,seq=8192" }), (error) => {
    ok(error instanceof Refusal && error.code === "does-not-fit");
    ok(/GB on a rank of the first stage \(activations .* too much/.test(error.found), error.found);
    equal(error.nextStep.split(";").length, 3);
    ok(error.nextStep.includes("fits"));
    return true;
  });
  await rejects(ask({ model: "llama-3-405b", rankCount: 8, layout: "auto" }), (error) => {
    ok(error instanceof InfeasibleError && error.message.includes("Ways out"));
    return true;
  });
});

const ILLEGAL: readonly (readonly [string, string, string])[] = [
  ["tp=3,pp=7", "does-not-divide", "504"],
  ["tp=3,pp=4", "does-not-divide", "tp=2 or tp=4"],
  ["tp=4,pp=4,batch=1000", "does-not-divide", "batch=992 or batch=1024"],
  ["tp=4,pp=4,seq=131072", "out-of-range", "seq=8192"],
  ["tp=4,pp=4,precision=nvfp4", "unsupported-precision", "precision=fp8"],
  ["tp=4,pp=128,vp=1", "does-not-divide", "pp=80"],
  ["tp=4,pp=4,ep=2", "does-not-divide", "ep=1"],
  ["tp=4,pp=4,vp=5,batch=1056", "does-not-divide", "vp=1"],
];

for (const [layout, code, next] of ILLEGAL) {
  test(`${layout} is refused with the nearest that is legal`, async () => {
    await rejects(ask({ layout }), (error) => {
      ok(error instanceof Refusal);
      equal(error.code, code);
      ok(error.nextStep.includes(next), error.nextStep);
      return true;
    });
  });
}

test("a searched layout fits, reads back, and says why the next ones lose", async () => {
  const { search, layout, memory } = await ask({ layout: "auto,batch=1024,seq=8192" });
  ok(search !== undefined && search.fittingCount > 100 && search.legalCount > search.fittingCount);
  ok(memory.every(({ totalBytes, capacityBytes }) => totalBytes <= capacityBytes));
  equal(search.ranked[0]?.layout, layout.text);
  ok(search.ranked.slice(1).every(({ why }) => /slower: .* \+|as fast/.test(why)));
  const again = await ask({ layout: layout.text });
  equal(again.layout.text, layout.text);
  equal(again.stepTimeS, search.ranked[0]?.engineStepTimeS);
});

test("the result is one of ours in every format, and its JSON reads back", async () => {
  const result = await ask({ changes: ["precision=fp8"] });
  const json = await render(result, "json");
  deepEqual(await resultFrom(documentOf(JSON.parse(json), "r.json")), JSON.parse(json));
  for (const format of ["html", "csv", "md", "text"] as const) {
    const text = await render(result, format);
    ok(/Where the step goes|ideal compute/.test(text), format);
    ok(text.includes("mcore08-weak-70B"), format);
  }
});

test("a sparse peak taken for the dense one is said, with the right figure", async () => {
  const question = await questionOf();
  const { node } = question.cluster;
  const { accelerator } = node;
  ok(accelerator !== undefined);
  const peakBf16FlopPerS = { ...accelerator.peakBf16FlopPerS, value: 1979e12 };
  const cluster = {
    ...question.cluster,
    node: { ...node, accelerator: { ...accelerator, peakBf16FlopPerS } },
  };
  const asked = { words: ["simulate"], readLayout: (text: string) => layoutFrom(text) };
  const wrong = answerLarge({ ...question, cluster }, asked);
  const right = answerLarge(question, asked);
  ok(wrong.answer.beware.some((one) => /1,979 Tflop.s .*dense 989 Tflop/.test(one)));
  equal(wrong.mfu, right.mfu);
  ok(!right.answer.beware.some((one) => one.includes("sparse")));
});

test("runs of one's own move the law and are named under the answer", async () => {
  const question = await questionOf();
  const asked = { words: ["simulate"], readLayout: (text: string) => layoutFrom(text) };
  const plain = answerLarge(question, asked);
  const overlay = {
    ...{ kind: "fabricast step calibration" as const, constants: { plainFactor: 1.1 } },
    ...{ runs: 3, rankCountMin: 32, rankCountMax: 64 },
  };
  const moved = answerLarge({ ...question, anchor: anchorFrom(overlay, 512) }, asked);
  ok(moved.stepTimeS > 1.05 * plain.stepTimeS && moved.stepTimeS < 1.1 * plain.stepTimeS);
  equal(moved.anchored, "to your 3 runs at 32-64, extrapolated ×8");
});
