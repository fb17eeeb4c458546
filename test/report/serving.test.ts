/** Reports of services: the figures of the answer, and names that stay harmless. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import type { ServingAnswer } from "../../src/records/serving.ts";
import { servingPage } from "../../src/report/html/serving.ts";
import { servingMarkdown } from "../../src/report/serving.ts";
import type { ServingReport } from "../../src/report/serving.ts";

const TIMES = { mean: 0.1, p50: 0.09, p90: 0.2, p95: 0.25, p99: 0.4 };
const HOSTILE = "<script>alert(1)</script>|*x*";

const OUTPUT: ServingAnswer = {
  ...{ kind: "serving", model: HOSTILE, accelerator: "h100-sxm", precision: "fp8" },
  sentence: `7 replicas serve ${HOSTILE}.`,
  ...{ replicas: 7, spareReplicas: 1, acceleratorsPerReplica: 2, accelerators: 16 },
  ...{ requestsPerS: 25, utilization: 0.85, ttftS: 0.25, tpotS: 0.0456 },
  ...{
    ttftPercentilesS: TIMES,
    tpotPercentilesS: { ...TIMES, mean: 0.0408, p95: 0.0456 },
    endToEndS: TIMES,
  },
  ...{ tokensPerS: 24986, tokensPerSPerAccelerator: 1785, closedForm: null },
  tried: [
    { tp: 1, why: "weights do not fit" },
    { tp: 2, replicas: 7, accelerators: 16, why: "3.85 requests/s a replica" },
  ],
  beware: ["each replica is 85 % loaded"],
};

const REPORT: ServingReport = {
  ...{ question: `Who serves ${HOSTILE}?`, output: OUTPUT, percentile: "p95", asOf: "2026-11-23" },
  facts: [{ name: "requests", text: "1000 tokens in" }],
  ...{ catalog: "2026-11-23", seed: 3, version: "0.1.0", reproduce: `serve '${HOSTILE}'` },
};

test("Markdown and page hold the same figures, losers included", () => {
  for (const text of [servingMarkdown(REPORT), servingPage(REPORT)]) {
    for (const figure of ["45.6", "40.8 ms", "24,986", "weights do not fit", "7 + 1 standing by"]) {
      ok(text.includes(figure) || text.includes(figure.replace(" ", "\u00a0")), figure);
    }
  }
  ok(servingMarkdown(REPORT).includes("| 1 | cannot | cannot | weights do not fit |"));
});

test("a name is text in both, never markup", () => {
  const page = servingPage(REPORT);
  equal(page.includes("<script"), false);
  equal(page, servingPage(REPORT));
  const prose = servingMarkdown(REPORT).split("## Reproduce")[0] ?? "";
  equal(prose.includes("<script"), false);
  equal(prose.includes("*x*"), false);
});

test("a shape that was asked for is not praised as the best of one", () => {
  const [, only] = OUTPUT.tried;
  const output = { ...OUTPUT, tried: only === undefined ? [] : [only] };
  ok(servingMarkdown({ ...REPORT, output }).includes("Only this shape was asked for."));
});
