/** Boxes under several caps: what no other choice of whole boxes beats. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { chooseBoxes } from "../../src/answers/boxes.ts";
import type { BoxCaps, QuotedBox } from "../../src/answers/boxes.ts";
import { quotedBoxes } from "../../src/cli/quoted-boxes.ts";

const box = (id: string, priceUsd: number, nodeMaxW: number, rate: number): QuotedBox => ({
  ...{ id, name: id, priceUsd, nodeMaxW, perRackCount: 4, acceleratorCount: 8 },
  matmulFlopPerS: rate,
});

const OLD = box("old", 310_000, 10_200, 794.5e12);
const NEW = box("new", 379_273, 14_300, 1745e12);

/** Every choice of up to twenty of each. */
function best(caps: BoxCaps): number {
  let most = 0;
  for (let a = 0; a <= caps.offeredCount; a++) {
    for (let b = 0; b <= caps.offeredCount; b++) {
      const fits =
        a * OLD.priceUsd + b * NEW.priceUsd <= (caps.budgetUsd ?? Infinity) &&
        a * OLD.nodeMaxW + b * NEW.nodeMaxW <= (caps.powerW ?? Infinity) &&
        (a + b) / 4 <= (caps.rackCount ?? Infinity);
      if (fits) most = Math.max(most, 8 * (a * OLD.matmulFlopPerS + b * NEW.matmulFlopPerS));
    }
  }
  return most;
}

test("the choice is as good as the best of all choices, under each set of caps", async () => {
  for (const caps of [
    { budgetUsd: 2e6, offeredCount: 20 },
    { budgetUsd: 5e6, powerW: 120_000, offeredCount: 20 },
    { budgetUsd: 6e6, powerW: 200_000, rackCount: 3, offeredCount: 9 },
    { powerW: 9000, offeredCount: 20 },
  ]) {
    const { matmulFlopPerS, boxes } = await chooseBoxes([OLD, NEW], caps);
    ok(Math.abs(matmulFlopPerS - best(caps)) <= 1e-9 * best(caps));
    ok(boxes.every(({ count }) => Number.isInteger(count) && count >= 0));
  }
});

test("caps that bind are named", async () => {
  const caps = { budgetUsd: 1e9, powerW: 100_000, offeredCount: 1000 };
  deepEqual((await chooseBoxes([OLD, NEW], caps)).binding, ["power"]);
});

test("boxes of the catalog have a price, a power and a rate", async () => {
  const boxes = await quotedBoxes(undefined);
  ok(boxes.length >= 4);
  ok(boxes.every((one) => one.priceUsd > 0 && one.nodeMaxW > 0 && one.matmulFlopPerS > 0));
  equal(
    boxes.some(({ id }) => id === "dgx-b300"),
    false,
  );
  await rejects(quotedBoxes("nowhere.csv"), /nowhere\.csv/);
});
