/**
 * One node of a Chakra execution trace (mlcommons/chakra, schema/protobuf/et_def.proto): its
 * fields by number, and the attributes that move time or bytes. An attribute may be of any kind
 * of number, since writers differ; text where text is meant.
 */
import { NODE, ON_HOST, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import { DELIMITED, VARINT, zigzag } from "./wire.ts";
import type { Wire } from "./wire.ts";
import type { TraceColumns, TraceNode } from "./trace-columns.ts";

/** NodeType, by number; what is not here takes no time. */
const KINDS: readonly number[] = [
  ...[NODE.other, NODE.other, NODE.memory, NODE.memory, NODE.compute],
  ...[NODE.send, NODE.receive, NODE.collective],
];
export const METADATA = 1;
const BARRIER = 9;

/** Attributes by place; the order is that of `values`. */
const NAMES = [
  "num_ops",
  "tensor_size",
  "comm_type",
  "comm_size",
  "comm_src",
  "comm_dst",
  "comm_tag",
  "pg_name",
  "is_cpu_op",
  "involved_dim",
] as const;
const [FLOP, BYTES, TYPE, SIZE, SOURCE, TARGET, TAG, GROUP, HOST, DIMENSIONS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];

const SPELLED = NAMES.map((name) => new TextEncoder().encode(name));
/** Names of one length and sixth letter are one: "comm_size" and "comm_type" differ there. */
const BY_SHAPE = new Int8Array(16 * 256).fill(-1);
SPELLED.forEach((bytes, i) => (BY_SHAPE[shapeOf(bytes, 0, bytes.length)] = i));

function shapeOf(bytes: Uint8Array, start: number, length: number): number {
  return length * 256 + (bytes[start + 5] ?? 0);
}

export class ChakraNodeReader {
  readonly #wire: Wire;
  readonly #columns: TraceColumns;
  readonly #rank: number;
  readonly #values = new Float64Array(NAMES.length);
  #groupName = "";
  readonly node: TraceNode = {
    ...{ id: 0, kind: 0, durationS: 0, flop: 0, bytes: 0, partner: 0, mark: 0 },
  };
  type = 0;
  unknownTypeCount = 0;
  /** Of a record about groups: what `inputs.values` holds. */
  inputs = "";
  /** What is wrong with the last node, in words. */
  wrong: string | undefined;

  constructor(wire: Wire, columns: TraceColumns, rank: number) {
    this.#wire = wire;
    this.#columns = columns;
    this.#rank = rank;
  }

  /** False where the bytes are no node; `wrong` then says why where more is known. */
  read(end: number): boolean {
    const wire = this.#wire;
    const { node } = this;
    this.#values.fill(Number.NaN);
    this.#groupName = "";
    this.inputs = "";
    this.wrong = undefined;
    this.type = 0;
    node.id = 0;
    node.durationS = Number.NaN;
    while (wire.at < end) if (!this.#field(wire, end)) return false;
    if (wire.at !== end) return false;
    if (!Number.isSafeInteger(node.id) || node.id < 0) return this.#is("an id beyond 2^53");
    return this.#settle();
  }

  #field(wire: Wire, end: number): boolean {
    const key = wire.varint();
    switch (key) {
      case 8:
        this.node.id = wire.varint();
        return true;
      case 24:
        this.type = wire.varint();
        return true;
      case 32:
      case 40:
        this.#columns.wait(wire.varint());
        return true;
      case 34:
      case 42:
        return this.#packed(wire, end);
      case 56:
        this.node.durationS = wire.varint() / 1e6;
        return this.node.durationS >= 0 ? true : this.#is("a duration below nothing");
      case 66:
        return this.#inputs(wire, end);
      case 82: {
        const length = wire.varint();
        const inner = wire.at + length;
        return inner <= end && this.#attribute(wire, inner);
      }
      default:
        return key >= 8 && wire.skip(key & 7) && wire.at <= end;
    }
  }

  #packed(wire: Wire, end: number): boolean {
    const length = wire.varint();
    const inner = wire.at + length;
    if (inner > end) return false;
    while (wire.at < inner) this.#columns.wait(wire.varint());
    return wire.at === inner;
  }

  /** IOInfo: its field 1 is text. */
  #inputs(wire: Wire, end: number): boolean {
    const length = wire.varint();
    const inner = wire.at + length;
    if (inner > end) return false;
    while (wire.at < inner) {
      const key = wire.varint();
      if (key !== 10) {
        if (!wire.skip(key & 7)) return false;
        continue;
      }
      const size = wire.varint();
      if (wire.at + size > inner) return false;
      if (this.type === METADATA || this.type === 0) this.inputs = wire.text(size);
      else wire.at += size;
    }
    return wire.at === inner;
  }

  #attribute(wire: Wire, end: number): boolean {
    let known = -1;
    while (wire.at < end) {
      const key = wire.varint();
      if (key === 10) {
        const length = wire.varint();
        if (wire.at + length > end) return false;
        known = nameAt(wire.bytes, wire.at, length);
        wire.at += length;
      } else if (known === -1) {
        if (!wire.skip(key & 7)) return false;
      } else if (known === GROUP) {
        this.#groupName = groupOf(wire, key);
      } else if (known === DIMENSIONS) {
        if (!isAll(wire, key)) return this.#is("a collective over some dimensions only");
      } else {
        this.#values[known] = numberOf(wire, key);
        if (Number.isNaN(this.#values[known])) {
          return wire.at <= end && this.#is(`${NAMES[known]} that is no whole number below 2^53`);
        }
      }
    }
    return wire.at === end;
  }

  #is(words: string): false {
    this.wrong = words;
    return false;
  }

  #settle(): boolean {
    const { node, type } = this;
    const values = this.#values;
    if (type >= KINDS.length) this.unknownTypeCount++;
    node.kind = KINDS[type] ?? NODE.other;
    node.flop = values[FLOP]!;
    node.bytes = values[BYTES]!;
    node.partner = values[HOST] === 1 ? ON_HOST : 0;
    node.mark = 0;
    if (node.flop < 0 || node.bytes < 0) return this.#is("an amount below nothing");
    if (node.kind < NODE.send) return true;
    const isBarrier = node.kind === NODE.collective && values[TYPE] === BARRIER;
    node.bytes = isBarrier ? 0 : values[SIZE]!;
    if (!(node.bytes >= 0)) return this.#is("communication without a comm_size");
    if (node.kind === NODE.collective) return this.#collective();
    const own = node.kind === NODE.send ? SOURCE : TARGET;
    if (!Number.isNaN(values[own]!) && values[own] !== this.#rank) {
      return this.#is(`${NAMES[own]} ${values[own]} in the file of rank ${this.#rank}`);
    }
    const other = values[node.kind === NODE.send ? TARGET : SOURCE]!;
    if (!(other >= 0 && other < 2 ** 31)) return this.#is("a message without the other rank");
    node.partner = other;
    const tag = values[TAG]!;
    node.mark = Number.isNaN(tag) ? 0 : tag;
    return Math.abs(node.mark) < 2 ** 31 ? true : this.#is("a tag beyond 2^31");
  }

  #collective(): boolean {
    const type = this.#values[TYPE]!;
    if (TRACE_COLLECTIVES[type] === undefined) return this.#is(`comm_type ${type}`);
    this.node.partner = type;
    this.node.mark = this.#columns.group(this.#groupName === "" ? "0" : this.#groupName);
    return true;
  }
}

/** -1 where the name moves nothing. */
function nameAt(bytes: Uint8Array, start: number, length: number): number {
  const found = BY_SHAPE[shapeOf(bytes, start, length)] ?? -1;
  if (found === -1) return -1;
  const spelled = SPELLED[found]!;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== spelled[i]) return -1;
  return found;
}

/** Fields 7 to 27 of AttributeProto, the single values; NaN for lists, text and torn ones. */
function numberOf(wire: Wire, key: number): number {
  const field = key >>> 3;
  const type = key & 7;
  if (type === VARINT) {
    const value = wire.varint();
    if (field === 15 || field === 17) return zigzag(value);
    const isNumber = field === 7 || field === 9 || field === 11 || field === 13 || field === 27;
    return isNumber ? value : Number.NaN;
  }
  if (field === 19 || field === 23) return wire.fixed32(field === 23);
  if (field === 21 || field === 25) return wire.fixed64(field === 25);
  if (field === 3) return whole(wire.double());
  if (field === 5) return whole(wire.float());
  wire.skip(type);
  return Number.NaN;
}

function whole(value: number): number {
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function groupOf(wire: Wire, key: number): string {
  if ((key & 7) !== DELIMITED) return String(numberOf(wire, key));
  return wire.text(wire.varint());
}

/** A list of truths, one a dimension of the network; all of them, or a part? */
function isAll(wire: Wire, key: number): boolean {
  if ((key & 7) !== DELIMITED) return false;
  const length = wire.varint();
  const end = wire.at + length;
  for (let i = wire.at; i < end && i < wire.bytes.length; i++) {
    // Of a packed list: tag 10, the length, then a byte each.
    if (i >= wire.at + 2 && wire.bytes[i] === 0) return false;
  }
  wire.at = end;
  return true;
}
