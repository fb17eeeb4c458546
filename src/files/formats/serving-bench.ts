/**
 * Results of serving benchmarks in JSON: `vllm bench serve` (vllm-project/vllm,
 * benchmarks/serve.py), and AIPerf or GenAI-Perf (ai-dynamo/aiperf, exporters). Totals, rates and
 * the duration must agree where a file has all three.
 */
import type { Document } from "../document.ts";
import { refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";

type Data = Readonly<Record<string, unknown>>;

/** Rates are rounded in some writers. */
const AGREEMENT = 0.01;

export function servingRow(document: Document): Record<string, string> | undefined {
  const { data } = document;
  if (!isGroup(data)) return undefined;
  if ("output_throughput" in data && "total_output_tokens" in data) return vllmRow(document, data);
  return isGroup(data["output_token_throughput"]) ? perfRow(document, data) : undefined;
}

function vllmRow(document: Document, data: Data): Record<string, string> {
  const number = (key: string): number => numberAt(document, data[key], `/${key}`);
  const seconds = number("duration");
  const [inputs, outputs] = [number("total_input_tokens"), number("total_output_tokens")];
  const completed = number("completed");
  agree(document, "/output_throughput", number("output_throughput"), outputs / seconds);
  if ("request_throughput" in data) {
    agree(document, "/request_throughput", number("request_throughput"), completed / seconds);
  }
  const optional = (key: string): string => (key in data ? String(number(key)) : "");
  return {
    model: textOf(data["model_id"]),
    engine: textOf(data["backend"]),
    isl: String(Math.round(inputs / completed)),
    osl: String(Math.round(outputs / completed)),
    batch: isNumber(data["max_concurrency"]) ? optional("max_concurrency") : "",
    output_tokens_per_s: optional("output_throughput"),
    ttft_ms: optional("median_ttft_ms"),
    tpot_ms: optional("median_tpot_ms"),
    scenario: `${completed} requests in ${seconds} s`,
  };
}

function perfRow(document: Document, data: Data): Record<string, string> {
  const of = (key: string, statistic: string): string => {
    const metric = data[key];
    if (!isGroup(metric)) return "";
    const value = numberAt(document, metric[statistic], `/${key}/${statistic}`);
    const unit = textOf(metric["unit"]);
    if (!/^(ms|tokens|tokens\/sec.*|requests\/sec.*|sec)?$/i.test(unit)) {
      return complain(document, `/${key}/unit`, shown(unit), "ms, tokens or tokens/sec");
    }
    return String(unit === "sec" ? value * 1000 : value);
  };
  const config = isGroup(data["input_config"]) ? data["input_config"] : {};
  const endpoint = isGroup(config["endpoint"]) ? config["endpoint"] : config;
  const load = isGroup(config["loadgen"]) ? config["loadgen"] : {};
  const models: unknown = endpoint["model_names"];
  const rounded = (key: string): string => {
    const value = of(key, "avg");
    return value === "" ? "" : String(Math.round(Number(value)));
  };
  return {
    model: Array.isArray(models) ? textOf(models[0]) : "",
    engine: textOf(endpoint["backend"]) || "AIPerf",
    isl: rounded("input_sequence_length"),
    osl: rounded("output_sequence_length"),
    batch: typeof load["concurrency"] === "number" ? String(load["concurrency"]) : "",
    output_tokens_per_s: of("output_token_throughput", "avg"),
    ttft_ms: of("time_to_first_token", "p50"),
    tpot_ms: of("inter_token_latency", "p50"),
    scenario: "as profiled",
  };
}

function agree(document: Document, pointer: string, said: number, follows: number): void {
  if (Math.abs(said - follows) <= AGREEMENT * follows) return;
  const expected = `${follows.toPrecision(6)}, which follows from totals and duration`;
  complain(document, pointer, String(said), expected);
}

function numberAt(document: Document, value: unknown, pointer: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  return complain(document, pointer, shown(value ?? null), "a number above 0");
}

function complain(document: Document, pointer: string, found: string, expected: string): never {
  const nextStep = "run the benchmark again, or take its own file";
  const place = document.place(pointer, "value");
  return refuse(place, { code: "not-a-log", found, expected, nextStep });
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const isNumber = (value: unknown): value is number => typeof value === "number";
