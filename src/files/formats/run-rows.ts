/**
 * What others measured as a row of the tables that `calibrate` and `accuracy` read: the kind is
 * known by the content, and what the file does not say is given by `column=value`.
 */
import { parseDocument } from "../document.ts";
import { listed, refuse, wholeFile } from "../issue.ts";
import { readText } from "../read.ts";
import { MEGATRON_WORD, megatronRow } from "./megatron-log.ts";
import { MLLOG_WORD, mlperfRow } from "./mlperf-log.ts";
import { servingRow } from "./serving-bench.ts";

/** As in scenarios/validation. */
const TRAINING =
  "id model params_b layers hidden heads kv_heads ffn vocab seq_len experts gpu gpus " +
  "gpus_per_node network tp pp dp ep cp vp fsdp_or_zero micro_batch global_batch_seqs recompute " +
  "precision framework step_time_s notes source verified";
const SERVING =
  "id model gpu gpus tp pp ep_dp precision engine isl osl batch output_tokens_per_s ttft_ms " +
  "tpot_ms scenario source verified";

export interface RunRow {
  readonly format: string;
  readonly columns: readonly string[];
  readonly row: Readonly<Record<string, string>>;
  /** Columns that neither the file nor the asker gave. */
  readonly missing: readonly string[];
}

export async function readRunRow(
  path: string,
  given: Readonly<Record<string, string>>,
): Promise<RunRow> {
  return runRowFrom(await readText(path), path, given);
}

export async function runRowFrom(
  text: string,
  file: string,
  given: Readonly<Record<string, string>>,
): Promise<RunRow> {
  const { format, found, columns } = await rowOf(text, file);
  const unknown = Object.keys(given).filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    refuse(wholeFile("--with"), {
      code: "invalid-flag",
      found: listed(unknown),
      expected: `columns of this table: ${columns.join(", ")}`,
      nextStep: "correct --with",
    });
  }
  const name = file.split(/[/\\]/).at(-1) ?? file;
  const source = { id: name, source: name, verified: `read from ${format}` };
  const row: Record<string, string> = { ...source, ...found, ...given };
  const missing = columns.filter((column) => (row[column] ?? "") === "");
  return { format, columns, row, missing };
}

async function rowOf(text: string, file: string) {
  const training = TRAINING.split(" ");
  if (MLLOG_WORD.test(text)) {
    return { format: "MLPerf log", found: mlperfRow(text, file), columns: training };
  }
  if (MEGATRON_WORD.test(text)) {
    return { format: "Megatron-LM log", found: megatronRow(text, file), columns: training };
  }
  const document = /^\s*\{/.test(text) ? await parseDocument(text, file) : undefined;
  const found = document === undefined ? undefined : servingRow(document);
  if (found !== undefined) {
    return { format: "serving benchmark", found, columns: SERVING.split(" ") };
  }
  return refuse(wholeFile(file), {
    code: "not-a-log",
    found: "text of another kind",
    expected: "vllm bench JSON, AIPerf JSON, :::MLLOG lines or a log of Megatron-LM",
    nextStep: "name such a file",
  });
}
