/** A batch by Calculon's step equations, marked as such, with its figures under its own names. */
import { bytes, duration, percent, significant } from "../base/format.ts";
import type {
  CalculonApplication,
  CalculonExecution,
  CalculonStats,
  CalculonSystem,
} from "../records/calculon.ts";
import { calculonStep } from "../workload/calculon/step.ts";

export interface CalculonReplayed {
  readonly compat: "calculon";
  readonly totalS: number;
  readonly stats: CalculonStats;
  /** For the terminal. */
  readonly words: readonly string[];
}

const PARTS: readonly (readonly [string, string])[] = [
  ["forward", "fw_time"],
  ["backward", "bw_time"],
  ["optimizer", "optim_step_time"],
  ["recomputation", "recompute_time"],
  ["collectives again", "recomm_exposed_time"],
  ["bubble", "bubble_time"],
  ["tensor parallelism, exposed", "tp_comm_exposed_time"],
  ["pipeline, exposed", "pp_comm_exposed_time"],
  ["data parallelism, exposed", "dp_comm_exposed_time"],
  ["offloading forward, exposed", "fw_offload_exposed_time"],
  ["offloading backward, exposed", "bw_offload_exposed_time"],
];

export function replayCalculon(
  app: CalculonApplication,
  execution: CalculonExecution,
  system: CalculonSystem,
): CalculonReplayed {
  const stats = calculonStep(app, execution, system);
  const of = (name: string) => stats[name] ?? 0;
  const totalS = of("total_time");
  const { rankCount, tensorRanks, pipelineRanks, dataRanks, batch } = execution;
  const words = [
    `a batch of ${batch} over ${rankCount} ranks, by Calculon's equations (calculon)`,
    `TP ${tensorRanks}, PP ${pipelineRanks}, DP ${dataRanks}`,
    ...PARTS.filter(([, name]) => of(name) !== 0).map(
      ([what, name]) => `  ${what}: ${duration(of(name), 5)}`,
    ),
    `  in all: ${duration(totalS, 5)}, ${significant(of("sample_rate"), 4)} samples a second`,
    `of the peak: ${percent(of("total_efficiency"), 2)} (compute ` +
      `${percent(of("compute_efficiency"), 2)} · system ${percent(of("system_efficiency"), 2)})`,
    `memory: ${bytes(of("proc_mem_tier1_cap_req"), 4)}, second memory ` +
      bytes(of("proc_mem_tier2_cap_req"), 4),
    "Blocks only: embedding and logits are not in it; networks are never shared.",
  ];
  return { compat: "calculon", totalS, stats, words };
}
