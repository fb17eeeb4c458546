/** YAML and JSON as data that remembers its places. */
import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { parseDocument, pointerTo, stepsOf } from "../../src/files/document.ts";
import { codesFrom, issuesFrom } from "./support.ts";

const YAML = `# a comment
name: x
links:
  - rate: 400 Gb/s
    latency: 500 ns
  - { rate: 1, "a/b": 2 }
`;

test("places are those of keys and values, counted from 1", async () => {
  const document = await parseDocument(YAML, "a.yaml");
  const at = (pointer: string, part: "key" | "value"): string => {
    const { line, column } = document.place(pointer, part);
    return `${line}:${column}`;
  };
  equal(at("/name", "key"), "2:1");
  equal(at("/name", "value"), "2:7");
  equal(at("/links/0/latency", "key"), "5:5");
  equal(at("/links/0/latency", "value"), "5:14");
  equal(at("/links/1", "value"), "6:5");
  equal(at("/links/1/a~1b", "value"), "6:23");
});

test("a value that is not there is placed at its nearest parent", async () => {
  const document = await parseDocument(YAML, "a.yaml");
  const { line, column, pointer } = document.place("/links/0/price", "value");
  deepEqual([line, column, pointer], [4, 5, "/links/0/price"]);
  equal(document.place("/nothing", "key").line, 2);
});

test("JSON is read by the same parser, tabs included", async () => {
  const document = await parseDocument('{\n\t"a": [1, "x"],\n\t"b": null }', "a.json");
  deepEqual(document.data, { a: [1, "x"], b: null });
  equal(document.place("/a/1", "value").line, 2);
});

test("dates and words stay text, numbers become numbers", async () => {
  const { data } = await parseDocument("a: 2026-08-22\nb: yes\nc: 1e3\nd: 0x10\ne: true", "a");
  deepEqual(data, { a: "2026-08-22", b: "yes", c: 1000, d: 16, e: true });
});

test("aliases are followed, bombs of them are refused", async () => {
  const document = await parseDocument("a: &x { r: 1 }\nb: *x", "a");
  deepEqual(document.data, { a: { r: 1 }, b: { r: 1 } });
  equal(document.place("/b/r", "value").line, 1);
  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
  for (const [from, to] of ["ab", "bc", "cd", "de"].map((pair) => pair.split(""))) {
    bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(",")}]`);
  }
  deepEqual(await codesFrom(parseDocument(bomb.join("\n"), "a")), ["too-large"]);
});

test("keys of the prototype are refused, escaped or not", async () => {
  const [issue] = await issuesFrom(parseDocument('ok: 1\n"__proto__": { x: 1 }', "a.yaml"));
  equal(issue?.code, "forbidden-key");
  deepEqual([issue?.line, issue?.column], [2, 1]);
  deepEqual(await codesFrom(parseDocument("constructor: 1", "a")), ["forbidden-key"]);
  deepEqual(await codesFrom(parseDocument("a: { prototype: 1 }", "a")), ["forbidden-key"]);
  deepEqual(await codesFrom(parseDocument('{"\\u005f_proto__": 1}', "a")), ["forbidden-key"]);
  equal(Object.getPrototypeOf((await parseDocument("a: 1", "a")).data), Object.prototype);
});

test("a key given twice is refused where it stands the second time", async () => {
  const [issue] = await issuesFrom(parseDocument("a: 1\nb: 2\na: 3", "a.yaml"));
  deepEqual([issue?.code, issue?.line, issue?.column], ["duplicate-key", 3, 1]);
});

test("50,000 keys are checked for duplicates in linear time", async () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`);
  const { data } = await parseDocument(keys.join("\n"), "a");
  equal(Object.keys(data as object).length, 50_000);
}, 20_000);

test("what is no YAML is refused with its place", async () => {
  const [issue] = await issuesFrom(parseDocument("a: 1\nb: [1, 2", "a.yaml"));
  deepEqual([issue?.code, issue?.line], ["not-yaml", 2]);
  deepEqual(await codesFrom(parseDocument("a: !!js/function x", "a")), ["not-yaml"]);
  deepEqual(await codesFrom(parseDocument("a: 1\n---\nb: 2", "a")), ["not-yaml"]);
});

test("pointers are written and read as RFC 6901 has them", () => {
  equal(pointerTo("/a", "b/c~d"), "/a/b~1c~0d");
  deepEqual(stepsOf("/a/b~1c~0d"), ["a", "b/c~d"]);
  deepEqual(stepsOf(""), []);
});
