/** Every wrong input is answered, not guessed: place, found, expected, next step, exit code. */
import { equal, match, ok } from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";

const CLUSTER = readFileSync(join(ROOT, "topologies/clusters/bare-switch-64.yaml"), "utf8");
const QUESTION = readFileSync(join(ROOT, "scenarios/questions/gpt-1.3b-on-64.yaml"), "utf8");

/** Writes one file in a fresh folder and checks it there. */
function checked(name: string, content: string) {
  const folder = freshFolder();
  writeFileSync(join(folder, name), content);
  return { ...fabricast(["check", name], folder), folder };
}

test("a typo in a key is named with its place and the key that was meant", () => {
  const { code, stderr, stdout } = checked("pod.yaml", CLUSTER.replace("latency:", "latencey:"));
  equal(code, 3);
  equal(stdout, "");
  match(stderr, /^pod\.yaml:\d+:\d+: found .*latencey.*latency.*\[unknown-key\]$/m);
});

test("a bandwidth without a unit is refused: bits or bytes?", () => {
  const { code, stderr } = checked("pod.yaml", CLUSTER.replace("rate: 400 Gb/s", "rate: 400"));
  equal(code, 3);
  match(stderr, /^pod\.yaml:\d+:\d+: found .*400.*Gb\/s.*\[bare-quantity\]$/m);
});

test("400 GB where a rate belongs is refused with the rate that was meant", () => {
  const { code, stderr } = checked("pod.yaml", CLUSTER.replace("rate: 400 Gb/s", "rate: 400 GB"));
  equal(code, 3);
  match(
    stderr,
    /^pod\.yaml:\d+:\d+: found "400 GB", expected a data rate.*400 Gb\/s.*\[wrong-dimension\]$/m,
  );
});

test("a negative size is out of range", () => {
  const { code, stderr } = checked(
    "pod.yaml",
    CLUSTER.replace("latency: 500 ns", "latency: -500 ns"),
  );
  equal(code, 3);
  match(stderr, /^pod\.yaml:\d+:\d+: .*-500 ns.*\[out-of-range\]$/m);
  const flags = ["--cluster", "bare-switch-64", "-b", "-5", "-e", "1G"];
  equal(fabricast(["collective", "all_reduce", ...flags]).code, 3);
});

test("all mistakes of a file are told at once", () => {
  const broken = CLUSTER.replace("rate: 400 Gb/s", "rate: 400").replace("y: 500 ns", "y: 500 GB");
  const { code, stderr } = checked("pod.yaml", broken);
  equal(code, 3);
  ok(stderr.trim().split("\n").length >= 2, stderr);
});

test("a batch that does not divide by the accelerators is refused with sizes that do", () => {
  const { code, stderr } = fabricast([
    ...["simulate", "--model", "gpt-1.3b", "--cluster", "h100-fat-tree-2to1"],
    ...["--accelerators", "64", "--batch", "1000"],
  ]);
  equal(code, 3);
  match(stderr, /1,?000.*\[does-not-divide\]/);
});

test("more ranks than the cluster has are refused", () => {
  const { code, stderr, stdout } = fabricast([
    ...["collective", "all_reduce", "--cluster", "bare-switch-64", "--ranks", "65"],
  ]);
  equal(code, 3);
  equal(stdout, "");
  match(stderr, /65.*64.*\[too-many-ranks\]/);
});

test("a missing file is named, with the nearest that exists", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "question.yaml"), QUESTION);
  const { code, stderr } = fabricast(["run", "qestion.yaml"], folder);
  equal(code, 3);
  match(stderr, /qestion\.yaml.*question\.yaml.*\[missing-file\]/);
});

test("a folder is not a file", () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "question.yaml"));
  const { code, stderr } = fabricast(["run", "question.yaml"], folder);
  equal(code, 3);
  match(stderr, /\[is-a-folder\]/);
});

test("an unknown part is named with the part that was meant", () => {
  const cluster = readFileSync(join(ROOT, "topologies/clusters/h100-torus.yaml"), "utf8");
  const { code, stderr } = checked("pod.yaml", cluster.replace("hgx-h100", "hgx-h10"));
  equal(code, 3);
  match(stderr, /^pod\.yaml:\d+:\d+: .*hgx-h10".*hgx-h100.*\[unknown-part\]$/m);
});

test("a file of 300 MB is refused before it is read", () => {
  const folder = freshFolder();
  const path = join(folder, "big.yaml");
  writeFileSync(path, "");
  truncateSync(path, 300e6);
  const { code, stderr } = fabricast(["check", "big.yaml"], folder);
  equal(code, 3);
  match(stderr, /\[too-large\]/);
});

test("nesting of 100,000 is refused, twice in one process", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a.json"), "[".repeat(100_000) + "]".repeat(100_000));
  writeFileSync(join(folder, "b.json"), '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000));
  const { code, stderr } = fabricast(["check", "a.json", "b.json"], folder);
  equal(code, 3);
  equal(stderr.match(/\[too-deep\]/g)?.length, 2, stderr);
});

test("a key __proto__ is refused", () => {
  const { code, stderr } = checked("pod.yaml", `${CLUSTER}\n__proto__: { polluted: yes }\n`);
  equal(code, 3);
  match(stderr, /\[forbidden-key\]/);
});

test("names with a script or a formula stay text in every report", () => {
  const folder = freshFolder();
  const name = "=cmd|' /C calc'!A0<script>alert(1)</script>";
  const cluster = readFileSync(join(ROOT, "topologies/clusters/h100-fat-tree-2to1.yaml"), "utf8");
  writeFileSync(
    join(folder, "pod.yaml"),
    cluster.replace(/^name: .*$/m, `name: ${JSON.stringify(name)}`),
  );
  const question = QUESTION.replace(/^cluster: .*$/m, "cluster: ./pod.yaml");
  writeFileSync(join(folder, "question.yaml"), question);
  const { code, stderr } = fabricast(["run", "question.yaml"], folder);
  equal(code, 0, stderr);
  const read = (ending: string): string =>
    readFileSync(join(folder, "reports/out", `question.${ending}`), "utf8");
  ok(!read("html").includes("<script>alert"));
  ok(read("html").includes("&lt;script&gt;alert"));
  for (const cell of read("csv").split(/[,\n]/)) ok(!/^"?=/.test(cell), cell);
});

test("a folder that cannot be written is the machine's fault: exit 74, nothing lost", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "question.yaml"), QUESTION);
  // A file stands where the folder should be: even root cannot write below it.
  writeFileSync(join(folder, "out"), "kept");
  const { code, stderr } = fabricast(["run", "question.yaml", "--out", "out"], folder);
  equal(code, 74);
  match(stderr, /out/);
  equal(readFileSync(join(folder, "out"), "utf8"), "kept");
});

test("a run that fails writes nothing and leaves the previous report whole", () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "question.yaml"), QUESTION);
  equal(fabricast(["run", "question.yaml"], folder).code, 0);
  const path = join(folder, "reports/out/question.html");
  const before = readFileSync(path, "utf8");
  writeFileSync(
    join(folder, "question.yaml"),
    QUESTION.replace("accelerators: 64", "accelerators: 0.5"),
  );
  equal(fabricast(["run", "question.yaml"], folder).code, 3);
  equal(readFileSync(path, "utf8"), before);
  const left = readdirSync(join(folder, "reports/out")).filter((name) => name.includes("tmp"));
  equal(left.length, 0);
});

test("wrong usage is exit 2 with a suggestion", () => {
  const typo = fabricast(["colective", "all_reduce"]);
  equal(typo.code, 2);
  match(typo.stderr, /collective/);
  const flag = fabricast(["collective", "all_reduce", "--clustr", "bare-switch-64"]);
  equal(flag.code, 2);
  match(flag.stderr, /--cluster/);
  equal(fabricast([]).code, 2);
  ok(!existsSync(join(ROOT, "reports/out/undefined.json")));
});
