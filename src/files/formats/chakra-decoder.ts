/**
 * Chakra execution traces, streamed: a length, then so many bytes of one message; the first is
 * GlobalMetadata, all others are nodes. Pieces of any size may be pushed; only a message that
 * ends in the next piece is kept.
 */
import type { RankNodes } from "../../records/execution-trace.ts";
import type { Complaint, Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";
import { ChakraNodeReader, METADATA } from "./chakra-node.ts";
import { groupsOf } from "./chakra-groups.ts";
import { TraceColumns } from "./trace-columns.ts";
import { Wire } from "./wire.ts";

/** Of one message; nodes take some hundred bytes. */
const MESSAGE_MAX_BYTES = 2 ** 26;
const KNOWN_VERSIONS = /^$|(^|chakra\.)(0\.0\.4|1\.0\.0)$/;

export interface ChakraRank {
  /** "" where the file says none. */
  readonly version: string;
  readonly nodes: RankNodes;
  readonly groups: ReadonlyMap<string, readonly number[]>;
  readonly unknownTypeCount: number;
}

export class ChakraDecoder {
  readonly #file: string;
  readonly #wire = new Wire();
  readonly #columns = new TraceColumns();
  readonly #reader: ChakraNodeReader;
  readonly #groups = new Map<string, readonly number[]>();
  #version: string | undefined;
  #buffer = new Uint8Array(0);
  #restLength = 0;
  /** Bytes of the file before what is in hand. */
  #before = 0;

  constructor(file: string, rank: number) {
    this.#file = file;
    this.#reader = new ChakraNodeReader(this.#wire, this.#columns, rank);
  }

  push(piece: Uint8Array): void {
    const bytes = this.#joined(piece);
    const wire = this.#wire;
    wire.bytes = bytes;
    wire.at = 0;
    let begin = 0;
    for (;;) {
      const length = wire.varint();
      if (wire.at > bytes.length) break;
      const end = wire.at + length;
      if (!(length >= 0 && length <= MESSAGE_MAX_BYTES)) this.#refuse(begin, TOO_LONG);
      if (end > bytes.length) break;
      if (this.#version === undefined) this.#version = this.#metadata(end, begin);
      else this.#node(end, begin);
      begin = end;
    }
    this.#restLength = bytes.length - begin;
    this.#buffer.copyWithin(0, begin, bytes.length);
    this.#before += begin;
  }

  /** What is left of the piece before, and this one behind it, in a buffer that is kept. */
  #joined(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    const length = this.#restLength + piece.length;
    if (length > this.#buffer.length) {
      const buffer = new Uint8Array(2 * length);
      buffer.set(this.#buffer.subarray(0, this.#restLength));
      this.#buffer = buffer;
    }
    this.#buffer.set(piece, this.#restLength);
    return this.#buffer.subarray(0, length);
  }

  finish(): ChakraRank {
    if (this.#restLength > 0) this.#refuse(0, TRUNCATED);
    if (this.#version === undefined) this.#refuse(0, foreign("an empty file"));
    const place = this.#place(0);
    return {
      version: this.#version ?? "",
      nodes: this.#columns.finish({ ...place, column: 0, line: 0 }),
      groups: this.#groups,
      unknownTypeCount: this.#reader.unknownTypeCount,
    };
  }

  /** Field 1 is the version; attributes may say the schema. */
  #metadata(end: number, begin: number): string {
    const wire = this.#wire;
    let version = "";
    while (wire.at < end) {
      const key = wire.varint();
      if (key === 10) {
        const length = wire.varint();
        if (wire.at + length > end) this.#refuse(begin, foreign("a torn first message"));
        version = wire.text(length);
      } else if (key <= 8 || !wire.skip(key & 7)) {
        this.#refuse(begin, foreign("a first message that is no metadata"));
      }
    }
    if (wire.at !== end) this.#refuse(begin, foreign("a first message that is no metadata"));
    if (!KNOWN_VERSIONS.test(version)) {
      this.#refuse(begin, {
        code: "unknown-version",
        found: `a trace of schema ${shown(version)}`,
        expected: "schema 0.0.4 or 1.0.0",
        nextStep: "convert it with the Chakra tools",
      });
    }
    return version;
  }

  #node(end: number, begin: number): void {
    const reader = this.#reader;
    if (!reader.read(end)) {
      const words = reader.wrong ?? "bytes that are no node";
      this.#refuse(begin, { ...foreign(words), code: "not-chakra" });
    }
    this.#columns.add(reader.node);
    if (reader.type !== METADATA || reader.inputs === "") return;
    for (const [name, ranks] of groupsOf(reader.inputs, this.#place(begin))) {
      this.#groups.set(name, ranks);
    }
  }

  #place(begin: number): Place {
    const node = this.#columns.nodeCount;
    const byte = this.#before + begin;
    return { file: this.#file, line: 1, column: byte + 1, pointer: `/${node}` };
  }

  /** The column is the byte at which the message begins. */
  #refuse(begin: number, complaint: Complaint): never {
    return refuse(this.#place(begin), complaint);
  }
}

const EXPECTED = "a Chakra execution trace: lengths and protobuf messages";

function foreign(found: string): Complaint {
  return { code: "not-chakra", found, expected: EXPECTED, nextStep: "export it again" };
}

const TOO_LONG = foreign(`a message of more than ${MESSAGE_MAX_BYTES} bytes`);

const TRUNCATED: Complaint = {
  code: "truncated-file",
  found: "a file that ends inside a message",
  expected: EXPECTED,
  nextStep: "copy it again, whole",
};
