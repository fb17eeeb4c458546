/** Recorded traces on fabrics: closed forms of who waits for whom. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { executionReplay, replayedLines } from "../../src/answers/trace/execution-replay.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { TraceColumns } from "../../src/files/formats/trace-columns.ts";
import { checkedTrace } from "../../src/files/formats/trace-checks.ts";
import { traceQuestionIn } from "../../src/files/trace-question.ts";
import { readDocument } from "../../src/files/document.ts";
import { collectiveTime } from "../../src/network/collective-time.ts";
import { sceneGraph } from "../../src/network/scene.ts";
import { groupTimer } from "../../src/network/replay/group-collective.ts";
import { replayTrace } from "../../src/network/replay/trace-replay.ts";
import { NODE, ON_HOST } from "../../src/records/execution-trace.ts";

interface Given {
  readonly kind: keyof typeof NODE;
  readonly deps?: readonly number[];
  readonly durationS?: number;
  readonly bytes?: number;
  readonly partner?: number;
  readonly mark?: number;
}

function traceOf(ranks: readonly (readonly Given[])[]) {
  const nodes = ranks.map((given) => {
    const columns = new TraceColumns();
    given.forEach(({ kind, deps = [], durationS = 0, bytes = 0, partner = 0, mark = 0 }, id) => {
      for (const dep of deps) columns.wait(dep);
      if (kind === "collective") columns.group("0");
      const common = { id, kind: NODE[kind], durationS, flop: Number.NaN, bytes, partner };
      columns.add({ ...common, mark });
    });
    return columns.finish({ file: "t", line: 0, column: 0, pointer: "" });
  });
  const read = { format: "test", ranks: nodes, groups: new Map(), notes: [] };
  return checkedTrace(read, (rank) => `rank ${rank}`);
}

/** A collective takes 10 s, a message 1 s and 1 s a byte; compute as it says. */
const network = (trace: ReturnType<typeof traceOf>) => ({
  collectiveS: () => 10,
  message: () => ({ latencyS: 1, perByteS: 1 }),
  computeS: (rank: number, place: number) => trace.ranks[rank]!.durationS[place]!,
});

test("a collective begins when the last member has reached it", () => {
  const trace = traceOf([
    [
      { kind: "compute", durationS: 2 },
      { kind: "collective", bytes: 8, deps: [0] },
    ],
    [
      { kind: "compute", durationS: 5 },
      { kind: "collective", bytes: 8, deps: [0] },
      { kind: "compute", durationS: 4, deps: [0] },
    ],
  ]);
  const { durationS, ranks } = replayTrace(trace, network(trace));
  // The slower rank computes 5 s, then 10 s of collective over 4 s of compute.
  equal(durationS, 15);
  deepEqual(ranks[0], { computeS: 2, communicationS: 13, exposedS: 13, idleS: 0 });
  deepEqual(ranks[1], { computeS: 9, communicationS: 10, exposedS: 6, idleS: 0 });
});

test("collectives of one group follow one another, and messages leave one by one", () => {
  const two = [
    { kind: "collective", bytes: 8 },
    { kind: "collective", bytes: 8 },
  ] as const;
  const trace = traceOf([two, two]);
  equal(replayTrace(trace, network(trace)).durationS, 20);
  const messages = traceOf([
    [
      { kind: "send", bytes: 3, partner: 1, mark: 1 },
      { kind: "send", bytes: 4, partner: 1, mark: 2 },
    ],
    [
      { kind: "receive", bytes: 4, partner: 0, mark: 2 },
      { kind: "receive", bytes: 3, partner: 0, mark: 1 },
      { kind: "compute", durationS: 2, deps: [1] },
    ],
  ]);
  // Out after 3 and 7 s, each a second on its way; the compute after the first is done at 6 s.
  const { durationS, ranks } = replayTrace(messages, network(messages));
  equal(durationS, 8);
  deepEqual(ranks[1], { computeS: 2, communicationS: 8, exposedS: 6, idleS: 0 });
});

test("an accelerator computes one node at a time, the host beside it", () => {
  const trace = traceOf([
    [
      { kind: "compute", durationS: 2 },
      { kind: "compute", durationS: 3 },
      { kind: "compute", durationS: 4, partner: ON_HOST },
      { kind: "other", deps: [2] },
    ],
  ]);
  const { durationS, ranks } = replayTrace(trace, network(trace));
  equal(durationS, 5);
  equal(ranks[0]!.computeS, 5);
});

test("who waits in a circle is refused, and by name", () => {
  const circle = traceOf([
    [
      { kind: "compute", deps: [1] },
      { kind: "compute", deps: [0] },
    ],
  ]);
  throws(() => replayTrace(circle, network(circle)), { name: "Refusal", code: "deadlock" });
  const crossed = traceOf([
    [{ kind: "collective", bytes: 8 }],
    [
      { kind: "receive", bytes: 8, partner: 1, mark: 0, deps: [1] },
      { kind: "send", bytes: 8, partner: 1, mark: 0, deps: [0] },
      { kind: "collective", bytes: 8, deps: [0] },
    ],
  ]);
  throws(() => replayTrace(crossed, network(crossed)), /node 0 of rank 0/);
});

test("a group of all ranks takes what the collective alone takes", async () => {
  const graph = sceneGraph(await readCluster("h100-rail-only"), 16);
  const all = Array.from({ length: 16 }, (_, rank) => rank);
  const asked = { collective: "all-gather", sizeBytes: 2 ** 24, algorithm: "auto" } as const;
  const { timeline } = collectiveTime(graph, asked);
  equal(groupTimer(graph, [all])(0, "all-gather", 2 ** 24).durationS, timeline.durationS);
});

test("groups that run at once share the links between them", async () => {
  // 32 hosts on leaves of a 2:1 tree: rings in a leaf do not meet, rings across leaves share
  // uplinks.
  const graph = sceneGraph(await readCluster("bare-fat-tree-1024"), 64);
  const across = (first: number): number[] => Array.from({ length: 2 }, (_, i) => first + 32 * i);
  const one = groupTimer(graph, [across(0)])(0, "all-reduce", 2 ** 26);
  const many = groupTimer(
    graph,
    Array.from({ length: 32 }, (_, i) => across(i)),
  );
  const { durationS, groupCount } = many(0, "all-reduce", 2 ** 26);
  equal(groupCount, 32);
  ok(durationS >= one.durationS);
  equal(many(31, "all-reduce", 2 ** 26).durationS, durationS);
});

test("the shipped question replays the shipped trace", async () => {
  const path = "scenarios/neighbors/replayed-step.yaml";
  const question = await traceQuestionIn(await readDocument(path), path);
  const replayed = executionReplay(question);
  // Ranks 2 and 3 start when the activation is there: two layers, two sums, then the backward
  // pass, the gradients over all that is left of it, and the update: five times 100 µs each.
  ok(Math.abs(replayed.computeS - 5e-4) < 1e-12);
  ok(replayed.durationS > 7e-4 && replayed.durationS < 1.5e-3);
  const [sum] = replayed.collectives;
  deepEqual([sum?.group, sum?.collective, sum?.callCount], ["1", "all-reduce", 2]);
  // Two ranks: half of 4 MiB twice, at 50 GB/s, and twice the latency.
  ok(sum!.totalS / 2 > (4 * 2 ** 20) / 50e9 && sum!.totalS / 2 < (4.2 * 2 ** 20) / 50e9 + 5e-6);
  ok(replayedLines(replayed).some((line) => line.includes("as recorded")));
  const modeled = { ...question, compute: "operations" } as const;
  throws(() => executionReplay(modeled), { code: "no-accelerator" });
});
