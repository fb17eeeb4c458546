/**
 * What a machine takes for ops, as a model fitted on benches of its kernels: laws over shapes,
 * never durations of a recorded step.
 */

/** Seconds of one kernel: the sum of coefficients times features of the shape, times a factor. */
export interface KernelLaw {
  readonly kernel: string;
  /** In the order of the kernel's features; none is negative. */
  readonly coefficients: readonly number[];
  /** Where it was benched: how much longer than the law it took there. */
  readonly points: readonly LawPoint[];
}

export interface LawPoint {
  readonly shape: readonly number[];
  readonly factor: number;
}

export interface MachineModel {
  readonly laws: readonly KernelLaw[];
  /** What recording an op and keeping its gradient costs, kernel aside. */
  readonly perOpS: number;
  /** What a step costs beside its ops. */
  readonly perStepS: number;
  /** What a whole run of benches took, in parts of the sum of its medians. */
  readonly wholeFactor: number;
  readonly sharing?: CoreSharing;
}

/** Processes that share cores, and what their exchanges take. */
export interface CoreSharing {
  readonly processCount: number;
  readonly coreCount: number;
  /** Seconds of an exchange of gradients: latency, and seconds a byte of the buffer. */
  readonly exchangeS: number;
  readonly exchangePerByteS: number;
}

/** One bench of a kernel at one shape. */
export interface KernelSample {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly durationS: number;
}
