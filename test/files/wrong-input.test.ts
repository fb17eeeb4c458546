/** What a reader sees who made a mistake: place, found, expected, next step, code. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { formatIssue } from "../../src/base/errors.ts";
import { checkFile } from "../../src/files/check-file.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { readQuestion } from "../../src/files/question.ts";
import { codesFrom, issuesFrom, written } from "./support.ts";

const SWITCH = readFileSync("topologies/clusters/bare-switch-64.yaml", "utf8");
const SIMULATE = readFileSync("scenarios/questions/gpt-1.3b-on-64.yaml", "utf8");

/** The message for a shipped cluster in which one text is replaced, without the folder. */
async function said(from: string, to: string): Promise<string[]> {
  const path = written("pod.yaml", SWITCH.replace(from, to));
  const issues = await issuesFrom(readCluster(path));
  return issues.map((issue) => formatIssue({ ...issue, file: "pod.yaml" }));
}

test("a typo in a key", async () => {
  deepEqual(await said("rate:", "rat:"), [
    'pod.yaml:11:11: found the key "rat", expected one of kind, id, name, rate, latency, ' +
      'price, power; did you mean "rate"? [unknown-key]',
  ]);
});

test("a bandwidth without unit", async () => {
  deepEqual(await said("rate: 400 Gb/s,", "rate: 400,"), [
    'pod.yaml:11:17: found 400, expected a data rate of one direction such as "400 Gb/s"; ' +
      'did you mean "400 Gb/s"? [bare-quantity]',
  ]);
  deepEqual(await said("rate: 400 Gb/s,", 'rate: "400",'), [
    'pod.yaml:11:17: found "400", expected a data rate of one direction such as "400 Gb/s"; ' +
      'did you mean "400 Gb/s"? [bare-quantity]',
  ]);
});

test("a size where a rate belongs", async () => {
  deepEqual(await said("rate: 400 Gb/s,", "rate: 400 GB,"), [
    'pod.yaml:11:17: found "400 GB", expected a data rate of one direction such as ' +
      '"400 Gb/s"; did you mean "400 Gb/s" or "400 GB/s"? [wrong-dimension]',
  ]);
});

test("an unknown unit", async () => {
  deepEqual(await said("rate: 400 Gb/s,", "rate: 400 Gbps,"), [
    'pod.yaml:11:17: found "400 Gbps", expected a data rate of one direction such as ' +
      '"400 Gb/s"; did you mean "400 Gb/s"? [unknown-unit]',
  ]);
});

test("a negative size, a negative count, a rate of nothing", async () => {
  const path = written("chip.yaml", chip().replace("value: 80 GB", "value: -80 GB"));
  const [issue] = await issuesFrom(checkFile(path));
  equal(issue?.code, "out-of-range");
  equal(issue?.pointer, "/memory/value");
  equal(issue?.line, 18);
  match((await said("hosts: 64", "hosts: -64"))[0] ?? "", /^pod.yaml:10:10: .*\[out-of-range\]$/);
  match((await said("rate: 400 Gb/s,", "rate: 0 Gb/s,"))[0] ?? "", /above 0.*\[out-of-range\]$/);
});

function chip(): string {
  return readFileSync("topologies/parts/accelerators/h100-sxm.yaml", "utf8");
}

test("several mistakes are said at once, in the order of the file", async () => {
  const text = SWITCH.replace("name: Bare", "nam: Bare")
    .replace("kind: switch", "kind: swich")
    .replace("scaleUpMessage: 0 ns", "scaleUpMessage: 0");
  const issues = await issuesFrom(readCluster(written("pod.yaml", text)));
  deepEqual(
    issues.map(({ line, code }) => `${line} ${code}`),
    ["3 unknown-key", "9 not-allowed-value", "14 bare-quantity"],
  );
  equal(issues[1]?.nextStep, 'did you mean "switch"?');
});

test("a missing key is asked for with an example", async () => {
  deepEqual(await said("  hosts: 64\n", ""), [
    'pod.yaml:9:3: found no "hosts", expected the key "hosts" (Hosts, one port each); ' +
      "add hosts: 64 [missing-key]",
  ]);
});

test("a figure without its source is refused", async () => {
  const path = written("chip.yaml", chip().replace(/  source: .*\n/, ""));
  const [issue] = await issuesFrom(checkFile(path));
  deepEqual([issue?.code, issue?.pointer], ["missing-key", "/peakBf16/source"]);
});

test("an unknown cluster, model and part are refused where they are named", async () => {
  const from = SIMULATE.replace("h100-fat-tree-2to1", "h100-fat-tree-2to2");
  const path = written("q.yaml", from.replace("model: gpt-1.3b", "model: gpt-13b"));
  const issues = await issuesFrom(readQuestion(path));
  deepEqual(
    issues.map(({ line, column, code, nextStep }) => [line, column, code, nextStep]),
    [
      [9, 10, "unknown-part", 'did you mean "h100-fat-tree-2to1"?'],
      [4, 10, "unknown-model", 'did you mean "gpt-1.3b"?'],
    ],
  );
  const pod = SWITCH.replace(/node:\n.*\n.*\n/, "node: hgx-h10\n");
  const [part] = await issuesFrom(readCluster(written("pod.yaml", pod)));
  deepEqual(
    [part?.code, part?.line, part?.nextStep],
    ["unknown-part", 5, 'did you mean "hgx-h100"?'],
  );
});

test("a reference to a file that is not there is refused where it stands", async () => {
  const path = written("q.yaml", SIMULATE.replace("h100-fat-tree-2to1", "./mine.yaml"));
  const [issue] = await issuesFrom(readQuestion(path));
  deepEqual([issue?.code, issue?.line], ["missing-file", 9]);
});

test("a cluster beside the question is found by id; a broken one names its own file", async () => {
  const path = written("q.yaml", SIMULATE.replace("h100-fat-tree-2to1", "mine"));
  const mine = join(dirname(path), "mine.yaml");
  const tree = readFileSync("topologies/clusters/h100-fat-tree-2to1.yaml", "utf8");
  writeFileSync(mine, tree.replace("id: h100-fat-tree-2to1", "id: mine"));
  const question = await readQuestion(path);
  equal(question.kind === "simulate" && question.cluster.id, "mine");
  writeFileSync(mine, tree.replace("ports:", "prots:"));
  const [issue] = await issuesFrom(readQuestion(path));
  deepEqual([issue?.file, issue?.code], [mine, "unknown-key"]);
});

test("names that look like mark-up or formulas are data", async () => {
  for (const name of ["<script>alert(1)</script>", "=1+1", "+1", "@x", "a\\u001b[31mred"]) {
    const path = written("pod.yaml", SWITCH.replace(/name: Bare.*/, `name: "${name}"`));
    const cluster = await readCluster(path);
    equal(cluster.name, JSON.parse(`"${name}"`));
  }
});

test("what is said about a hostile name is safe to print", async () => {
  const path = written("pod.yaml", SWITCH.replace("hosts:", '"ho\\u001b[2Jsts":'));
  const text = (await issuesFrom(readCluster(path))).map(formatIssue).join("\n");
  equal(text.includes("\u001b"), false);
  match(text, /u001b\[2Jsts|u\{1b\}\[2Jsts/);
});

test("an empty file, a list and a lonely word are no files of ours", async () => {
  deepEqual(await codesFrom(checkFile(written("a.yaml", ""))), ["unknown-kind"]);
  deepEqual(await codesFrom(checkFile(written("a.yaml", "[1, 2]"))), ["unknown-kind"]);
  deepEqual(await codesFrom(checkFile(written("a.yaml", "hello"))), ["unknown-kind"]);
  const [issue] = await issuesFrom(checkFile(written("a.yaml", "qestion: simulate")));
  equal(issue?.nextStep, 'did you mean "question"?');
  deepEqual(await codesFrom(readCluster(written("a.yaml", ""))), ["wrong-type"]);
});
