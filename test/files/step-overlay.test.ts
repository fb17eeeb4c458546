/** Overlays of `calibrate`: read back, anything else refused. */
import { equal, rejects } from "node:assert/strict";
import { test } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStepOverlay } from "../../src/files/step-overlay.ts";
import { scratch } from "./support.ts";

test("what calibrate wrote is read, and no other file", async () => {
  const folder = scratch();
  const good = { kind: "fabricast step calibration", constants: { plainFactor: 1.01 }, runs: 2 };
  writeFileSync(join(folder, "a.json"), JSON.stringify(good));
  equal((await readStepOverlay(join(folder, "a.json"))).runs, 2);
  writeFileSync(join(folder, "b.json"), "{}");
  await rejects(readStepOverlay(join(folder, "b.json")), /unknown-kind/);
});
