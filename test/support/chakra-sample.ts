/**
 * A small Chakra trace of four ranks: two groups that share layers, two that sum gradients, and
 * an activation sent from the first pair to the second. Made here, and shipped as an example.
 */
import { ProtobufWriter } from "../../src/files/formats/protobuf.ts";

export interface SampleNode {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  readonly deps?: readonly number[];
  readonly micros?: number;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly group?: string;
  readonly inputs?: string;
}

/** Field of AttributeProto for each number: those that other tools write. */
const FIELDS: Readonly<Record<string, number>> = {
  ...{ num_ops: 9, tensor_size: 13, comm_type: 9, comm_size: 9 },
  ...{ comm_src: 7, comm_dst: 7, comm_tag: 7 },
};

export function sampleBytes(nodes: readonly SampleNode[], version = "0.0.4"): Uint8Array {
  const all = new ProtobufWriter();
  all.raw(new ProtobufWriter().text(1, version).finish());
  for (const node of nodes) all.raw(nodeBytes(node));
  return all.finish();
}

function nodeBytes(node: SampleNode): Uint8Array {
  const { id, name, type, deps = [], micros, numbers = {}, group, inputs } = node;
  const writer = new ProtobufWriter();
  if (id > 0) writer.integer(1, id);
  writer.text(2, name).integer(3, type).packed(5, deps);
  if (micros !== undefined) writer.integer(7, micros);
  if (inputs !== undefined) writer.bytes(8, new ProtobufWriter().text(1, inputs).finish());
  for (const [key, value] of Object.entries(numbers)) {
    const inner = new ProtobufWriter().text(1, key).integer(FIELDS[key] ?? 9, value);
    writer.bytes(10, inner.finish());
  }
  if (group !== undefined) {
    writer.bytes(10, new ProtobufWriter().text(1, "pg_name").text(29, group).finish());
  }
  return writer.finish();
}

const MIB = 2 ** 20;
const GROUPS = [
  { pg_name: "1", ranks: [0, 1] },
  { pg_name: "2", ranks: [2, 3] },
  { pg_name: "3", ranks: [0, 2] },
  { pg_name: "4", ranks: [1, 3] },
];

export function sampleRank(rank: number): SampleNode[] {
  const isFirst = rank < 2;
  const pair = isFirst ? "1" : "2";
  const across = rank % 2 === 0 ? "3" : "4";
  const compute = (id: number, name: string, deps: readonly number[]): SampleNode => ({
    ...{ id, name, type: 4, deps, micros: 100 },
    numbers: { num_ops: 40e9, tensor_size: 8 * MIB },
  });
  const reduce = (
    id: number,
    name: string,
    deps: readonly number[],
    group: string,
    mib: number,
  ) => ({
    ...{ id, name, type: 7, deps, group },
    numbers: { comm_type: 0, comm_size: mib * MIB },
  });
  const message: SampleNode = isFirst
    ? { ...{ id: 5, name: "send", type: 5, deps: [4] }, numbers: { ...SENT, comm_dst: rank + 2 } }
    : { ...{ id: 5, name: "receive", type: 6 }, numbers: { ...SENT, comm_src: rank - 2 } };
  return [
    { id: 0, name: "process_group", type: 1, inputs: `['${JSON.stringify(GROUPS)}']` },
    compute(1, "layer 0", isFirst ? [] : [5]),
    reduce(2, "sum of layer 0", [1], pair, 4),
    compute(3, "layer 1", [2]),
    reduce(4, "sum of layer 1", [3], pair, 4),
    message,
    compute(6, "backward", [4]),
    reduce(7, "gradients", [6], across, 16),
    compute(8, "backward, rest", [6]),
    compute(9, "update", [7, 8]),
  ];
}

const SENT = { comm_size: 2 * MIB, comm_tag: 3 };
