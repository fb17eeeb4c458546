/** The lines of a trace file below its head: a program each, then what was measured. */
import type { RankProgram, TraceMeasurement } from "../records/trace-file.ts";
import { nodeCount } from "../records/trace-file.ts";
import type { GradientReady, GroupKind, OpKind, Phase } from "../records/trace.ts";
import type { Trace, TraceCollective, TraceOp } from "../records/trace.ts";
import { dtypeOf, NS_PER_S } from "./trace-file.ts";
import type { LineReader } from "./trace-line.ts";

const KINDS: readonly OpKind[] = [
  ...(["matmul", "attention", "norm", "activation", "element-wise"] as const),
  ...(["softmax", "embedding", "loss", "optimizer"] as const),
];
const PHASES: readonly Phase[] = ["forward", "backward", "optimizer"];
const GROUPS: readonly GroupKind[] = [
  ...(["data", "tensor", "pipeline", "expert", "context", "embedding"] as const),
];
const COLLECTIVES: readonly TraceCollective["kind"][] = [
  ...(["all-reduce", "all-gather", "reduce-scatter", "all-to-all"] as const),
  ...(["exchange", "send", "receive"] as const),
];

type Line = Readonly<Record<string, unknown>>;

export function programOf(line: Line, reader: LineReader): RankProgram {
  const names = reader.list(line["names"], "/names").map((name, i) => {
    return reader.text(name, `/names/${i}`);
  });
  const elementBytes = reader.count(line["elementBytes"], "/elementBytes");
  const ops = opsOf(line, names, elementBytes, reader);
  const collectives = collectivesOf(line, names, ops.length, reader);
  const trace: Trace = {
    model: reader.text(line["model"], "/model"),
    device: reader.word(line["device"], "/device", ["native", "shape-only"]) ?? "native",
    elementBytes,
    sampleCount: reader.amount(line["sampleCount"], "/sampleCount"),
    tokensPerSample: reader.amount(line["tokensPerSample"], "/tokensPerSample"),
    parameterCount: reader.count(line["parameterCount"], "/parameterCount"),
    activationBytes: reader.amount(line["activationBytes"], "/activationBytes"),
    ops,
    gradients: gradientsOf(line, names, ops.length, reader),
    ...(collectives.length === 0 ? {} : { collectives }),
  };
  const ranks = reader.counts(line["ranks"], "/ranks");
  return { ranks, trace, dependencies: waitsOf(line, trace, reader) };
}

function opsOf(
  line: Line,
  names: readonly string[],
  elementBytes: number,
  reader: LineReader,
): TraceOp[] {
  const patterns = reader.list(line["patterns"], "/patterns").map((pattern, i) => {
    return patternOf(pattern, `/patterns/${i}`, elementBytes, reader);
  });
  const rows = reader.list(line["ops"], "/ops");
  if (rows.length % 2 !== 0) reader.complain("/ops", rows.length, "pairs of numbers");
  const ops: TraceOp[] = [];
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const pattern = patterns[reader.index(rows[i], `/ops/${i}`, patterns.length)];
    const name = names[reader.index(rows[i + 1], `/ops/${i + 1}`, names.length)];
    if (pattern !== undefined && name !== undefined) ops.push({ ...pattern, name });
  }
  return ops;
}

function patternOf(
  value: unknown,
  pointer: string,
  elementBytes: number,
  reader: LineReader,
): Omit<TraceOp, "name"> {
  const [kind, phase, dtype, stream, shape, ...amounts] = reader.list(value, pointer);
  reader.word(dtype, `${pointer}/2`, [dtypeOf(elementBytes)]);
  reader.word(stream, `${pointer}/3`, ["compute"]);
  return {
    kind: reader.word(kind, `${pointer}/0`, KINDS) ?? "element-wise",
    phase: reader.word(phase, `${pointer}/1`, PHASES) ?? "forward",
    shape: reader.counts(shape, `${pointer}/4`),
    flop: reader.amount(amounts[0], `${pointer}/5`),
    readBytes: reader.amount(amounts[1], `${pointer}/6`),
    writtenBytes: reader.amount(amounts[2], `${pointer}/7`),
  };
}

function gradientsOf(
  line: Line,
  names: readonly string[],
  opCount: number,
  reader: LineReader,
): GradientReady[] {
  return reader.list(line["gradients"], "/gradients").map((value, i) => {
    const pointer = `/gradients/${i}`;
    const [name, count, op] = reader.list(value, pointer);
    return {
      parameter: names[reader.index(name, `${pointer}/0`, names.length)] ?? "",
      elementCount: reader.count(count, `${pointer}/1`),
      op: reader.index(op, `${pointer}/2`, opCount),
    };
  });
}

function collectivesOf(
  line: Line,
  names: readonly string[],
  opCount: number,
  reader: LineReader,
): TraceCollective[] {
  return reader.list(line["collectives"], "/collectives").map((value, i) => {
    const pointer = `/collectives/${i}`;
    const [kind, group, phase, name, rankCount, bytes, op] = reader.list(value, pointer);
    return {
      kind: reader.word(kind, `${pointer}/0`, COLLECTIVES) ?? "all-reduce",
      group: reader.word(group, `${pointer}/1`, GROUPS) ?? "data",
      phase: reader.word(phase, `${pointer}/2`, PHASES) ?? "forward",
      name: names[reader.index(name, `${pointer}/3`, names.length)] ?? "",
      rankCount: reader.count(rankCount, `${pointer}/4`),
      bytes: reader.amount(bytes, `${pointer}/5`),
      op: reader.index(op, `${pointer}/6`, opCount + 1),
    };
  });
}

function waitsOf(line: Line, trace: Trace, reader: LineReader): number[][] {
  const count = nodeCount(trace);
  const all = Array.from({ length: count }, (_, node) => {
    return node === 0 || node >= trace.ops.length ? [] : [node - 1];
  });
  for (const [i, value] of reader.list(line["waits"], "/waits").entries()) {
    const [node, ...others] = reader.list(value, `/waits/${i}`).map((item, j) => {
      return reader.index(item, `/waits/${i}/${j}`, count);
    });
    if (node !== undefined && count > 0) all[node] = others;
  }
  return all;
}

export function measuredOf(line: Line | undefined, reader: LineReader) {
  if (line === undefined) return undefined;
  const value = line["measured"];
  const measured = (typeof value === "object" && value !== null ? value : {}) as Line;
  const seconds = (key: string) =>
    reader.list(measured[key], `/measured/${key}`).map((item, i) => {
      return reader.amount(item, `/measured/${key}/${i}`) / NS_PER_S;
    });
  const section: TraceMeasurement = {
    backend: reader.text(measured["backend"], "/measured/backend"),
    coreCount: reader.count(measured["coreCount"], "/measured/coreCount"),
    opDurationsS: seconds("opNs"),
    stepTimesS: seconds("stepNs"),
  };
  return section;
}
