/**
 * The trace file: lines of JSON, gzipped (docs/trace-format.md). The first gzip member holds what
 * follows from the model alone and has the same bytes on every machine; the second, if there is
 * one, what was measured.
 */
import { gzipSync } from "node:zlib";
import { VERSION } from "../base/version.ts";
import type { RankProgram, RecordedTrace, TraceMeasurement } from "../records/trace-file.ts";
import { nodeCount } from "../records/trace-file.ts";
import type { TraceCollective, TraceOp } from "../records/trace.ts";
import { modelFileOf } from "./model.ts";
import { trainingFileOf } from "./training.ts";
import { writeBytes } from "./write.ts";

export const TRACE_FORMAT = "fabricast-trace";
export const TRACE_VERSION = 1;
export const NS_PER_S = 1e9;

export async function writeTrace(path: string, recorded: RecordedTrace): Promise<number> {
  const bytes = traceBytes(recorded);
  await writeBytes(path, bytes);
  return bytes.length;
}

export function traceBytes(recorded: RecordedTrace): Uint8Array {
  const { measured } = recorded;
  const head = {
    format: TRACE_FORMAT,
    version: TRACE_VERSION,
    generator: `fabricast ${VERSION}`,
    model: modelFileOf(recorded.model),
    ...(recorded.training === undefined ? {} : { training: trainingFileOf(recorded.training) }),
    degrees: recorded.degrees,
    programCount: recorded.programs.length,
  };
  const lines = [head, ...recorded.programs.map(programLine)];
  const members = [member(lines)];
  if (measured !== undefined) members.push(member([measuredLine(measured)]));
  return new Uint8Array(Buffer.concat(members));
}

/** Byte 9 names the operating system; 255 is "unknown", so that all write the same. */
function member(lines: readonly unknown[]): Uint8Array {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const bytes = gzipSync(text, { level: 9 });
  bytes[9] = 255;
  return bytes;
}

/** Numbers in the order in which they first appear. */
class Table<T> {
  readonly items: T[] = [];
  readonly #places = new Map<string, number>();

  place(item: T): number {
    const key = JSON.stringify(item);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.items.length);
    this.items.push(item);
    return this.items.length - 1;
  }
}

function programLine({ ranks, trace, dependencies }: RankProgram) {
  const { ops, gradients, collectives = [], ...head } = trace;
  const names = new Table<string>();
  const patterns = new Table<unknown>();
  const dtype = dtypeOf(trace.elementBytes);
  // An op is a number of its pattern and one of its name; layers repeat their patterns.
  const opRows = ops.flatMap((op) => [patterns.place(patternOf(op, dtype)), names.place(op.name)]);
  const gradientRows = gradients.map(({ parameter, elementCount, op }) => {
    return [names.place(parameter), elementCount, op];
  });
  const collectiveRows = collectives.map((collective) => collectiveRow(collective, names));
  return {
    ...{ ranks, ...head, names: names.items, patterns: patterns.items, ops: opRows },
    ...{ gradients: gradientRows, collectives: collectiveRows },
    waits: waitsOf(trace, dependencies),
  };
}

export function dtypeOf(elementBytes: number): string {
  return elementBytes === 2 ? "bf16" : `f${8 * elementBytes}`;
}

function patternOf({ kind, phase, shape, flop, readBytes, writtenBytes }: TraceOp, dtype: string) {
  return [kind, phase, dtype, "compute", shape, flop, readBytes, writtenBytes];
}

function collectiveRow(collective: TraceCollective, names: Table<string>) {
  const { kind, group, phase, name, rankCount, bytes, op } = collective;
  return [kind, group, phase, names.place(name), rankCount, bytes, op];
}

/** [node, what it waits for …], where that is not just the op before it. */
function waitsOf(trace: RankProgram["trace"], dependencies: RankProgram["dependencies"]) {
  const waits: number[][] = [];
  for (let node = 0; node < nodeCount(trace); node++) {
    const own = dependencies[node] ?? [];
    const isPlain = node < trace.ops.length && isChain(node, own);
    if (!isPlain) waits.push([node, ...own]);
  }
  return waits;
}

function isChain(node: number, own: readonly number[]): boolean {
  return node === 0 ? own.length === 0 : own.length === 1 && own[0] === node - 1;
}

function measuredLine({ backend, coreCount, opDurationsS, stepTimesS }: TraceMeasurement) {
  const whole = (values: readonly number[]) => values.map((s) => Math.round(s * NS_PER_S));
  return {
    measured: { backend, coreCount, opNs: whole(opDurationsS), stepNs: whole(stepTimesS) },
  };
}
