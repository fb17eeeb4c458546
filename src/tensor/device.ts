/**
 * Where a model runs. The *native* device computes real numbers through a backend; the
 * *shape-only* device computes nothing, so that a model of any size can be walked. The same
 * model code runs on both and records the same ops.
 */
import { Refusal } from "../base/errors.ts";
import type { OpKind } from "../records/trace.ts";
import type { Backend, Numbers } from "./arithmetic.ts";
import { NO_NUMBERS } from "./tensor.ts";

export interface Device {
  readonly kind: "native" | "shape-only";
  /** Bytes of one weight, gradient or activation. */
  readonly elementBytes: number;
  /** Numbers of no particular value: whoever asks for them writes all of them. */
  allocate(count: number): Numbers;
  /** Runs the kernel, or does not; `name` is the op's. */
  compute(kind: OpKind, kernel: (backend: Backend) => void, name: string): void;
  /** A new step: buffers of the step before may be handed out again. */
  begin(): void;
}

/** What the ops of one kind took, added up. */
export interface OpTime {
  calls: number;
  durationS: number;
}

export interface KernelRecorder {
  end(): void;
}

export interface NativeDevice extends Device {
  readonly kind: "native";
  readonly backend: Backend;
  /** In the order in which the kinds first ran; empty without a clock. */
  readonly times: ReadonlyMap<OpKind, OpTime>;
  /** While there is one, it hears of each kernel's end. */
  recorder: KernelRecorder | undefined;
}

export interface NativeOptions {
  readonly backend: Backend;
  /** Seconds, monotonic; without it nothing is timed. */
  readonly clock?: (() => number) | undefined;
  /**
   * bf16: operands of matrix products are rounded to it, all else stays fp32, the weights too.
   * fp64 serves the checks of derivatives; only the TypeScript backend computes it.
   */
  readonly precision?: "fp32" | "bf16" | "fp64";
  /** Hears of each kernel before it starts: a sign that the one before has ended. */
  readonly onKernel?: (() => void) | undefined;
}

export function createNativeDevice({
  backend,
  clock,
  precision = "fp32",
  onKernel,
}: NativeOptions): NativeDevice {
  const computing = precision === "bf16" ? roundingBackend(backend) : backend;
  const pool = createPool(precision === "fp64" ? Float64Array : Float32Array);
  const times = new Map<OpKind, OpTime>();
  const device: NativeDevice = {
    kind: "native",
    elementBytes: precision === "fp64" ? 8 : 4,
    backend,
    times,
    recorder: undefined,
    allocate: (count) => pool.allocate(count),
    begin: () => pool.begin(),
    compute(kind, kernel) {
      const { recorder } = device;
      onKernel?.();
      if (recorder !== undefined) {
        kernel(computing);
        recorder.end();
        return;
      }
      if (clock === undefined) return kernel(computing);
      const start = clock();
      kernel(computing);
      const time = times.get(kind) ?? { calls: 0, durationS: 0 };
      time.calls += 1;
      time.durationS += clock() - start;
      times.set(kind, time);
    },
  };
  return device;
}

/** Its products are those of bf16. */
function roundingBackend(backend: Backend): Backend {
  const { matmulBf16 } = backend;
  if (matmulBf16 !== undefined) return { ...backend, matmul: matmulBf16 };
  throw new Refusal({
    code: "no-bf16",
    pointer: "/precision",
    found: `precision bf16 on the ${backend.name} backend of this machine`,
    expected: "a processor with AVX-512 BF16 (avx512_bf16), which multiplies bf16, or fp32",
    nextStep: "take precision: fp32",
  });
}

export function createShapeDevice(elementBytes: number): Device {
  return {
    kind: "shape-only",
    elementBytes,
    allocate: () => NO_NUMBERS,
    compute: () => undefined,
    begin: () => undefined,
  };
}

/**
 * Every step asks for the same lengths in the same order, so the n-th buffer of a step is the
 * n-th of the step before: no memory is allocated after the first step.
 */
function createPool(kind: new (length: number) => Numbers) {
  const buffers: Numbers[] = [];
  let next = 0;
  return {
    begin() {
      next = 0;
    },
    allocate(count: number): Numbers {
      const free = buffers[next];
      const buffer = free?.length === count ? free : new kind(count);
      buffers[next++] = buffer;
      return buffer;
    },
  };
}
