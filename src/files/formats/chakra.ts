/**
 * Writes Chakra execution traces (`<prefix>.<rank>.et`), as ASTRA-sim reads them: length-delimited
 * protobuf messages, first the metadata, then a node each. Numbers of fields and kinds are those
 * of mlcommons/chakra, schema/protobuf/et_def.proto; names of attributes those that the feeder of
 * ASTRA-sim looks for. No durations: a reader works them out from num_ops and tensor_size.
 */
import type { RankProgram } from "../../records/trace-file.ts";
import type { Trace, TraceCollective, TraceOp } from "../../records/trace.ts";
import { ProtobufWriter } from "./protobuf.ts";

const SCHEMA_VERSION = "0.0.4";

export const COMPUTE_NODE = 4;
export const SEND_NODE = 5;
export const RECEIVE_NODE = 6;
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

export type ChakraAttribute =
  | { readonly name: string; readonly kind: "string"; readonly value: string }
  | {
      readonly name: string;
      readonly kind: "bool" | "int32" | "int64" | "uint64";
      readonly value: number;
    };

/** Fields of the attribute's `oneof`, which is written even where the value is zero. */
const VALUE_FIELDS = { bool: 27, int32: 7, int64: 9, uint64: 13, string: 29 } as const;

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
    const { kind, value } = attribute;
    const inner = new ProtobufWriter().text(1, attribute.name);
    if (kind === "string") inner.text(VALUE_FIELDS[kind], value);
    else inner.integer(VALUE_FIELDS[kind], value);
    writer.bytes(10, inner.finish());
  }
  return writer.finish();
}

/** Where a rank stands among all. */
export interface ChakraPlace {
  readonly rank: number;
  readonly rankCount: number;
  /** The ranks of the group that makes an exchange, in order. */
  readonly membersOf: (collective: TraceCollective) => readonly number[];
  /** The number of a group that is not all ranks, from 1. */
  readonly groupIdOf: (members: readonly number[]) => number;
}

/** What a rank does, as nodes: the ops, then the collectives; an exchange is two of them. */
export function chakraNodes(
  { trace, dependencies }: RankProgram,
  place: ChakraPlace,
): ChakraNode[] {
  const { ops, collectives = [] } = trace;
  const tags = new Map<string, number>();
  const made: readonly (readonly Bare[])[] = [
    ...ops.map((op) => [computeNode(op)]),
    ...collectives.map((each) => communication(each, trace, place, tags)),
  ];
  let next = 1;
  const ids = made.map((nodes) => nodes.map(() => next++));
  // Of an exchange the second node, what comes, is what others need.
  const waitedId = (node: number) => ids[node]?.at(-1) ?? 0;
  return made.flatMap((nodes, i) => {
    const dataDependencies = (dependencies[i] ?? []).map(waitedId);
    return nodes.map((node, part) => ({ id: ids[i]?.[part] ?? 0, ...node, dataDependencies }));
  });
}

type Bare = Omit<ChakraNode, "id" | "dataDependencies">;

const ON_ACCELERATOR: ChakraAttribute = { name: "is_cpu_op", kind: "bool", value: 0 };

function computeNode({ name, phase, flop, readBytes, writtenBytes }: TraceOp): Bare {
  return {
    name: `${phase} ${name}`,
    type: COMPUTE_NODE,
    attributes: [
      ON_ACCELERATOR,
      { name: "num_ops", kind: "int64", value: Math.round(flop) },
      { name: "tensor_size", kind: "uint64", value: readBytes + writtenBytes },
    ],
  };
}

function communication(
  collective: TraceCollective,
  trace: Trace,
  place: ChakraPlace,
  tags: Map<string, number>,
): Bare[] {
  const { kind } = collective;
  if (COLLECTIVE_TYPES[kind] === undefined) return messages(collective, trace, place, tags);
  const members = place.membersOf(collective);
  const isAll = members.length === place.rankCount;
  return [collectiveNode(collective, isAll ? undefined : place.groupIdOf(members))];
}

export function collectiveNode(
  { kind, name, bytes, rankCount }: TraceCollective,
  groupId?: number,
): Bare {
  // Of an all-gather Chakra counts the part that a rank brings, of others the whole buffer.
  const size = kind === "all-gather" ? bytes / rankCount : bytes;
  return {
    name,
    type: COLLECTIVE_NODE,
    attributes: [
      ON_ACCELERATOR,
      { name: "comm_type", kind: "int64", value: COLLECTIVE_TYPES[kind] ?? 0 },
      { name: "comm_size", kind: "int64", value: size },
      ...(groupId === undefined
        ? []
        : [{ name: "pg_name", kind: "string", value: String(groupId) } as const]),
    ],
  };
}

/**
 * Stages pass activations to the next and gradients to the one before; a ring sends to the next
 * and receives from the one before. The n-th message from one rank to another has the tag 2n, a
 * gradient 2n + 1, so that both ends count alike.
 */
function messages(
  collective: TraceCollective,
  { ops }: Trace,
  place: ChakraPlace,
  tags: Map<string, number>,
): Bare[] {
  const { kind, phase, op } = collective;
  const { rank } = place;
  const members = place.membersOf(collective);
  const own = members.indexOf(rank);
  const neighbor = (step: 1 | -1) => {
    return members[(own + step + members.length) % members.length] ?? rank;
  };
  if (kind === "exchange") {
    const [to, from] = [neighbor(1), neighbor(-1)];
    return [
      message(collective, { source: rank, target: to, isGradient: false }, SEND_NODE, tags),
      message(collective, { source: from, target: rank, isGradient: false }, RECEIVE_NODE, tags),
    ];
  }
  // A gradient comes before the first op of the backward pass, and goes after its last.
  const isGradient = kind === "send" ? phase !== "forward" : ops[op]?.phase !== "forward";
  const ends =
    kind === "send"
      ? { source: rank, target: neighbor(isGradient ? -1 : 1), isGradient }
      : { source: neighbor(isGradient ? 1 : -1), target: rank, isGradient };
  return [message(collective, ends, kind === "send" ? SEND_NODE : RECEIVE_NODE, tags)];
}

interface Ends {
  readonly source: number;
  readonly target: number;
  readonly isGradient: boolean;
}

function message(
  { name, bytes }: TraceCollective,
  { source, target, isGradient }: Ends,
  type: number,
  tags: Map<string, number>,
): Bare {
  const way = `${source} ${target} ${isGradient}`;
  const count = tags.get(way) ?? 0;
  tags.set(way, count + 1);
  return {
    name: isGradient ? `${name} gradient` : name,
    type,
    attributes: [
      ON_ACCELERATOR,
      { name: "comm_size", kind: "int64", value: bytes },
      { name: "comm_src", kind: "int32", value: source },
      { name: "comm_dst", kind: "int32", value: target },
      { name: "comm_tag", kind: "int32", value: 2 * count + (isGradient ? 1 : 0) },
    ],
  };
}
