/** Calibration: constants that made a log are found again; overlays carry them. */
import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { calibrate, calibratedCluster } from "../../src/answers/calibrate.ts";
import type { Constants } from "../../src/answers/calibrate.ts";
import { collectiveTime } from "../../src/network/collective-time.ts";
import { buildGraph } from "../../src/network/topology/build.ts";
import type { MeasuredLog } from "../../src/records/measured-log.ts";
import { calibrationText } from "../../src/report/calibration.ts";
import { h100FatTree } from "../support/clusters.ts";

const TRUTH: Constants = {
  collectiveStartS: 8e-6,
  scaleUpMessageS: 2.5e-6,
  scaleOutMessageS: 9e-6,
  scaleUpShare: 0.7,
  linkShare: 0.85,
};

function madeLog(rankCount: number): MeasuredLog {
  const graph = buildGraph(calibratedCluster(h100FatTree(1), TRUTH), rankCount);
  const rows = Array.from({ length: 14 }, (_, i) => {
    const sizeBytes = 1024 * 4 ** i;
    const request = { collective: "all-reduce", algorithm: "ring", sizeBytes } as const;
    return { sizeBytes, timeS: collectiveTime(graph, request).timeline.durationS };
  });
  return { file: `${rankCount}.log`, collective: "all-reduce", rankCount, rows };
}

test("constants that made three logs are found within 5 %, also by rows not seen", () => {
  const found = calibrate(h100FatTree(1), [madeLog(2), madeLog(8), madeLog(16)], "ring");
  ok(found.fittedErrorShare < 0.02, String(found.fittedErrorShare));
  for (const name of ["scaleUpMessageS", "scaleUpShare", "linkShare"] as const) {
    const ratio = found.constants[name] / TRUTH[name];
    ok(Math.abs(ratio - 1) < 0.06, `${name} is ${ratio} of what it was`);
  }
  // Of a ring over two, eight and sixteen ranks each size and each log is left out once.
  const bySize = found.leftOut.find(({ by }) => by === "every other size");
  ok((bySize?.errorShare ?? 1) < 0.03);
  equal(found.leftOut.length, 2);
  ok(Object.keys(found.set).includes("endpoint.collectiveStart"));
  ok(found.set["node.scaleUp.rate"]?.endsWith(" GB/s"));
  ok(calibrationText(found).includes("every other size left out"));
});

test("a log inside one node moves no constant between nodes", () => {
  const found = calibrate(h100FatTree(1), [madeLog(8)], "ring");
  ok(!Object.keys(found.set).includes("fabric.link.rate"));
});

test("a log without its header is refused with what is missing", () => {
  const { rows } = madeLog(8);
  throws(() => calibrate(h100FatTree(1), [{ file: "x", rows }]), /does not say its collective/);
});
