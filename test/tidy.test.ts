/** One walk over everything we wrote: sizes, names, words, links, licenses. */
import { deepEqual, equal } from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "vitest";
import { filesUnder, parseSource, readSources, readText, ROOT } from "./support/sources.ts";
import { anyTypes, bannedText, britishNames } from "./support/tidy/banned.ts";
import { unvettedLicenses, type LockedPackage } from "./support/tidy/licenses.ts";
import { anchors, deadLinks, type Library } from "./support/tidy/links.ts";
import { hasUnit, namesWithoutUnit } from "./support/tidy/names.ts";
import { RATCHET } from "./support/tidy/ratchet.ts";
import { orphans, untested } from "./support/tidy/reach.ts";
import { againstRatchet, longParts, wideLines } from "./support/tidy/sizes.ts";

const CODE = ["src", "test", "bench", "scripts", "vitest.config.ts"];
const DOCUMENTS = [
  ...["README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"].map((name) => `${name}.md`),
  ...["docs", "topologies", "scenarios", "reports", "test"],
];

const sources = readSources(CODE);
const native = filesUnder(["src"], /\.(cc|cpp|h|hpp)$/);
const markdown = filesUnder(DOCUMENTS, /\.md$/);
const data = filesUnder(["topologies", "scenarios"], /\.(yaml|json)$/);

/** Says all that was found, one line each. */
const none = (found: readonly string[]) => equal(found.join("\n"), "");

test("lines have at most 100 columns", () => {
  const paths = [...sources.map(({ path }) => path), ...native];
  none(paths.flatMap((path) => wideLines(path, readText(path))));
});

test("files have at most 300 lines and functions 50, but for a list that shrinks", () => {
  const long = Object.assign(
    {},
    ...sources.map((source) => longParts(source.path, source.text, source)),
    ...native.map((path) => longParts(path, readText(path))),
  ) as Record<string, number>;
  none(againstRatchet(long, RATCHET));
});

test("exported numbers name their unit", () => {
  const ours = sources.filter(({ path }) => path.startsWith("src/"));
  none(ours.flatMap(namesWithoutUnit));
});

test("nothing uses what has a better replacement", () => {
  const paths = [...sources.map(({ path }) => path), ...native, ...markdown, ...data];
  none(paths.flatMap((path) => bannedText(path, readText(path))));
});

test("no type is any", () => {
  none(sources.flatMap(anyTypes));
});

test("identifiers are spelled as in the United States", () => {
  const ours = sources.filter(({ path }) => !path.startsWith("test/support/tidy/"));
  none(ours.flatMap(britishNames));
});

test("each file of src is used by another one", () => {
  none(orphans(sources));
});

test("each file of src is reached by a test", () => {
  none(untested(sources));
});

test("links in Markdown files lead somewhere", () => {
  const library: Library = { exists: (path) => existsSync(resolve(ROOT, path)), read: readText };
  none(markdown.flatMap((path) => deadLinks(path, readText(path), library)));
});

test("every package in the lock file has a license we have vetted", () => {
  const lock = JSON.parse(readText("package-lock.json")) as {
    packages: Record<string, LockedPackage>;
  };
  none(unvettedLicenses(lock.packages));
});

test("the lock file names no registry, so that any registry serves", () => {
  equal(readText("package-lock.json").includes('"resolved"'), false);
});

// The rules, each on a planted example.

test("a line is wide from 101 columns on, whatever its characters weigh", () => {
  deepEqual(wideLines("a.ts", `${"x".repeat(100)}\n${"é".repeat(100)}\r\n`), []);
  deepEqual(wideLines("a.ts", `\n${"x".repeat(101)}`), ["a.ts:2: 101 columns"]);
});

test("a file is long from 301 lines on, a function from 51 lines on, by its name", () => {
  deepEqual(longParts("a.ts", "\n".repeat(300)), {});
  deepEqual(longParts("a.ts", "\n".repeat(301)), { "a.ts": 301 });
  const body = (lines: number) => `{${"\n".repeat(lines - 1)}}`;
  const parts = (text: string) => longParts("a.ts", text, parseSource("a.ts", text));
  deepEqual(parts(`function f() ${body(50)}`), {});
  deepEqual(parts(`function f() ${body(51)}`), { "a.ts#f": 51 });
  deepEqual(parts(`const g = () => ${body(52)};`), { "a.ts#g": 52 });
  deepEqual(parts(`class A { m() ${body(53)} }`), { "a.ts#m": 53 });
  deepEqual(parts(`\nrun(() => ${body(54)});`), { "a.ts#line 2": 54 });
  deepEqual(parts(`describe("a", () => { ${"\n".repeat(60)} });`), {});
  deepEqual(parts(`describe("a", () => { test("b", () => ${body(55)}); });`), {
    "a.ts#line 1": 55,
  });
});

test("the list of exceptions only shrinks", () => {
  deepEqual(againstRatchet({ a: 310 }, {}), ["a: 310 lines"]);
  deepEqual(againstRatchet({ a: 310 }, { a: 310 }), []);
  deepEqual(againstRatchet({ a: 311 }, { a: 310 }), ["a: 311 lines, grown from 310"]);
  deepEqual(againstRatchet({ a: 309 }, { a: 310 }), ["a: now 309 lines; lower its exception"]);
  deepEqual(againstRatchet({}, { a: 310 }), ["a: fits now; remove its exception"]);
});

test("names with a unit, counts of things and ratios pass", () => {
  const fine =
    "stepS stepTimeS latencyMaxS linkBytesPerS bytes sizeBytes stepFlop peakFlopPerS boardW " +
    "stepJ clusterUsd usdPerS energyUsdPerJ rankCount rankCountMax linkId nowTicks nowPs hosts " +
    "replicas tokensPerS samplesPerS portsPerLeaf efficiency efficiencyMin matmulShare " +
    "utilizationMax mfu microBatchMax wrapLengthMin seed";
  deepEqual(
    fine.split(" ").filter((name) => !hasUnit(name)),
    [],
  );
});

test("names without a unit, or with one of daily life, are reported", () => {
  const poor =
    "time latency timeMs sizeMB stepTime rate price bandwidth durationSeconds linkGbps latencies " +
    "sizes times power stepTimeSMax class s bias loss percent";
  deepEqual(
    poor.split(" ").filter((name) => hasUnit(name)),
    [],
  );
});

test("only numbers of exported records are asked for their unit", () => {
  const names = (text: string) => namesWithoutUnit(parseSource("src/a.ts", text));
  deepEqual(names("export interface A { readonly time: number; text: string }"), [
    "src/a.ts:1: A.time names no unit",
  ]);
  deepEqual(names("\nexport type A = { time?: number | undefined };"), [
    "src/a.ts:2: A.time names no unit",
  ]);
  deepEqual(names("export interface A { time: readonly number[]; rate: Float64Array }").length, 2);
  deepEqual(names("export interface A { inner: { time: Sourced } }").length, 1);
  deepEqual(names("interface A { time: number }"), []);
  deepEqual(names("export interface A { link: Int32Array; rank: RankId }"), []);
  deepEqual(names("export interface Sourced { value: number }"), []);
});

test("readers' keys, pixels and letters of formulas need no unit, each in its place only", () => {
  const said = (path: string, text: string) => namesWithoutUnit(parseSource(path, text)).length;
  const keys = "export interface LinkFile { rate: number }";
  deepEqual([said("src/files/a.ts", keys), said("src/cost/a.ts", keys)], [0, 1]);
  const box = "export interface Box { x: number; labelWidth: number }";
  deepEqual([said("src/report/chart/a.ts", box), said("src/cost/a.ts", box)], [0, 2]);
  const shape = "export interface Shape { m: number; beta1: number }";
  deepEqual([said("src/tensor/a.ts", shape), said("src/cost/a.ts", shape)], [0, 2]);
});

test("banned text is reported with its replacement, where the ban holds", () => {
  deepEqual(bannedText("src/cost/a.ts", "\nconst t = Date.now();"), [
    'src/cost/a.ts:2: "Date.now"; use files/clock',
  ]);
  const found = (path: string, line: string) => bannedText(path, line).length;
  for (const line of [
    "Math.random()",
    "performance.now()",
    "new Date()",
    "process.exit(1)",
    "console.log(1)",
    "process.env",
    "x.toFixed(2)",
    "a.localeCompare(b)",
    "export default a",
    "// @ts-ignore",
    "export enum A {}",
    "namespace A {}",
    "// TODO later",
    '"/home/me/x"',
  ]) {
    equal(found("src/cost/a.ts", line), 1, line);
  }
  equal(found("src/base/format.ts", "x.toFixed(2)"), 0);
  equal(found("src/cli/output.ts", "console.log(process.env)"), 0);
  equal(found("bench/a.bench.ts", "performance.now()"), 0);
  equal(found("test/a.test.ts", "test.only("), 1);
  equal(found("README.md", "see /home/me/x"), 1);
  equal(found("src/cost/a.ts", "const anyone = company; // src/network/x"), 0);
});

test("any is reported as a type, not as a word", () => {
  const types = (text: string) => anyTypes(parseSource("a.ts", text)).length;
  deepEqual(types("let a: any; const b = c as any[]; type D = Record<string, any>;"), 3);
  deepEqual(types("// as any other\nconst any = 1; const text = ': any';"), 0);
  deepEqual(anyTypes(parseSource("a.ts", "\nlet a: any;")), ["a.ts:2: any; use unknown"]);
});

test("British identifiers are reported, British comments are not", () => {
  const names = (text: string) => britishNames(parseSource("a.ts", text));
  deepEqual(names("const linkUtilisation = 1;"), [
    "a.ts:1: linkUtilisation is spelled the British way",
  ]);
  equal(names("interface A { neighbours: number; optimiser: string; colour: string }").length, 3);
  deepEqual(
    names("// utilisation of the neighbour\nconst utilization = 1; const promise = 2;"),
    [],
  );
});

test("orphans and untested files are found through all kinds of imports", () => {
  const planted = [
    parseSource("src/cli/main.ts", `await import("./run.ts");`),
    parseSource("src/cli/run.ts", `import { a } from "../cost/a.ts";`),
    parseSource("src/cost/a.ts", `export type { B } from "./b.ts";`),
    parseSource("src/cost/b.ts", "export interface B {}"),
    parseSource("src/cost/lonely.ts", `import { a } from "./a.ts";`),
    parseSource("test/cost/b.test.ts", `import type { B } from "../../src/cost/b.ts";`),
    parseSource("test/end-to-end/x.test.ts", `import { run } from "../../src/cli/run.ts";`),
  ];
  deepEqual(orphans(planted), ["src/cost/lonely.ts"]);
  // The command line imports a.ts, but no test of its own does.
  deepEqual(untested(planted), ["src/cost/a.ts", "src/cost/lonely.ts"]);
});

test("links to missing files and anchors are reported, others are not", () => {
  const library: Library = {
    exists: (path) => path === "docs/a.md",
    read: () => "# One title: with `code`",
  };
  const dead = (text: string) => deadLinks("docs/b.md", text, library);
  deepEqual(dead("[a](a.md) [a](../docs/a.md) [x](https://x.org) [m](mailto:a@b.c)"), []);
  deepEqual(dead("\n[a](c.md)"), ["docs/b.md:2: c.md is not there"]);
  deepEqual(dead("[a](a.md#one-title-with-code)"), []);
  deepEqual(dead("[a](a.md#two)"), ["docs/b.md:1: a.md#two is not there"]);
  deepEqual(dead("## Here\n[h](#here) [t](#there)"), ["docs/b.md:2: #there is not there"]);
  deepEqual(dead("```\n[a](c.md)\n```"), []);
  deepEqual(anchors("# A b\n## C, d!"), ["a-b", "c-d"]);
});

test("a license that is not vetted is reported, and so is a missing one", () => {
  const said = unvettedLicenses({
    "": {},
    "node_modules/a": { license: "MIT" },
    "node_modules/a/node_modules/b": { license: "GPL-3.0" },
    "node_modules/c": {},
    "node_modules/lightningcss": { license: "MPL-2.0", dev: true },
    "node_modules/lightningcss-linux-x64-gnu": { license: "MPL-2.0" },
  });
  deepEqual(said, ["b: GPL-3.0", "c: none stated", "lightningcss-linux-x64-gnu: MPL-2.0"]);
});
