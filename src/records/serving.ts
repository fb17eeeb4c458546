/** What it takes to serve a model: the question, and its answer with every loser. */

/** Means and percentiles, seconds. */
export interface TimesS {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** Limits of the time to the first token and per further token, at a percentile of requests. */
export interface ServiceLevel {
  readonly ttftS?: number;
  readonly tpotS?: number;
  readonly percentile: "mean" | "p50" | "p90" | "p95" | "p99";
}

/** A shape of replica that was tried. */
export interface ShapeTried {
  readonly tp: number;
  /** Undefined where it cannot do it. */
  readonly replicas?: number;
  readonly accelerators?: number;
  readonly why: string;
}

export interface ServingAnswer {
  readonly kind: "serving";
  readonly model: string;
  readonly accelerator: string;
  readonly precision: string;
  readonly sentence: string;
  readonly replicas: number;
  readonly spareReplicas: number;
  readonly acceleratorsPerReplica: number;
  readonly accelerators: number;
  /** Of the whole service. */
  readonly requestsPerS: number;
  /** Of what one replica could do without end. */
  readonly utilization: number;
  readonly ttftS: number;
  readonly tpotS: number;
  readonly ttftPercentilesS: TimesS;
  readonly tpotPercentilesS: TimesS;
  readonly endToEndS: TimesS;
  readonly tokensPerS: number;
  readonly tokensPerSPerAccelerator: number;
  /** The closed form's means for the same load; null where it does not hold. */
  readonly closedForm: { readonly ttftS: number; readonly tpotS: number } | null;
  readonly tried: readonly ShapeTried[];
  readonly beware: readonly string[];
}

/** A request of a recorded trace. */
export interface RecordedRequest {
  readonly arrivalS: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

/** Constants of the law of serving moved to runs of one's own. */
export interface ServingOverlay {
  readonly kind: "fabricast serving calibration";
  /** Named constants of the law, at most two, as factors on their values. */
  readonly constants: Readonly<Record<string, number>>;
  readonly runs: number;
  /** Ids of the parts they ran on. */
  readonly parts: readonly string[];
  readonly acceleratorCountMin: number;
  readonly acceleratorCountMax: number;
  /** Of runs predicted without themselves; absent with a single run. */
  readonly leftOutErrorShare?: number;
}
