/**
 * A log of Megatron-LM (megatron/training/training.py, training_log; arguments.py): the block of
 * arguments gives the layout, the lines of iterations the time of a step. The first iterations
 * warm up and are left out. Samples counted must grow by a batch an iteration.
 */
import { at } from "../../base/assert.ts";
import { refuse, shown, wholeFile } from "../issue.ts";

const WARM_UP = 5;
const LINE = /iteration\s+(\d+)\/\s*\d+ \|(.*)$/;

/** Columns of a training table and the arguments that say them. */
const COLUMNS: Readonly<Record<string, string>> = {
  layers: "num_layers",
  hidden: "hidden_size",
  heads: "num_attention_heads",
  kv_heads: "num_query_groups",
  ffn: "ffn_hidden_size",
  vocab: "padded_vocab_size",
  seq_len: "seq_length",
  gpus: "world_size",
  tp: "tensor_model_parallel_size",
  pp: "pipeline_model_parallel_size",
  cp: "context_parallel_size",
  ep: "expert_model_parallel_size",
  dp: "data_parallel_size",
  micro_batch: "micro_batch_size",
};

export const MEGATRON_WORD = /elapsed time per iteration \(ms\):/;

interface Iteration {
  readonly line: number;
  readonly number: number;
  readonly samples: number;
  readonly batch: number;
  readonly stepS: number;
}

export function megatronRow(text: string, file: string): Record<string, string> {
  const lines = text.split(/\r?\n/);
  const iterations = lines.flatMap((line, i) => iterationOf(line, { file, line: i + 1 }));
  if (iterations.length === 0) refuseEmpty(file);
  iterations.slice(1).forEach((one, i) => refuseUneven(at(iterations, i), one, file));
  const steady = iterations.filter(({ number }) => number > WARM_UP);
  const used = steady.length > 0 ? steady : iterations;
  const times = used.map(({ stepS }) => stepS).sort((a, b) => a - b);
  const step = at(times, Math.floor((times.length - 1) / 2));
  const given = argumentsOf(lines);
  const cells = Object.entries(COLUMNS).map(([column, name]) => {
    const value = given.get(name) ?? "";
    return [column, value === "None" ? "" : value];
  });
  const after = steady.length > 0 ? ` after the first ${WARM_UP}` : "";
  const on = (name: string): boolean => given.get(name) === "True";
  return {
    ...(Object.fromEntries(cells) as Record<string, string>),
    global_batch_seqs: String(at(used, used.length - 1).batch),
    precision: given.has("fp8") && given.get("fp8") !== "None" ? "FP8" : on("bf16") ? "BF16" : "",
    recompute: given.get("recompute_granularity")?.replace("None", "none") ?? "",
    fsdp_or_zero: on("use_distributed_optimizer") ? "ZeRO-1" : "",
    framework: "Megatron-LM",
    step_time_s: String(step),
    notes: `median of ${used.length} iterations${after}`,
  };
}

function refuseEmpty(file: string): never {
  return refuse(wholeFile(file), {
    code: "not-a-log",
    found: "no whole line of an iteration",
    expected: "lines such as iteration 10/ 50 | consumed samples: 640 | …",
    nextStep: "take the log of the last rank, which prints them",
  });
}

function iterationOf(line: string, where: { file: string; line: number }): Iteration[] {
  const found = LINE.exec(line);
  if (found === null) return [];
  const [, number = "", rest = ""] = found;
  const field = (name: string): number => {
    const part = rest.split("|").find((one) => one.trim().startsWith(`${name}:`));
    const value = Number(part?.split(":").at(-1)?.trim() || Number.NaN);
    if (Number.isFinite(value) && value > 0) return value;
    const place = { ...where, column: 1, pointer: "" };
    return refuse(place, {
      code: "not-a-log",
      found: `an iteration with ${name} ${shown(part ?? null)}`,
      expected: "a number above 0",
      nextStep: "leave the torn line out",
    });
  };
  const stepS = field("elapsed time per iteration (ms)") / 1000;
  const [samples, batch] = [field("consumed samples"), field("global batch size")];
  return [{ line: where.line, number: Number(number), samples, batch, stepS }];
}

/** Batches may ramp up, so a line may count up to its own batch for each iteration. */
function refuseUneven(before: Iteration, after: Iteration, file: string): void {
  const count = after.number - before.number;
  const grown = after.samples - before.samples;
  if (count > 0 && grown <= count * after.batch && grown >= count * before.batch) return;
  refuse(
    { file, line: after.line, column: 1, pointer: "" },
    {
      code: "not-a-log",
      found: `${grown} samples in ${count} iterations of ${before.batch} to ${after.batch}`,
      expected: "as many as the batches hold: one run, every line whole",
      nextStep: "take the lines of one run",
    },
  );
}

/** "  num_layers ...................................... 32" */
function argumentsOf(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^\s*(?:\[[^\]]*\]:?\s*)?(\w+) \.{3,} (.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}
