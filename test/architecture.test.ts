/** The house stands as drawn in ARCHITECTURE.md: imports follow the arrows. */
import { deepEqual, equal } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { cycles, NETWORK_ORDER, packageName } from "./support/architecture.ts";
import { PACKAGE_DOORS, ROOMS, strayImports } from "./support/architecture.ts";
import { parseSource, readSources, readText, ROOT } from "./support/sources.ts";

const sources = readSources(["src"]);

interface Described {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const described = () => JSON.parse(readText("package.json")) as Described;

/** What the checker says about one planted line in a planted file. */
const verdict = (path: string, line: string) => strayImports([parseSource(path, line)]);

test("imports follow the arrows, and packages and built-ins enter by their doors", () => {
  equal(strayImports(sources).join("\n"), "");
});

test("no two files need each other to load", () => {
  equal(cycles(sources).join("\n"), "");
});

test("each folder of src is a room of the table", () => {
  const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true });
  const strangers = folders.filter((entry) => ROOMS[entry.name] === undefined);
  equal(strangers.map(({ name }) => name).join("\n"), "");
});

test("each run-time dependency has a door, and each door leads to a dependency", () => {
  const { dependencies } = described();
  deepEqual(Object.keys(PACKAGE_DOORS).sort(), Object.keys(dependencies).sort());
});

test("docs/dependencies.md says of each dependency what for and why", () => {
  const { dependencies, devDependencies } = described();
  const rows = [...readText("docs/dependencies.md").matchAll(/^\| (`[^|]*?) +\| ([^|]*) \|/gm)];
  const named = rows.flatMap(([, names = ""]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
  const used = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  deepEqual(named.sort(), used.sort());
  // The door stands in the line.
  for (const [name, door] of Object.entries(PACKAGE_DOORS)) {
    equal(rows.find(([, names]) => names === `\`${name}\``)?.[2]?.trim(), `\`${door}\``, name);
  }
});

test("ARCHITECTURE.md shows the arrows that are enforced", () => {
  const rows = readText("ARCHITECTURE.md").matchAll(/^\| `(\w+)` +\|[^|]*\|([^|]*)\|$/gm);
  const drawn = Object.fromEntries(
    [...rows].map(([, room = "", arrows = ""]) => [
      room,
      [...arrows.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    ]),
  );
  // base and records are open to all; only records' own arrow to base is drawn.
  deepEqual(drawn, { ...ROOMS, records: ["base"] });
});

test("a planted import against the arrows is reported with its line", () => {
  deepEqual(verdict("src/report/x.ts", `\nimport { a } from "../answers/a.ts";`), [
    "src/report/x.ts:2: report may not import answers",
  ]);
  deepEqual(verdict("src/answers/x.ts", `const m = await import("../training/a.ts");`), [
    "src/answers/x.ts:1: answers may not import training",
  ]);
  deepEqual(verdict("src/base/x.ts", `export { a } from "../records/a.ts";`), [
    "src/base/x.ts:1: base may not import records",
  ]);
  deepEqual(verdict("src/records/x.ts", `type A = import("../files/a.ts").A;`), [
    "src/records/x.ts:1: records may not import files",
  ]);
  deepEqual(verdict("src/cost/x.ts", `import type { A } from "../../test/a.ts";`), [
    "src/cost/x.ts:1: imports test/a.ts, outside src",
  ]);
});

test("imports along the arrows are fine", () => {
  for (const line of [
    `import { a } from "../base/a.ts";`,
    `import type { A } from "../records/a.ts";`,
    `import { a } from "./a.ts";`,
    `import { a } from "../workload/compute/a.ts";`,
  ]) {
    deepEqual(verdict("src/answers/x.ts", line), []);
  }
});

test("a planted package or built-in away from its door is reported", () => {
  deepEqual(verdict("src/report/x.ts", `import { unit } from "mathjs";`), [
    "src/report/x.ts:1: package mathjs enters by files only",
  ]);
  deepEqual(verdict("src/files/x.ts", `import Ajv from "ajv/dist/2020.js";`), []);
  deepEqual(verdict("src/files/x.ts", `import _ from "lodash";`), [
    "src/files/x.ts:1: package lodash has no door; open one on purpose",
  ]);
  deepEqual(verdict("src/network/x.ts", `import { readFile } from "node:fs/promises";`), [
    "src/network/x.ts:1: node:fs/promises enters by files, tensor, sweeps only",
  ]);
  deepEqual(verdict("src/cli/x.ts", `import { spawn } from "node:child_process";`), [
    "src/cli/x.ts:1: node:child_process enters by training, sweeps only",
  ]);
  deepEqual(verdict("src/cli/x.ts", `import { get } from "node:http";`), [
    "src/cli/x.ts:1: node:http has no door; open one on purpose",
  ]);
});

test("inside network the order is topology, routing, collectives, engine", () => {
  NETWORK_ORDER.forEach((from, i) => {
    NETWORK_ORDER.forEach((to, j) => {
      const said = verdict(`src/network/${from}/x.ts`, `import { a } from "../${to}/a.ts";`);
      equal(said.length, j > i ? 1 : 0, `${from} imports ${to}`);
    });
  });
  deepEqual(verdict("src/network/x.ts", `import { a } from "./engine/a.ts";`), []);
  deepEqual(verdict("src/network/engine/x.ts", `import { a } from "../a.ts";`), [
    "src/network/engine/x.ts:1: inside network, engine may not import the files beside the folders",
  ]);
});

test("a file outside the rooms, a missing .ts and a computed import are reported", () => {
  deepEqual(verdict("src/x.ts", ""), ["src/x.ts: lies in no room"]);
  deepEqual(verdict("src/utils/x.ts", ""), ["src/utils/x.ts: utils is no room"]);
  deepEqual(verdict("src/cost/x.ts", `import { a } from "./a.js";`), [
    "src/cost/x.ts:1: ./a.js needs its .ts",
  ]);
  deepEqual(verdict("src/cost/x.ts", "await import(name);"), [
    "src/cost/x.ts:1: imports a computed name",
  ]);
});

test("a planted circle is reported once, unless only types go round", () => {
  const a = parseSource("src/cost/a.ts", `import { b } from "./b.ts";`);
  const b = parseSource("src/cost/b.ts", `import { a } from "./a.ts";`);
  const types = parseSource("src/cost/b.ts", `import type { A } from "./a.ts";`);
  deepEqual(cycles([a, b]), ["src/cost/a.ts -> src/cost/b.ts -> src/cost/a.ts"]);
  deepEqual(cycles([a, types]), []);
  deepEqual(cycles([parseSource("src/cost/a.ts", `export * from "./a.ts";`)]), [
    "src/cost/a.ts -> src/cost/a.ts",
  ]);
});

test("a package is known by its first words", () => {
  equal(packageName("ajv/dist/2020.js"), "ajv");
  equal(packageName("@scope/name/deep.js"), "@scope/name");
});
