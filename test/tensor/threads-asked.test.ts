import { equal, throws } from "node:assert/strict";
import { afterEach, test } from "vitest";
import { askThreads } from "../../src/cli/native-options.ts";
import { threadCount } from "../../src/tensor/threads.ts";

const before = process.env["FABRICAST_THREADS"];
afterEach(() => {
  if (before === undefined) delete process.env["FABRICAST_THREADS"];
  else process.env["FABRICAST_THREADS"] = before;
});

test("--threads outranks FABRICAST_THREADS; without either each core gets one, up to 256", () => {
  process.env["FABRICAST_THREADS"] = "5";
  askThreads({});
  equal(threadCount(2), 5);
  askThreads({ threads: "3" });
  equal(threadCount(2), 3);
  delete process.env["FABRICAST_THREADS"];
  equal(threadCount(2), 2);
  equal(threadCount(1000), 256);
});

test("--threads takes whole numbers from 1 to 256", () => {
  for (const wrong of ["0", "257", "two", "1.5"]) {
    throws(() => askThreads({ threads: wrong }), { name: "InputError" }, wrong);
  }
});
