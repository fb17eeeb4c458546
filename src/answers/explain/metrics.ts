/** Each metric once: its id, its formula, its unit, what it means. `explain` prints them. */

export interface Metric {
  readonly name: string;
  readonly formula: string;
  readonly unit: string;
  readonly means: string;
  readonly source: string;
}

const OURS = "definition of this product";

export const METRICS: ReadonlyMap<string, Metric> = new Map([
  [
    "step-time",
    {
      name: "time of one optimizer step, steady state",
      formula:
        "ideal compute + matmul below peak + memory-bound ops + launch + optimizer +\n" +
        "  overlap slowdown + exposed communication",
      unit: "s",
      means: "Wall time from one optimizer update to the next. The parts sum to it exactly.",
      source: OURS,
    },
  ],
  [
    "efficiency",
    {
      name: "scaling efficiency",
      formula: "(samples per second at n / n) / (samples per second at n₀ / n₀)",
      unit: "ratio; n₀ is always named",
      means:
        "Strong: the same global batch at every size. Weak: the same batch per accelerator. " +
        "Against the same cluster at n₀ accelerators.",
      source: OURS,
    },
  ],
  [
    "exposed-communication",
    {
      name: "communication that no compute hides",
      formula: "step time − compute time, split over the collectives that cause the waiting",
      unit: "s",
      means:
        "Reduce-scatters overlap the backward pass, all-gathers the next forward pass where the " +
        "software profile says so; what sticks out is exposed.",
      source: OURS,
    },
  ],
  [
    "mfu",
    {
      name: "model flop utilization",
      formula:
        "flop of the model's matmuls and causal attention per step /\n" +
        "  (step time · accelerators · dense bf16 peak)",
      unit: "ratio",
      means: "Recomputation, optimizer and element-wise work do not count.",
      source: "Chowdhery et al. 2022, arXiv:2204.02311, appendix B",
    },
  ],
  [
    "algbw",
    {
      name: "algorithm bandwidth",
      formula: "size / time",
      unit: "B/s; GB/s = 10⁹ B/s in tables",
      means: "Size as nccl-tests counts it: the whole vector, also for all-gather.",
      source: "NVIDIA/nccl-tests, doc/PERFORMANCE.md",
    },
  ],
  [
    "busbw",
    {
      name: "bus bandwidth",
      formula: "algbw · 2(n−1)/n for all-reduce; algbw · (n−1)/n for reduce-scatter, all-gather",
      unit: "B/s",
      means:
        "Comparable with a link's rate whatever n. It may exceed the rate of one network card " +
        "when several cards work for one collective; it is never clipped.",
      source: "NVIDIA/nccl-tests, doc/PERFORMANCE.md",
    },
  ],
  [
    "utilization",
    {
      name: "utilization of a link",
      formula: "bytes carried / (capacity of one direction · duration)",
      unit: "ratio",
      means: "Over the whole duration of the collective named beside it.",
      source: OURS,
    },
  ],
  [
    "limit",
    {
      name: "what binds",
      formula:
        'the tier of links whose steps send longest, by its busiest link; "latency" if waiting\n' +
        '  outweighs sending; "optimizer" or "compute" if no communication is exposed',
      unit: "a link, with its utilization and its share of the exposed time",
      means: "Give it 10 % more and the step gets shorter.",
      source: OURS,
    },
  ],
  [
    "capital",
    {
      name: "purchase price of the cluster at this size",
      formula: "Σ count · unit price over nodes, switches and links with their optics",
      unit: "USD of the prices' dates",
      means: "Absent where a part is not sold. What is not included is listed under the table.",
      source: OURS,
    },
  ],
  [
    "usd-per-million-samples",
    {
      name: "cost of a million training samples",
      formula: "USD per second · step time / global batch · 10⁶",
      unit: "USD",
      means:
        "Ownership: capital over the site's life plus energy. Rent: the listed price of the " +
        "accelerators' hours. One basis a table.",
      source: OURS,
    },
  ],
  [
    "useful-hour",
    {
      name: "cost of a useful accelerator-hour",
      formula:
        "(capital · n · r / (1 − (1 + r)⁻ⁿ) + n · energy a year) /\n" +
        "  (n · 8,766 h · accelerators · utilization)",
      unit: "USD/h",
      means:
        "Capital is paid off with interest r over the n years and then worth nothing. Energy is " +
        "drawn in useful and idle hours alike.",
      source: OURS,
    },
  ],
  [
    "break-even",
    {
      name: "where owning and renting cost the same",
      formula:
        "years: −ln(1 − r · capital / (rent − energy)) / ln(1 + r), both a year\n" +
        "  utilization: useful hour · utilization / listed price by the hour",
      unit: "years; a ratio",
      means:
        "Rent is paid for useful hours only. Without a positive solution renting stays cheaper.",
      source: OURS,
    },
  ],
  [
    "goodput",
    {
      name: "share of wall time that yields kept progress",
      formula: "t / (M · e^(R/M) · (e^((t + w)/M) − 1))",
      unit: "ratio",
      means:
        "t work between two checkpoints, w the time one takes, R a restart, M the mean time to " +
        "interruption. Failures may hit during writes and restarts. Not MFU: the two multiply.",
      source: "renewal argument, as Daly 2006, Future Generation Computer Systems 22, eq. 20",
    },
  ],
  [
    "checkpoint-interval",
    {
      name: "work between two checkpoints at which goodput is greatest",
      formula: "M · u with u + ln(1 − u) + w/M = 0",
      unit: "s",
      means: "The optimum is flat: a band that loses at most one point of goodput is told.",
      source: "derivative of goodput by t",
    },
  ],
  [
    "mtti",
    {
      name: "mean time to interruption of a job",
      formula: "1 / Σ over classes of (accelerators · rate of the class)",
      unit: "s",
      means:
        "Rates are those of Llama 3 405B on 16,384 H100 (419 in 54 days); the class of switches " +
        "and cables follows the cables of the fabric. Uncertain by e^±0.4, one deviation.",
      source: "Grattafiori et al. 2024, arXiv:2407.21783, table 5; presets: arXiv:2410.21680",
    },
  ],
]);
