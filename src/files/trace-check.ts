/**
 * Whether a trace can be replayed: no node waits for itself, what is sent is received, and what
 * moves adds up. All that is wrong is said at once.
 */
import type { Issue } from "../base/errors.ts";
import type { Degrees, RankProgram, RecordedTrace } from "../records/trace-file.ts";
import { nodeCount } from "../records/trace-file.ts";
import type { GroupKind, Trace } from "../records/trace.ts";
import { issueAt } from "./issue.ts";

export interface TraceCounts {
  readonly opCount: number;
  readonly collectives: number;
  readonly dependencies: number;
  /** Sends of all ranks, each with its receive. */
  readonly sends: number;
  readonly issues: readonly Issue[];
}

/** Programs of a file begin in its second line. */
const FIRST_LINE = 2;

export function checkTrace(recorded: RecordedTrace, file: string): TraceCounts {
  const issues: Issue[] = [];
  const say = (program: number, { pointer, ...complaint }: Fault) => {
    const place = { file, line: program + FIRST_LINE, column: 1, pointer };
    issues.push(issueAt(place, { ...complaint, nextStep: "record it again" }));
  };
  for (const [i, program] of recorded.programs.entries()) {
    const complain: Complain = (fault) => say(i, fault);
    checkAcyclic(program, complain);
    checkBytes(program.trace, complain);
    checkGroups(program, recorded.degrees, complain);
  }
  const sends = checkSends(recorded.programs, (fault) => say(0, fault));
  const sum = (count: (program: RankProgram) => number) =>
    recorded.programs.reduce((total, program) => total + count(program), 0);
  return {
    opCount: sum(({ trace }) => trace.ops.length),
    collectives: sum(({ trace }) => trace.collectives?.length ?? 0),
    dependencies: sum(({ dependencies }) => dependencies.reduce((n, own) => n + own.length, 0)),
    sends,
    issues,
  };
}

type Fault = Pick<Issue, "code" | "pointer" | "found" | "expected">;
type Complain = (fault: Fault) => void;

/** Kahn 1962: takes away what waits for nothing more, until nothing or a circle is left. */
function checkAcyclic({ trace, dependencies }: RankProgram, complain: Complain): void {
  const count = nodeCount(trace);
  const open = new Int32Array(count);
  const waiters: number[][] = Array.from({ length: count }, () => []);
  for (const [node, own] of dependencies.entries()) {
    open[node] = own.length;
    for (const other of own) waiters[other]?.push(node);
  }
  const ready = [...open.keys()].filter((node) => open[node] === 0);
  let done = 0;
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    done++;
    for (const waiter of waiters[node] ?? []) {
      open[waiter] = (open[waiter] ?? 0) - 1;
      if (open[waiter] === 0) ready.push(waiter);
    }
  }
  if (done === count) return;
  const circle = circleFrom(open, dependencies).map((node) => nameOf(trace, node));
  const found = `a circle: ${circle.join(" waits for ")}`;
  complain({ pointer: "/waits", code: "cyclic-trace", found, expected: "an order to run in" });
}

/** From any node that is left, by what it waits for and is left too, until one comes again. */
function circleFrom(open: Int32Array, dependencies: RankProgram["dependencies"]): number[] {
  const path = [open.findIndex((count) => count > 0)];
  for (;;) {
    const own = dependencies[path.at(-1) ?? 0] ?? [];
    const next = own.find((node) => (open[node] ?? 0) > 0) ?? 0;
    const start = path.indexOf(next);
    path.push(next);
    if (start >= 0) return path.slice(start);
  }
}

function nameOf(trace: Trace, node: number): string {
  const named = trace.ops[node] ?? trace.collectives?.[node - trace.ops.length];
  return `${named?.kind ?? "node"} ${JSON.stringify(named?.name ?? "")} (${node})`;
}

/** A product's flop follow from its sizes; the gradients are those of all parameters. */
function checkBytes(trace: Trace, complain: Complain): void {
  for (const [i, { kind, shape, flop, name }] of trace.ops.entries()) {
    if (kind !== "matmul") continue;
    const counted = 2 * shape.reduce((product, length) => product * length, 1);
    if (shape.length === 4 && counted === flop) continue;
    const sizes = shape.join(" x ");
    const found = `${flop} flop for ${JSON.stringify(name)} of ${sizes}`;
    const expected = `${counted} flop, two a multiply-add`;
    complain({ pointer: `/ops/${2 * i}`, code: "unbalanced-trace", found, expected });
  }
  const elements = trace.gradients.reduce((sum, gradient) => sum + gradient.elementCount, 0);
  if (elements === trace.parameterCount) return;
  const expected = `gradients of ${trace.parameterCount} parameters`;
  const found = `gradients of ${elements} parameters`;
  complain({ pointer: "/gradients", code: "unbalanced-trace", found, expected });
}

const DEGREE_OF: Readonly<Record<Exclude<GroupKind, "embedding">, keyof Degrees>> = {
  data: "dp",
  tensor: "tp",
  pipeline: "pp",
  expert: "ep",
  context: "cp",
};

/** A group has as many ranks as the layout says, and what it exchanges can be shared out. */
function checkGroups({ trace }: RankProgram, degrees: Degrees, complain: Complain): void {
  for (const [i, { group, rankCount, bytes, kind, name }] of (trace.collectives ?? []).entries()) {
    const pointer = `/collectives/${i}`;
    const shown = `${kind} ${JSON.stringify(name)}`;
    // Gradients of replicated weights are reduced over all that replicate them.
    const degree = group === "embedding" ? 2 : degrees[DEGREE_OF[group]];
    if (group === "data" ? rankCount % degree !== 0 : rankCount !== degree) {
      const found = `${shown} among ${rankCount} ranks`;
      const expected = `${degree}, the degree of its group`;
      complain({ pointer, code: "unmatched-trace", found, expected });
    }
    const isShared = kind === "all-gather" || kind === "reduce-scatter";
    if (isShared && !Number.isInteger(bytes / rankCount)) {
      const found = `${shown} of ${bytes} bytes among ${rankCount} ranks`;
      const expected = "whole bytes for each";
      complain({ pointer, code: "unbalanced-trace", found, expected });
    }
  }
}

/** Over all ranks as many sends as receives of each size; the number of sends. */
function checkSends(programs: readonly RankProgram[], complain: Complain): number {
  const balance = new Map<string, number>();
  let sends = 0;
  for (const { trace, ranks } of programs) {
    for (const { kind, group, bytes } of trace.collectives ?? []) {
      if (kind !== "send" && kind !== "receive") continue;
      const key = `${bytes} bytes in the ${group} group`;
      const count = kind === "send" ? ranks.length : -ranks.length;
      balance.set(key, (balance.get(key) ?? 0) + count);
      if (kind === "send") sends += ranks.length;
    }
  }
  for (const [what, rest] of balance) {
    if (rest === 0) continue;
    const found = `${Math.abs(rest)} more ${rest > 0 ? "sent" : "received"} messages of ${what}`;
    const expected = "as many as their counterparts";
    complain({ pointer: "/collectives", code: "unmatched-trace", found, expected });
  }
  return sends;
}
