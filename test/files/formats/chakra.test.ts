import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import type { ChakraNode, ChakraPlace } from "../../../src/files/formats/chakra.ts";
import {
  chakraBytes,
  chakraNodes,
  collectiveNode,
  RECEIVE_NODE,
  SEND_NODE,
} from "../../../src/files/formats/chakra.ts";
import { ProtobufWriter } from "../../../src/files/formats/protobuf.ts";
import { readTraining } from "../../../src/files/training.ts";
import type { RankProgram } from "../../../src/records/trace-file.ts";
import { dependenciesOf, NO_PARALLELISM } from "../../../src/records/trace-file.ts";
import type { Trace, TraceCollective } from "../../../src/records/trace.ts";
import { membersOf } from "../../../src/training/mesh.ts";
import { meshOf, recordTrainingShapes } from "../../../src/training/record-shapes.ts";

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
  const nodes = chakraNodes(program!, placeOf(0, [0, 1]));
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
});

/** A rank of four, in a group of its own where not all belong to it. */
function placeOf(
  rank: number,
  members: readonly number[],
  rankCount = members.length,
): ChakraPlace {
  return { rank, rankCount, membersOf: () => members, groupIdOf: () => 3 };
}

const op = { name: "x", shape: [1], flop: 1, readBytes: 4, writtenBytes: 4 } as const;
const work = (phase: "forward" | "backward") => ({ ...op, kind: "norm", phase }) as const;

function programOf(collectives: readonly TraceCollective[]): RankProgram {
  const trace: Trace = {
    ...{ model: "m", device: "shape-only", elementBytes: 4, sampleCount: 1, tokensPerSample: 1 },
    ...{ parameterCount: 0, activationBytes: 0, gradients: [] },
    ...{ ops: [work("forward"), work("backward")], collectives },
  };
  return { ranks: [0], trace, dependencies: dependenciesOf(trace) };
}

const valuesOf = ({ attributes }: ChakraNode) =>
  Object.fromEntries(attributes.map(({ name, value }) => [name, value]));

test("a group that is not all ranks has its number as its name", () => {
  const pair = { ...all, kind: "all-reduce", name: "x", bytes: 8, rankCount: 2 } as const;
  const [, , inside] = chakraNodes(programOf([pair]), placeOf(1, [1, 3], 4));
  equal(valuesOf(inside!)["pg_name"], "3");
  const [, , whole] = chakraNodes(programOf([pair]), placeOf(1, [0, 1]));
  equal("pg_name" in valuesOf(whole!), false);
  // An attribute of length 12, its name of 7 bytes, and as field 29 a text of one byte, "3":
  // 29 · 8 + 2 = 234 takes two bytes, ea 01.
  const attribute = "520d0a0770675f6e616d65ea010133";
  ok(
    Buffer.from(chakraBytes([inside!]))
      .toString("hex")
      .endsWith(attribute),
  );
});

test("a stage passes activations on and gradients back, with tags that both ends count", () => {
  const message = { group: "pipeline", rankCount: 3, name: "pipeline", bytes: 64 } as const;
  const middle = programOf([
    { ...message, kind: "receive", phase: "forward", op: 0 },
    { ...message, kind: "send", phase: "forward", op: 1 },
    { ...message, kind: "receive", phase: "forward", op: 1 },
    { ...message, kind: "send", phase: "optimizer", op: 2 },
  ]);
  const nodes = chakraNodes(middle, placeOf(4, [1, 4, 7], 9)).slice(2);
  deepEqual(
    nodes.map((node) => {
      const { comm_src, comm_dst, comm_tag, comm_size } = valuesOf(node);
      return [node.type, comm_src, comm_dst, comm_tag, comm_size];
    }),
    [
      [RECEIVE_NODE, 1, 4, 0, 64],
      [SEND_NODE, 4, 7, 0, 64],
      [RECEIVE_NODE, 7, 4, 1, 64],
      [SEND_NODE, 4, 1, 1, 64],
    ],
  );
  // By hand: id 5, a name of 17 bytes, type 5, waits for op 2 and for the message before it;
  // comm_src 4, comm_dst 1 and comm_tag 1 as field 7 of their attributes.
  const bytes = Buffer.from(chakraBytes([{ ...nodes[3]!, id: 5 }])).toString("hex");
  ok(bytes.includes("08051211" + Buffer.from("pipeline gradient").toString("hex") + "1805"));
  const attribute = (name: string, value: string) => {
    return "0a08" + Buffer.from(name).toString("hex") + "38" + value;
  };
  for (const [name, value] of [
    ["comm_src", "04"],
    ["comm_dst", "01"],
    ["comm_tag", "01"],
  ] as const) {
    ok(bytes.includes(attribute(name, value)), name);
  }
});

test("a step of a ring is a message to the next and one from the one before", () => {
  const exchange = { group: "context", rankCount: 4, name: "ring", bytes: 32, op: 1 } as const;
  const step = { ...exchange, kind: "exchange", phase: "forward" } as const;
  const nodes = chakraNodes(programOf([step, step]), placeOf(0, [0, 1, 2, 3]));
  deepEqual(
    nodes.slice(2).map((node) => {
      const { comm_src, comm_dst, comm_tag } = valuesOf(node);
      return [node.id, node.type, comm_src, comm_dst, comm_tag];
    }),
    [
      [3, SEND_NODE, 0, 1, 0],
      [4, RECEIVE_NODE, 3, 0, 0],
      [5, SEND_NODE, 0, 1, 2],
      [6, RECEIVE_NODE, 3, 0, 2],
    ],
  );
  // Backward waits for the op before it and for what came, twice.
  deepEqual(nodes[1]!.dataDependencies, [1, 4, 6]);
});

for (const [id, degrees] of [
  ["gpt", { pp: 4 }],
  ["gpt", { tp: 2, pp: 2 }],
  ["llama", { cp: 2, dp: 2 }],
  ["moe", { ep: 2, dp: 2 }],
] as const) {
  test(`every send of ${id}, ${JSON.stringify(degrees)}, has its receive`, async () => {
    const layout = { ...NO_PARALLELISM, ...degrees };
    const { programs } = recordTrainingShapes(await readTraining(id), layout);
    const mesh = meshOf(layout);
    const [sent, received]: [string[], string[]] = [[], []];
    for (const program of programs) {
      for (const rank of program.ranks) {
        const nodes = chakraNodes(program, {
          ...{ rank, rankCount: 4, groupIdOf: () => 1 },
          membersOf: ({ group }) => membersOf(mesh, rank, [group]),
        });
        for (const node of nodes) {
          const { comm_src, comm_dst, comm_tag, comm_size } = valuesOf(node);
          const key = [comm_src, comm_dst, comm_tag, comm_size].join(" ");
          if (node.type === SEND_NODE) sent.push(key);
          if (node.type === RECEIVE_NODE) received.push(key);
        }
      }
    }
    equal(new Set(sent).size, sent.length, "each has a tag of its own");
    deepEqual(sent.toSorted(), received.toSorted());
    equal(sent.length > 0, !("ep" in degrees));
  });
}
