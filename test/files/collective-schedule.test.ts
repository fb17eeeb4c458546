/** Schedules of collectives as CSV and as modules. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import {
  isScheduleFile,
  parseSchedule,
  readSchedule,
} from "../../src/files/collective-schedule.ts";
import { freshFolder } from "../support/cli.ts";

const HEAD = "step,source,target,chunk,action\n";

test("rows of moves, with columns in any order and `into` where one is named", () => {
  deepEqual(parseSchedule("s.csv", `${HEAD}0,1,2,3,reduce\n`, 4), [
    { step: 0, source: 1, target: 2, chunkId: 3, reduces: true },
  ]);
  const other = "action,step,target,source,chunk,into\ncopy,7,0,1,2,5\n";
  deepEqual(parseSchedule("s.csv", other, 4), [
    { step: 7, source: 1, target: 0, chunkId: 2, reduces: false, intoId: 5 },
  ]);
});

test("mistakes have a line", () => {
  throws(() => parseSchedule("s.csv", `${HEAD}0,9,0,0,copy\n`, 4), /s\.csv:2:2: found source "9"/);
  throws(() => parseSchedule("s.csv", `${HEAD}0,1,0,0,add\n`, 4), /s\.csv:2:5: found action "add"/);
  throws(() => parseSchedule("s.csv", "a,b\n", 4), /unknown-table/);
});

test("a module with the function `schedule` makes the same moves; another is refused", async () => {
  ok(isScheduleFile("a/ring.mjs") && isScheduleFile("x.csv") && !isScheduleFile("ring"));
  const folder = freshFolder();
  const good = join(folder, "good.mjs");
  const row = "{ step: 0, source: 0, target: n - 1, chunk: 0, action: 'copy' }";
  await writeFile(good, `export const schedule = (n) => [${row}];\n`);
  equal((await readSchedule(good, 3))[0]?.target, 2);
  const bad = join(folder, "bad.mjs");
  await writeFile(bad, "export const a = () => 1;\n");
  await rejects(readSchedule(bad, 3), /without schedule/);
  await rejects(readSchedule(join(folder, "none.mjs"), 3), /missing-file/);
});
