/** Tables of messages: read whole, refused with line, column and what to do. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { parseTraffic } from "../../src/files/traffic.ts";
import { cycleOf } from "../../src/files/traffic-cycle.ts";

const HEAD = "id,source,target,sizeBytes,startS,after\n";

function refusal(text: string): string {
  try {
    parseTraffic("t.csv", text, 4);
  } catch (error) {
    ok(error instanceof InputError);
    return error.message;
  }
  throw new Error("it was read");
}

test("rows in any order: ids after a semicolon may stand further down", () => {
  const read = parseTraffic("t.csv", `${HEAD}c,0,1,10,0.5,a;b\na,2,3,1e6,,\nb,3,0,7,0,a\n`, 4);
  deepEqual(read.ids, ["c", "a", "b"]);
  deepEqual([...read.source], [0, 2, 3]);
  deepEqual([...read.sizeBytes], [10, 1e6, 7]);
  deepEqual([...read.startS], [0.5, 0, 0]);
  deepEqual([...read.afterStart], [0, 2, 2, 3]);
  deepEqual([...read.after], [1, 2, 1]);
});

test("startS and after may be left out", () => {
  equal(parseTraffic("t.csv", "id,source,target,sizeBytes\na,0,1,5\n", 4).after.length, 0);
});

test("a circle of waiting is refused by its names, at its line", () => {
  const message = refusal(`${HEAD}a,0,1,1,0,\nb,1,2,1,0,d\nc,2,3,1,0,b\nd,3,0,1,0,c\n`);
  ok(message.startsWith("t.csv:3:"), message);
  ok(message.includes("b after d after c after b"), message);
  ok(message.includes("[cycle]"));
  ok(refusal(`${HEAD}a,0,1,1,0,a\n`).includes("a after a"));
});

test("all mistakes at once: rank, zero bytes, date, unknown and repeated ids", () => {
  const message = refusal(`${HEAD}a,9,1,5,0,\na,0,1,0,-1,x\n`);
  const lines = message.split("\n");
  equal(lines.length, 5);
  ok(message.includes('t.csv:2:3: found "9", expected a rank from 0 to 3'));
  ok(message.includes("a message of zero bytes"));
  ok(message.includes('after "x"'));
  ok(message.includes("[repeated-value]"));
});

test("another table and an empty one are refused", () => {
  ok(refusal("step,from\n1,2\n").includes("[unknown-table]"));
  ok(refusal(HEAD).includes("[empty-table]"));
  throws(() => parseTraffic("t.csv", `${HEAD}"a,0,1,1,0,\n`, 4), /never closed/);
});

test("a long chain is no circle and needs no deep stack", () => {
  const count = 200_000;
  equal(cycleOf(Array.from({ length: count }, (_, m) => (m === 0 ? [] : [m - 1]))), undefined);
  equal(cycleOf(Array.from({ length: count }, (_, m) => [(m + 1) % count]))?.length, count);
});
