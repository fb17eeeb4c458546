/** Predictions on a terminal. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { terminalRows } from "../../src/report/accuracy-rows.ts";

test("each prediction is a line with its range; refusals say why; the last line counts", () => {
  const [head, good, bad, count] = terminalRows([
    {
      ...{ id: "a", column: "step_time_s", predicted: 1.2345, low: 1, high: 2 },
      ...{ status: "ok", reason: "" },
    },
    {
      ...{ id: "b", column: "step_time_s", predicted: null, low: null, high: null },
      ...{ status: "refused", reason: "no such part" },
    },
  ]);
  ok(head?.startsWith("row"));
  ok(/^a +step_time_s +1\.23 +1(?:\.00)? +2(?:\.00)?$/.test(good ?? ""), good);
  ok(bad?.endsWith("refused: no such part"));
  equal(count, "2 predictions, 0 with something assumed, 1 refused");
});
