/** Records small enough to reckon by hand: an accelerator of round numbers, and short traces. */
import type { Accelerator, SoftwareProfile } from "../../src/records/cluster.ts";
import type { Sourced } from "../../src/records/sourced.ts";
import type { GradientReady, OpKind, Phase, Trace, TraceOp } from "../../src/records/trace.ts";

export function given(value: number): Sourced {
  return { value, source: "this test", date: "2026-01-01", provenance: "yours" };
}

/** Peak 1,000 flop/s, best matmul 800 flop/s, memory 100 B/s. */
export const ACCELERATOR: Accelerator = {
  id: "round",
  name: "Round",
  vendor: "nobody",
  peakBf16FlopPerS: given(1000),
  matmulBf16FlopPerS: given(800),
  memoryBytes: given(1e6),
  memoryBytesPerS: given(100),
  rents: [],
};

/** No launch time and no slowdown, so that a test adds only what it is about. */
export const SOFTWARE: SoftwareProfile = {
  id: "plain",
  name: "Plain",
  matmulShare: given(0.5),
  attentionShare: given(0.25),
  attentionHalfTokens: given(100),
  memoryPasses: given(2),
  optimizerPasses: given(1.5),
  launchS: given(0),
  overlapSlowdown: given(0),
  stepErrorShare: given(0.05),
  bucketBytes: given(1),
  gatherOverlapsForward: true,
};

export function op(phase: Phase, kind: OpKind, fields: Partial<TraceOp> = {}): TraceOp {
  return {
    kind,
    phase,
    name: "layer",
    shape: [1],
    flop: 0,
    readBytes: 0,
    writtenBytes: 0,
    ...fields,
  };
}

/** An op that takes this many seconds on ACCELERATOR: 50 bytes a second at two passes. */
export function lasting(phase: Phase, seconds: number): TraceOp {
  return op(phase, "norm", { readBytes: 50 * seconds });
}

/** Elements of two bytes, and as many parameters as there are gradients for. */
export function traceOf(ops: readonly TraceOp[], gradients: readonly GradientReady[] = []): Trace {
  return {
    model: "small",
    device: "shape-only",
    elementBytes: 2,
    sampleCount: 1,
    tokensPerSample: 1,
    parameterCount: gradients.reduce((sum, gradient) => sum + gradient.elementCount, 0),
    activationBytes: 0,
    ops,
    gradients,
  };
}

export function ready(opIndex: number, elementCount: number): GradientReady {
  return { parameter: `after op ${opIndex}`, elementCount, op: opIndex };
}
