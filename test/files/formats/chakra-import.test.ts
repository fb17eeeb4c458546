/** Chakra execution traces read: totals, every kind of number, packing, refusals and damage. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "vitest";
import { executionSummary } from "../../../src/answers/trace/execution-summary.ts";
import { InputError } from "../../../src/base/errors.ts";
import { seeded } from "../../../src/base/random.ts";
import { chakraBytes, chakraNodes } from "../../../src/files/formats/chakra.ts";
import { ChakraDecoder } from "../../../src/files/formats/chakra-decoder.ts";
import { readChakra } from "../../../src/files/formats/chakra-files.ts";
import { chakraJsonFrom } from "../../../src/files/formats/chakra-json.ts";
import { ProtobufWriter } from "../../../src/files/formats/protobuf.ts";
import { readTraining } from "../../../src/files/training.ts";
import { NO_PARALLELISM } from "../../../src/records/trace-file.ts";
import { recordTrainingShapes } from "../../../src/training/record-shapes.ts";
import { sampleBytes, sampleRank } from "../../support/chakra-sample.ts";
import type { SampleNode } from "../../support/chakra-sample.ts";
import { freshFolder, ROOT } from "../../support/cli.ts";
import { slowTest } from "../../support/slow.ts";

const MIB = 2 ** 20;
const SHIPPED = join(ROOT, "scenarios/neighbors/chakra/step");

/** The prefix of files with these contents, rank after rank. */
function written(contents: readonly Uint8Array[], ending = "et"): string {
  const prefix = join(freshFolder(), "t");
  contents.forEach((bytes, rank) => writeFileSync(`${prefix}.${rank}.${ending}`, bytes));
  return prefix;
}

const prefixOf = (ranks: readonly (readonly SampleNode[])[]): string =>
  written(ranks.map((nodes) => sampleBytes(nodes)));

const coll = (id: number, numbers: Record<string, number>, deps: number[] = []): SampleNode => ({
  ...{ id, name: "c", type: 7, deps, group: "0" },
  numbers: { comm_type: 0, ...numbers },
});

test("the shipped example is what its writer makes, and its totals are these", async () => {
  for (const rank of [0, 1, 2, 3]) {
    deepEqual(new Uint8Array(readFileSync(`${SHIPPED}.${rank}.et`)), sampleBytes(sampleRank(rank)));
  }
  const summary = executionSummary(await readChakra(SHIPPED));
  // Of each rank 10 nodes, five of which compute 100 µs, 40 Gflop and 8 MiB. Layers: 9 edges of
  // ranks 0 and 1; the receive of the others waits for nothing, and layer 0 for it.
  deepEqual(
    [summary.nodeCount, summary.computeCount, summary.computeFlop, summary.computeBytes],
    [40, 20, 20 * 40e9, 20 * 8 * MIB],
  );
  ok(Math.abs(summary.recordedComputeS - 20e-4) < 1e-12);
  deepEqual([summary.messageCount, summary.messageBytes], [2, 4 * MIB]);
  deepEqual(
    summary.groups.map(({ name, rankCount, callCount, calledBytes }) => [
      ...[name, rankCount, callCount, calledBytes / MIB],
    ]),
    [
      ["1", 2, 2, 8],
      ["3", 2, 1, 16],
      ["4", 2, 1, 16],
      ["2", 2, 2, 8],
    ],
  );
});

test("pieces of any size and packed files give the same", async () => {
  const bytes = sampleBytes(sampleRank(0));
  const decoder = new ChakraDecoder("x", 0);
  for (const byte of bytes) decoder.push(Uint8Array.of(byte));
  const { nodes, version, groups } = decoder.finish();
  equal(version, "0.0.4");
  deepEqual([...groups.get("3")!], [0, 2]);
  const packed = written(
    [0, 1, 2, 3].map((r) => gzipSync(sampleBytes(sampleRank(r)))),
    "et.gz",
  );
  const trace = await readChakra(packed);
  deepEqual(trace.ranks[0], nodes);
  equal(
    executionSummary(trace).fingerprint,
    executionSummary(await readChakra(SHIPPED)).fingerprint,
  );
});

test("an amount may be any kind of number", () => {
  // Fields of AttributeProto and the bytes of 300 in each: varint, zigzag, fixed, float, double.
  const varint = new ProtobufWriter().varint(300).finish();
  const zigzag = new ProtobufWriter().varint(600).finish();
  const of = (length: number, set: (view: DataView) => void): Uint8Array => {
    const view = new DataView(new ArrayBuffer(length));
    set(view);
    return new Uint8Array(view.buffer);
  };
  const kinds: [number, number, Uint8Array][] = [
    ...[7, 9, 11, 13].map((field): [number, number, Uint8Array] => [field, 0, varint]),
    ...[15, 17].map((field): [number, number, Uint8Array] => [field, 0, zigzag]),
    ...[19, 23].map((field): [number, number, Uint8Array] => {
      return [field, 5, of(4, (view) => view.setInt32(0, 300, true))];
    }),
    ...[21, 25].map((field): [number, number, Uint8Array] => {
      return [field, 1, of(8, (view) => view.setBigInt64(0, 300n, true))];
    }),
    [3, 1, of(8, (view) => view.setFloat64(0, 300, true))],
    [5, 5, of(4, (view) => view.setFloat32(0, 300, true))],
  ];
  for (const [field, wireType, value] of kinds) {
    const key = new ProtobufWriter().varint(field * 8 + wireType).finish();
    const name = new ProtobufWriter().text(1, "comm_size").finish();
    const type = new ProtobufWriter().text(1, "comm_type").integer(9, 2).finish();
    const size = Uint8Array.from([...name, ...key, ...value]);
    const node = new ProtobufWriter().integer(1, 5).integer(3, 7).bytes(10, type).bytes(10, size);
    const decoder = new ChakraDecoder("x", 0);
    decoder.push(new ProtobufWriter().raw(new Uint8Array(0)).raw(node.finish()).finish());
    const { nodes } = decoder.finish();
    deepEqual([nodes.bytes[0], nodes.partners[0], nodes.ids[0]], [300, 2, 5], `field ${field}`);
  }
});

test("what we export comes back: flop, bytes, collectives and who waits for whom", async () => {
  const recorded = recordTrainingShapes(await readTraining("mlp"), { ...NO_PARALLELISM, dp: 2 });
  const program = recorded.programs[0]!;
  const bytes = [0, 1].map((rank) => {
    const place = { rank, rankCount: 2, membersOf: () => [0, 1], groupIdOf: () => 1 };
    return chakraBytes(chakraNodes(program, place));
  });
  const trace = await readChakra(written(bytes));
  const summary = executionSummary(trace);
  const { ops, collectives = [] } = program.trace;
  equal(summary.computeFlop, 2 * ops.reduce((sum, { flop }) => sum + Math.round(flop), 0));
  equal(summary.computeBytes, 2 * ops.reduce((sum, op) => sum + op.readBytes + op.writtenBytes, 0));
  equal(
    summary.groups.reduce((sum, { calledBytes }) => sum + calledBytes, 0),
    collectives.reduce((sum, one) => sum + one.bytes, 0),
  );
  const { waitStart, waits } = trace.ranks[0]!;
  deepEqual(
    program.dependencies.map((_, i) => [...waits.slice(waitStart[i], waitStart[i + 1])]),
    program.dependencies.map((own) => [...own]),
  );
});

test("the JSON dialect gives the same columns, and its mistakes a pointer", () => {
  const list = [
    { Id: 0, Name: "a", NodeType: 4, runtime: 100, data_deps: [], tensor_size: 64, num_ops: 7 },
    { Id: 3, Name: "b", NodeType: 7, comm_type: 7, comm_size: 4096, data_deps: [0] },
  ];
  const { nodes } = chakraJsonFrom(JSON.stringify({ workload_graph: list }), "f", 0);
  deepEqual([...nodes.waits], [0]);
  deepEqual([nodes.durationS[0], nodes.flop[0], nodes.bytes[1]], [1e-4, 7, 4096]);
  const torn = JSON.stringify({ workload_graph: [list[0], { ...list[1], comm_size: "4096" }] });
  throws(() => chakraJsonFrom(torn, "f", 0), /comm_size "4096".*not-chakra/s);
  throws(() => chakraJsonFrom('{"workload_graph": {}}', "f", 0), /a group of keys|not-chakra/);
});

test("what is cut off, packed in name only, foreign or of another version is refused", async () => {
  const bytes = sampleBytes(sampleRank(0));
  await rejects(readChakra(written([bytes.subarray(0, -3)])), /truncated-file/);
  await rejects(readChakra(written([bytes], "et.gz")), /that is not gzip.*damaged-file/);
  const packed = gzipSync(bytes);
  await rejects(readChakra(written([packed.subarray(0, -12)], "et.gz")), /end is missing/);
  await rejects(readChakra(written([Buffer.from("rank 0 {\n}\n")])), InputError);
  await rejects(readChakra(written([sampleBytes([], "0.0.1")])), /"0.0.1".*unknown-version/);
  const mixed = [
    sampleBytes([coll(1, { comm_size: 8 })]),
    sampleBytes([coll(1, { comm_size: 8 })], "1.0.0"),
  ];
  await rejects(readChakra(written(mixed)), /all ranks of one version/);
  await rejects(readChakra(join(freshFolder(), "none")), /missing-file/);
});

test("what does not fit together is refused with its node", async () => {
  const send = (to: number, size = 8): SampleNode => ({
    ...{ id: 1, name: "s", type: 5 },
    numbers: { comm_size: size, comm_dst: to, comm_tag: 0 },
  });
  const receive = { ...{ id: 1, name: "r", type: 6 }, numbers: { comm_size: 8, comm_src: 0 } };
  await rejects(readChakra(prefixOf([[coll(1, { comm_size: 8 }, [9])]])), /node 9.*missing-node/);
  await rejects(
    readChakra(prefixOf([[coll(1, { comm_size: 8 }), coll(1, { comm_size: 8 })]])),
    /node 1 twice/,
  );
  await rejects(readChakra(prefixOf([[send(1)], []])), /sent 8 bytes, received nothing.*unmatched/);
  await rejects(readChakra(prefixOf([[send(1, 16)], [receive]])), /sent 16 bytes, received 8/);
  await rejects(readChakra(prefixOf([[send(7)]])), /rank 7 of 1.*unmatched-message/);
  const short = [
    [coll(1, { comm_size: 8 }), coll(2, { comm_size: 8 })],
    [coll(1, { comm_size: 8 })],
  ];
  await rejects(readChakra(prefixOf(short)), /found nothing as number 2.*groups-disagree/);
  const other = [[coll(1, { comm_size: 8 })], [coll(1, { comm_size: 8, comm_type: 2 })]];
  await rejects(readChakra(prefixOf(other)), /all-gather of 8.*all-reduce of 8.*groups-disagree/);
  const unnamed = { ...coll(1, { comm_size: 8 }), group: "17" };
  await rejects(readChakra(prefixOf([[unnamed]])), /whose ranks are nowhere/);
  const empty = Array.from({ length: 100 }, (_, i) => coll(i, { comm_size: 0 }));
  await rejects(readChakra(prefixOf([empty])), /100 of 100 collectives with zero bytes.*no-bytes/);
  await rejects(readChakra(prefixOf([[{ ...coll(1, {}) }]])), /without a comm_size/);
});

test("groups may come from ASTRA-sim's communicator file", async () => {
  const named = { ...coll(1, { comm_size: 8 }), group: "5" };
  const prefix = prefixOf([[named], [], [named]]);
  const groups = join(freshFolder(), "groups.json");
  writeFileSync(groups, '{"5": [0, 2]}');
  const trace = await readChakra(prefix, { groups });
  deepEqual(trace.groups[0]?.members, [0, 2]);
  writeFileSync(groups, '{"5": [0, 0]}');
  await rejects(readChakra(prefix, { groups }), /each once/);
});

/** Damaged bytes are refused, or what they say has another fingerprint, or nothing that counts. */
function mutated(count: number): number {
  const whole = sampleBytes(sampleRank(0));
  const read = (bytes: Uint8Array) => {
    const decoder = new ChakraDecoder("m", 0);
    decoder.push(bytes);
    const { nodes, version } = decoder.finish();
    return { nodes, version };
  };
  const before = read(whole).nodes;
  let refused = 0;
  for (let seed = 1; seed <= count; seed++) {
    const random = seeded(seed);
    const bytes = whole.slice();
    const place = Math.floor(random() * bytes.length);
    const isCut = random() < 0.1;
    bytes[place] = Math.floor(random() * 256);
    try {
      const { nodes } = read(isCut ? bytes.subarray(0, place) : bytes);
      // A name or an unused field may differ; fewer nodes only where the rest is whole.
      ok(nodes.nodeCount <= before.nodeCount + 1, `mutant ${seed}`);
      ok(nodes.waits.every((node) => node < nodes.nodeCount));
    } catch (error) {
      ok(error instanceof InputError, `mutant ${seed}: ${String(error)}`);
      match(error.message, /\[[a-z-]+\]$/m);
      refused++;
    }
  }
  return refused;
}

test("damaged traces are refused in words or read without harm", () => {
  ok(mutated(4000) > 1500);
});

slowTest("a hundred thousand damaged traces do no harm", () => {
  ok(mutated(100_000) > 30_000);
});

test("a changed amount changes the totals", async () => {
  const ranks = [0, 1, 2, 3].map((rank) => sampleBytes(sampleRank(rank)));
  const whole = executionSummary(await readChakra(SHIPPED));
  const first = ranks[0]!;
  const name = Buffer.from("num_ops");
  const place = Buffer.from(first).indexOf(name) + name.length + 1;
  const changed = first.slice();
  changed[place]! ^= 1;
  const other = executionSummary(await readChakra(written([changed, ...ranks.slice(1)])));
  ok(other.computeFlop !== whole.computeFlop && other.fingerprint !== whole.fingerprint);
});
