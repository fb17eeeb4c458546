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
  /** Processes that run at once, and the cores they share. */
  readonly processCount: number;
  readonly coreCount: number;
  /** Seconds of the exchange that ends a step, of its bytes; zero where a process is alone. */
  readonly exchange: { readonly latencyS: number; readonly perByteS: number };
  /** What whole programs of benches took, in parts of what the sum of the above gives them. */
  readonly wholeFactor: number;
  /** The same for overhead: 1 where the programs had none in them. */
  readonly overheadFactor: number;
}

/** One bench of a kernel at one shape. */
export interface KernelSample {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly durationS: number;
}

/** A program of benches: its kernels one by one, and all of it as a step would run. */
export interface ProgramSample {
  readonly kernels: readonly KernelSample[];
  readonly wholesS: readonly number[];
  readonly exchangedBytes: number;
  /** Of the overhead that is part of the whole, by itself. */
  readonly fillerS: number;
}

export interface ExchangeSample {
  readonly bytes: number;
  readonly durationS: number;
}

/** What one process measured: steps, and benches in between. */
export interface Benched {
  /** Of steps that nobody recorded. */
  readonly stepTimesS: readonly number[];
  readonly programs: readonly ProgramSample[];
  readonly exchanges: readonly ExchangeSample[];
  readonly perOpS: number;
  readonly perStepS: number;
}
