/** Many points of one model: which values each input takes, what is kept and what derived. */

import type { LargeModel } from "./large-model.ts";

/** A number, or a word such as the id of a part. */
export type AxisValue = number | string;

export interface Axis {
  readonly name: string;
  readonly values: readonly AxisValue[];
}

export interface Sweep {
  readonly id: string;
  readonly title: string;
  readonly model: LargeModel;
  /** Of the whole run, for days and money; absent: only rates. */
  readonly tokens?: number;
  /** The last one turns fastest. */
  readonly axes: readonly Axis[];
  /** Points for which one of these is 0 are left out. */
  readonly where: readonly string[];
  readonly derive: readonly { readonly name: string; readonly formula: string }[];
  readonly refine?: SweepRefine;
  readonly asOf: string;
  /** USD an hour of one accelerator by its id, as listed on demand. */
  readonly hourUsd: Readonly<Record<string, number>>;
}

/** The best of all points, looked at more closely. */
export interface SweepRefine {
  readonly by: string;
  readonly order: "least" | "most";
  readonly topCount: number;
  /** Of these, so many are run on the flow engine. */
  readonly verifyCount: number;
}

export interface SweepSummary {
  readonly points: number;
  readonly keptCount: number;
  readonly batches: number;
  /** Evaluated by this run; fewer than `batches` where it resumed. */
  readonly evaluatedBatches: number;
  readonly folder: string;
  readonly files: readonly string[];
}

/** Of all points those that a page shows: the best, the best of each value, the front, a sample. */
export interface SweepView {
  readonly question: string;
  /** What the points are ranked by, and what it is traded for. */
  readonly by: string;
  readonly order: "least" | "most";
  readonly against: string;
  /** Of axes, then of metrics and derived values; no metric that is nowhere known. */
  readonly axes: readonly Axis[];
  readonly numbers: readonly string[];
  /** In the order of keys; values as named by `axes` and `numbers`, null where unknown. */
  readonly points: readonly {
    readonly keyIndex: number;
    readonly values: readonly (AxisValue | null)[];
    readonly isOnFront: boolean;
  }[];
  readonly pointCount: number;
  /** Of those that the filters keep. */
  readonly states: readonly { readonly state: string; readonly count: number }[];
}
