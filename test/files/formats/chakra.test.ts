import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { chakraBytes, chakraNodes, collectiveNode } from "../../../src/files/formats/chakra.ts";
import { ProtobufWriter } from "../../../src/files/formats/protobuf.ts";
import { readTraining } from "../../../src/files/training.ts";
import { NO_PARALLELISM } from "../../../src/records/trace-file.ts";
import { recordTrainingShapes } from "../../../src/training/record-shapes.ts";

const all = { phase: "backward", group: "data", rankCount: 4, op: 0 } as const;

test("an all-reduce of 1 MiB has the bytes that ASTRA-sim's feeder accepted", () => {
  // GlobalMetadata with version "0.0.4"; a node with id 1, its name, type 7, and the attributes
  // is_cpu_op false, comm_type 0 and comm_size 2^20.
  const wanted =
    "07 0a05302e302e34 3b 0801 1205636f6c6c31 1807 " +
    "520e 0a0969735f6370755f6f70 d80100 " +
    "520d 0a09636f6d6d5f74797065 4800 " +
    "520f 0a09636f6d6d5f73697a65 48808040";
  const node = collectiveNode({ ...all, kind: "all-reduce", name: "coll1", bytes: 2 ** 20 });
  const bytes = chakraBytes([{ id: 1, dataDependencies: [], ...node }]);
  equal(Buffer.from(bytes).toString("hex"), wanted.replaceAll(" ", ""));
  equal(bytes.length, 68);
});

test("of an all-gather Chakra counts what one rank brings", () => {
  const node = collectiveNode({ ...all, kind: "all-gather", name: "x", bytes: 4096 });
  const size = node.attributes.find(({ name }) => name === "comm_size")!;
  equal(size.value, 1024);
});

test("integers take seven bits a byte, also beyond 32 bits", () => {
  // 300 = 0b10 0101100; 2^35 needs five whole groups of zeros and one bit.
  deepEqual([...new ProtobufWriter().varint(300).finish()], [0xac, 2]);
  deepEqual([...new ProtobufWriter().varint(2 ** 35).finish()], [128, 128, 128, 128, 128, 1]);
  deepEqual([...new ProtobufWriter().packed(5, [1, 300]).finish()], [0x2a, 3, 1, 0xac, 2]);
  deepEqual([...new ProtobufWriter().packed(5, []).finish()], []);
});

test("ops and collectives become nodes that wait as the trace says", async () => {
  const recorded = recordTrainingShapes(await readTraining("mlp"), { ...NO_PARALLELISM, dp: 2 });
  const [program] = recorded.programs;
  const nodes = chakraNodes(program!, 2);
  const opCount = program!.trace.ops.length;
  equal(nodes.length, opCount + 1);
  deepEqual(
    nodes.map(({ id }) => id),
    nodes.map((_, i) => i + 1),
  );
  // The last op, the update, waits for the op before it and for the reduction.
  deepEqual(nodes[opCount - 1]!.dataDependencies, [opCount - 1, opCount + 1]);
  const flop = nodes[0]!.attributes.find(({ name }) => name === "num_ops")!;
  equal(flop.value, program!.trace.ops[0]!.flop);
  ok(chakraBytes(nodes).length > 68);
  throws(() => chakraNodes(program!, 4), { name: "Refusal", code: "not-exported" });
});

test("messages between two ranks are refused: a trace does not say which", () => {
  throws(() => collectiveNode({ ...all, kind: "send", name: "x", bytes: 8 }), {
    ...{ name: "Refusal", code: "not-exported" },
  });
});
