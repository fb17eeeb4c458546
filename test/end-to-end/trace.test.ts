/** A step recorded, shown, checked, predicted, scaled and exported, as a user does it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

const folder = freshFolder();
const path = (name: string) => join(folder, name);

/** Runs a command that must end well; its JSON. */
function json(words: readonly string[]): Json {
  const { code, stdout, stderr } = fabricast(["trace", ...words, "--json"], folder);
  equal(code, 0, stderr);
  return JSON.parse(stdout) as Json;
}

type Json = Readonly<Record<string, unknown>>;

test("the reference perceptron: record, show, check, predict, export", () => {
  const recorded = json(["record", "mlp", "-o", "mlp.trace"]);
  deepEqual(recorded, { file: "mlp.trace", ops: 10, collectives: 0, bytes: recorded["bytes"] });
  const shown = json(["show", "mlp.trace"]);
  const kinds = shown["kinds"] as readonly Record<string, unknown>[];
  deepEqual(Object.keys(kinds[0]!), ["kind", "calls", "flop", "readBytes", "writtenBytes"]);
  // 2·32·11,500 multiply-adds: see test/answers/trace.
  equal(kinds.find(({ kind }) => kind === "matmul")!["flop"], 736_000);
  equal(json(["check", "mlp.trace"])["acyclic"], true);
  const checked = json(["selfcheck", "mlp.trace"]);
  deepEqual(Object.keys(checked), [
    ...["measuredS", "measuredRangeS", "predictedS", "relativeError", "processes"],
  ]);
  equal(checked["processes"], 1);
  const perfetto = json(["export", "mlp.trace", "--to", "perfetto", "-o", "mlp.json"]);
  // Ten ops, and the names of the rank and of its stream.
  deepEqual([perfetto["events"], perfetto["dropped"], perfetto["times"]], [12, 0, "measured"]);
  equal((JSON.parse(readFileSync(path("mlp.json"), "utf8")) as Json)["displayTimeUnit"], "ns");
  json(["export", "mlp.trace", "--to", "chakra", "-o", "mlp.et"]);
  equal(readFileSync(path("mlp.et")).subarray(0, 8).toString("hex"), "070a05302e302e34");
});

test("four processes record one program with the sum of their gradients", () => {
  const recorded = json(["record", "mlp", "--dp", "4", "-o", "four.trace"]);
  // A mean over four parts comes before the update.
  deepEqual([recorded["ops"], recorded["collectives"]], [11, 1]);
  const { degrees, measured } = json(["show", "four.trace"]) as Record<string, Json>;
  equal(degrees!["dp"], 4);
  ok((measured!["steps"] as number) >= 20);
  const { files } = json(["export", "four.trace", "--to", "chakra", "-o", "four.et"]);
  deepEqual(
    files,
    [0, 1, 2, 3].map((rank) => `four.${rank}.et`),
  );
});

test("a pipeline of tensor-parallel ranks records a program for each stage", () => {
  const words = ["record", "gpt", "--tp", "2", "--pp", "2", "-o", "split.trace"];
  equal(json(words)["file"], "split.trace");
  const { programs, degrees } = json(["show", "split.trace"]);
  const ranks = (programs as { rankCount: number }[]).map(({ rankCount }) => rankCount);
  deepEqual(ranks, [2, 2]);
  deepEqual(degrees, { dp: 1, tp: 2, pp: 2, ep: 1, cp: 1 });
  // Two ranks a stage, each with one border to cross, forward and back.
  equal(json(["check", "split.trace"])["sends"], 4);
  const refused = fabricast(["trace", "selfcheck", "split.trace"], folder);
  equal(refused.code, 3);
  match(refused.stderr, /a training with pp 2,.*\[not-benched\]/);
});

test("a step of two data-parallel pairs of tensor-parallel ranks is predicted and measured", () => {
  json(["record", "mlp", "--dp", "2", "--tp", "2", "-o", "pairs.trace"]);
  const { processes, predictedS, measuredS } = json(["selfcheck", "pairs.trace"]);
  equal(processes, 4);
  // Steps of less than a millisecond in four processes: only the right size is asked for.
  const ratio = (predictedS as number) / (measuredS as number);
  ok(ratio > 0.4 && ratio < 2.5, `off by ${ratio}`);
});

test("Llama-3 405B on 16,384 ranks is walked, and scaled", () => {
  const layout = ["--tp", "8", "--pp", "16", "--dp", "128"];
  const words = ["record", "--device", "shape-only", "--model", "llama-3-405b", ...layout];
  json([...words, "--tokens", "8192", "-o", "405b.trace"]);
  const { programs, total } = json(["show", "405b.trace"]) as Record<string, Json>;
  const ranks = (programs as unknown as { rankCount: number }[]).map(({ rankCount }) => rankCount);
  deepEqual(ranks, [1024, 14 * 1024, 1024]);
  ok((total!["flop"] as number) > 0);
  ok((json(["check", "405b.trace"])["sends"] as number) === 2 * 15 * 1024);
  const scaled = json(["scale", "405b.trace", "--tokens", "4096"]) as Record<string, Json>;
  const tokens = [scaled["from"], scaled["to"]].map((one) => one!["tokensPerSample"]);
  deepEqual(tokens, [8192, 4096]);
});

test("wrong input is refused in words: cut, damaged, foreign, newer, circular, no trace", () => {
  json(["record", "--device", "shape-only", "mlp", "-o", "a.trace"]);
  const bytes = readFileSync(path("a.trace"));
  const changed = (from: string, to: string) =>
    gzipSync(gunzipSync(bytes).toString().replace(from, to));
  const refused = (name: string, content: Uint8Array | string, words: RegExp) => {
    writeFileSync(path(name), content);
    for (const action of ["show", "check"]) {
      const { code, stdout, stderr } = fabricast(["trace", action, name], folder);
      deepEqual([code, stdout], [3, ""], `${action} ${name}`);
      match(stderr, words);
    }
  };
  refused("cut.trace", bytes.subarray(0, 100), /cut\.trace.*\[truncated-file\]/);
  refused("text.trace", "id: mlp\n", /text\.trace.*\[not-a-trace\]/);
  refused("new.trace", changed('"version":1', '"version":9'), /version 9.*\[newer-version\]/);
  refused(
    "bad.trace",
    changed('"matmul"', '"x"'),
    /bad\.trace:2:1: .*\/patterns\/0.*\[bad-trace\]/,
  );
  const broken = Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 6 ? byte ^ 1 : byte));
  refused("broken.trace", broken, /broken\.trace.*\[damaged-file\]/);
  writeFileSync(path("ring.trace"), changed('"waits":[]', '"waits":[[1,0,4]]'));
  const ring = fabricast(["trace", "check", "ring.trace"], folder);
  equal(ring.code, 3);
  match(ring.stderr, /a circle: .*waits for.*\[cyclic-trace\]/);
});

test("wrong words are usage, wrong degrees are named", () => {
  const ran = (...words: string[]) => fabricast(["trace", ...words], folder);
  equal(ran("shrink", "a.trace").code, 2);
  equal(ran("record", "mlp").code, 2);
  equal(ran("scale", "a.trace").code, 2);
  equal(ran("export", "a.trace", "-o", "x").code, 2);
  const split = ran("record", "gpt", "--tp", "3", "-o", "x.trace");
  equal(split.code, 3);
  match(split.stderr, /4 heads/);
  const shapes = ran("selfcheck", "405b.trace");
  deepEqual(shapes.code, 3);
  match(shapes.stderr, /\[nothing-trained\]/);
});
