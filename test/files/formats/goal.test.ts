/** GOAL text is read with all its mistakes at their places; binaries that lie are refused. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { formatGoalBinary, parseGoalBinary } from "../../../src/files/formats/goal-binary.ts";
import { parseGoal } from "../../../src/files/formats/goal.ts";
import { readGoal } from "../../../src/files/goal.ts";
import { freshFolder } from "../../support/cli.ts";

const places = (text: string): string[] => {
  try {
    parseGoal(text, "x.goal");
  } catch (error) {
    if (error instanceof InputError) return error.issues.map((i) => `${i.line}: ${i.found}`);
  }
  return [];
};

test("comments, CRLF, optional fields and labels are read", () => {
  const text =
    "/* two\n ranks */ num_ranks 2\r\nrank 0 {\r\na: send 8b to 1 tag 2 cpu 1 nic 3 // go\r\n" +
    "calc 100 cpu 2\r\n}\r\nrank 1 {\r\nrecv 8b from -1 tag -1\r\n}\r\n";
  const schedule = parseGoal(text, "x");
  equal(schedule.rankCount, 2);
  deepEqual([...schedule.firstOp], [0, 2, 3]);
  deepEqual([...schedule.sizes], [8, 100, 8]);
  deepEqual([...schedule.tags], [2, 0, -1]);
  deepEqual([...schedule.cpus], [1, 2, 0]);
  deepEqual([...schedule.nics], [3, 0, 0]);
});

test("each mistake is named with its line, all at once", () => {
  const text =
    "num_ranks 2\nrank 0 {\n a: send 8 to 1\nb requires a\nsend 1b to 7\n}\nrank 2 {\ncalc -1\n}\n";
  deepEqual(places(text), [
    '3: "a: send 8 to 1"',
    '4: "b"',
    '4: "a"',
    '7: "rank 2"',
    '8: "calc -1"',
    '9: "3 ranks"',
    '5: "rank 7"',
  ]);
});

test("a file that announces other ranks than it has, or none, is refused", () => {
  deepEqual(places("num_ranks 3\nrank 0 {\n}\n"), ['3: "1 ranks"']);
  deepEqual(places("rank 0 {\n}\n").slice(0, 1), ['1: "rank 0 {"']);
  deepEqual(places("num_ranks 1\nrank 0 {\ncalc 1\n"), ['3: "the end of the file"']);
});

test("a cut or changed binary is refused or read; it never crashes and never hangs", () => {
  const text = "num_ranks 2\nrank 0 {\na: send 8b to 1\nb: calc 5\nb requires a\n}\n";
  const bytes = formatGoalBinary(parseGoal(`${text}rank 1 {\nrecv 8b from 0\n}\n`, "x"));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (place, value, cuts) => {
      const changed = cuts ? bytes.slice(0, place) : bytes.slice();
      if (!cuts) changed[place] = value;
      try {
        parseGoalBinary(changed, "y");
      } catch (error) {
        equal(error instanceof InputError, true, String(error));
      }
    }),
    { seed: 11, numRuns: 2000 },
  );
  throws(() => parseGoalBinary(bytes.slice(0, bytes.length - 1), "y"), /not-goal/);
});

test("a file is text or binary by its first bytes; neither is refused", async () => {
  const folder = freshFolder();
  const schedule = parseGoal("num_ranks 1\nrank 0 {\ncalc 5\n}\n", "x");
  const [binary, noise] = [join(folder, "a.bin"), join(folder, "b.bin")];
  writeFileSync(binary, formatGoalBinary(schedule));
  writeFileSync(noise, Uint8Array.of(255, 254, 253));
  deepEqual(await readGoal(binary), schedule);
  await rejects(readGoal(noise), /neither text nor a GOAL binary/);
});
