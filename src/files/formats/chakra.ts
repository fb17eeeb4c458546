/**
 * Writes Chakra execution traces (`<prefix>.<rank>.et`), as ASTRA-sim reads them: length-delimited
 * protobuf messages, first the metadata, then a node each. Numbers of fields and kinds are those
 * of mlcommons/chakra, schema/protobuf/et_def.proto; names of attributes those that the feeder of
 * ASTRA-sim looks for. No durations: a reader works them out from num_ops and tensor_size.
 */
import { Refusal } from "../../base/errors.ts";
import type { RankProgram } from "../../records/trace-file.ts";
import type { TraceCollective, TraceOp } from "../../records/trace.ts";
import { ProtobufWriter } from "./protobuf.ts";

const SCHEMA_VERSION = "0.0.4";

export const COMPUTE_NODE = 4;
export const COLLECTIVE_NODE = 7;

/** CollectiveCommType. */
const COLLECTIVE_TYPES: Readonly<Partial<Record<TraceCollective["kind"], number>>> = {
  "all-reduce": 0,
  "all-gather": 2,
  "all-to-all": 6,
  "reduce-scatter": 7,
};

export interface ChakraNode {
  /** From 1 on: proto3 leaves zeros out. */
  readonly id: number;
  readonly name: string;
  readonly type: number;
  readonly dataDependencies: readonly number[];
  readonly attributes: readonly ChakraAttribute[];
}

export interface ChakraAttribute {
  readonly name: string;
  readonly kind: "bool" | "int64" | "uint64";
  readonly value: number;
}

/** Fields of the attribute's `oneof`, which is written even where the value is zero. */
const VALUE_FIELDS = { bool: 27, int64: 9, uint64: 13 } as const;

export function chakraBytes(nodes: readonly ChakraNode[]): Uint8Array {
  const all = new ProtobufWriter();
  all.raw(new ProtobufWriter().text(1, SCHEMA_VERSION).finish());
  for (const node of nodes) all.raw(nodeBytes(node));
  return all.finish();
}

function nodeBytes({ id, name, type, dataDependencies, attributes }: ChakraNode): Uint8Array {
  const writer = new ProtobufWriter().integer(1, id).text(2, name).integer(3, type);
  writer.packed(5, dataDependencies);
  for (const attribute of attributes) {
    const field = VALUE_FIELDS[attribute.kind];
    const inner = new ProtobufWriter().text(1, attribute.name).integer(field, attribute.value);
    writer.bytes(10, inner.finish());
  }
  return writer.finish();
}

/** What one rank of `rankCount` does, as nodes: the ops, then the collectives. */
export function chakraNodes({ trace, dependencies }: RankProgram, rankCount: number): ChakraNode[] {
  const { ops, collectives = [] } = trace;
  for (const collective of collectives) {
    if (collective.rankCount !== rankCount) refuse(collective, `its ${rankCount} ranks together`);
  }
  const nodes = [...ops.map(computeNode), ...collectives.map(collectiveNode)];
  return nodes.map((node, i) => ({
    id: i + 1,
    ...node,
    dataDependencies: (dependencies[i] ?? []).map((other) => other + 1),
  }));
}

const ON_ACCELERATOR: ChakraAttribute = { name: "is_cpu_op", kind: "bool", value: 0 };

function computeNode({ name, phase, flop, readBytes, writtenBytes }: TraceOp) {
  return {
    name: `${phase} ${name}`,
    type: COMPUTE_NODE,
    attributes: [
      ON_ACCELERATOR,
      { name: "num_ops", kind: "int64", value: Math.round(flop) } as const,
      { name: "tensor_size", kind: "uint64", value: readBytes + writtenBytes } as const,
    ],
  };
}

export function collectiveNode({ kind, name, bytes, rankCount }: TraceCollective) {
  const type = COLLECTIVE_TYPES[kind];
  if (type === undefined) return refuse({ kind, name, rankCount }, "whole groups");
  // Of an all-gather Chakra counts the part that a rank brings, of others the whole buffer.
  const size = kind === "all-gather" ? bytes / rankCount : bytes;
  return {
    name,
    type: COLLECTIVE_NODE,
    attributes: [
      ON_ACCELERATOR,
      { name: "comm_type", kind: "int64", value: type } as const,
      { name: "comm_size", kind: "int64", value: size } as const,
    ],
  };
}

/** Chakra names both ends of a message and the members of a group; a trace has their number. */
function refuse(
  { kind, name, rankCount }: Pick<TraceCollective, "kind" | "name" | "rankCount">,
  whom: string,
): never {
  throw new Refusal({
    code: "not-exported",
    pointer: "",
    found: `${kind} ${JSON.stringify(name)} among ${rankCount} ranks`,
    expected: `collectives of ${whom}`,
    nextStep: "export to perfetto, or record with data parallelism alone",
  });
}
