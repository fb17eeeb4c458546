/** Large models from the command line: what it prints, writes and refuses, with its code. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

const ASK = ["simulate", "--model", "llama-3-70b", "--cluster", "h100-fat-tree-2to1", "-n", "512"];
const LAYOUT = "tp=4,pp=4,vp=5,cp=2,dp=16,micro=1,batch=1024,seq=8192,zero=1";

test("one command answers, writes its reports and the step in time", () => {
  const folder = freshFolder();
  const more = ["--layout", LAYOUT, "--out", "out", "--timeline", "step.json.gz"];
  const { code, stdout } = fabricast([...ASK, ...more], folder);
  equal(code, 0);
  ok(stdout.includes("Where the step goes") && stdout.includes("Published runs nearby"));
  for (const ending of ["html", "csv", "json"]) {
    ok(existsSync(join(folder, `out/llama-3-70b-on-512.${ending}`)), ending);
  }
  ok(gunzipSync(readFileSync(join(folder, "step.json.gz"))).includes("traceEvents"));
});

const WRONG: readonly (readonly [readonly string[], number, string])[] = [
  [["--layout", "tp=3,pp=7"], 3, "take 504 accelerators"],
  [["--layout", "tp=4,pp=4,qq=1"], 3, "unknown-key"],
  [["--layout", LAYOUT.replace("cp=2,dp=16", "dp=32")], 3, "ways out"],
  [["--layout", LAYOUT, "--batch", "512"], 2, "batch="],
  [["--layout", LAYOUT, "--what-if", "faster"], 3, "prune=0.5"],
];

test("what is wrong is said, with its code", () => {
  for (const [more, expected, words] of WRONG) {
    const { code, stderr } = fabricast([...ASK, ...more]);
    equal(code, expected, stderr);
    ok(stderr.includes(words), stderr);
  }
  const few = ASK.map((word) => (word === "512" ? "8" : word));
  const { code, stderr } = fabricast([...few, "--layout", "auto,batch=1024,seq=8192"]);
  equal(code, 4, stderr);
  ok(stderr.includes("Ways out"), stderr);
});

test("a saved question, run as a file, gives the figures of the flags", () => {
  const folder = freshFolder();
  const asked = [...ASK, "--layout", LAYOUT, "--what-if", "precision=fp8"];
  equal(fabricast([...asked, "--save", "ours.yaml"], folder).code, 0);
  const flags = fabricast([...asked, "--json"], folder);
  const file = fabricast(["run", "ours.yaml", "--json", "--out", "out"], folder);
  equal(file.code, 0, file.stderr);
  const figures = ({ stdout }: { readonly stdout: string }) => {
    // Only what the asker typed, and the name of the file, differ.
    const { id: _, reproduce: __, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    return rest;
  };
  deepEqual(figures(file), figures(flags));
  const calibrated = fabricast([...asked, "--save", "b.yaml", "--calibration", "c.json"], folder);
  equal(calibrated.code, 2, calibrated.stderr);
});

test("a report of a service is written only for what it can show", () => {
  const folder = freshFolder();
  const service = ["serve", "llama-3-8b", "--accelerator", "h100", "--request-rate", "2"];
  const asked = [...service, "--tp", "1", "--out", "out"];
  equal(fabricast(asked, folder).code, 0);
  for (const ending of ["html", "md", "json"]) {
    ok(existsSync(join(folder, `out/llama-3-8b-for-2-requests-a-second.${ending}`)), ending);
  }
  const { code, stderr } = fabricast([...asked, "--tpot", "50ms", "--disaggregate"], folder);
  equal(code, 2, stderr);
  ok(stderr.includes("--out does not go with"), stderr);
});
